#ifndef KEYTRAY_CALL_H
#define KEYTRAY_CALL_H

#include "failure.h"
#include "invocation.h"
#include "reply.h"

struct outcome {
  /* 1: the broker has sent a status. 0: `failure` says why not. */
  int answered;
  int status;
  /* Whether the tool has got anything on stdout; then it is too late for another answer. */
  int spoken;
  struct failure failure;
  /* What the broker says about a failure of `keytray token`; "" where that is nothing, or too much. */
  char said[4096];
  size_t said_length;
};

/*
 * One helper call over an open connection, which it closes. It ends as soon as the status is there, whether or not
 * stdin has ended: some callers never close it. What to become is left in `reply`, which the caller ends.
 */
void make_call(int broker, const struct invocation *invocation, struct reply *reply, struct outcome *outcome);

#endif
