#ifndef KEYTRAY_SAY_H
#define KEYTRAY_SAY_H

#include <stddef.h>

/* One line for people on stderr: "keytray: ", the text, a newline. Nothing in the text can move a cursor. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes all of it, waiting for a slow reader. 0 where the reader has gone. */
int put_all(int descriptor, const void *bytes, size_t length);

#endif
