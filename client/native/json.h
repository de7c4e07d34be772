#ifndef KEYTRAY_JSON_H
#define KEYTRAY_JSON_H

#include <stddef.h>

/*
 * The text of a member of a JSON object, decoded, cut to fit and ended with NUL. 0 where there is no such member of
 * the outermost object, it is no text, or what stands before it is no JSON.
 */
int json_text(const char *json, size_t length, const char *name, char *text, size_t size);

#endif
