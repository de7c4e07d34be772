#ifndef KEYTRAY_NEXT_H
#define KEYTRAY_NEXT_H

#include "reply.h"

/* The frames `P`, `B`, `V` and `F`: what the client becomes instead of ending. Each returns what is wrong, or NULL. */
const char *next_begin(struct next_records *next, char type, size_t length);
void next_add(struct next_records *next, const char *bytes, size_t length);
const char *next_check(struct next_records *next, size_t record_start);

/* One record after the other; `at` starts as 0. The text ends with NUL. 0 at the end. */
struct next_record {
  char type;
  char *text;
  size_t length;
};
int next_each(const struct next_records *next, size_t *at, struct next_record *record);

#endif
