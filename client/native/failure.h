#ifndef KEYTRAY_FAILURE_H
#define KEYTRAY_FAILURE_H

#include <stddef.h>

#define LONGEST_MESSAGE 1024

/* A failure a caller can meet: a stable code, and one line for people. */
struct failure {
  /* One of those in tables.h. */
  const char *code;
  char message[LONGEST_MESSAGE];
};

/* Writes the code and the text; the code must be one of those in tables.h. */
void fail_with(struct failure *failure, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

int exit_status_of(const struct failure *failure);

/* Reads the broker's error answer. Whatever else came in its place is an internal error. */
void read_refusal(struct failure *failure, int status, const char *body, size_t length);

#endif
