#ifndef KEYTRAY_REPLY_H
#define KEYTRAY_REPLY_H

#include <stddef.h>

#include "failure.h"

/*
 * Reads the broker's side of `keytray-helper/1`: the answer to the upgrade, then frames. No I/O, so that it can be fed
 * anything. The protocol is described in core/wire/frames.ts.
 */

#define LARGEST_FRAME (64 * 1024)
#define LARGEST_VARIABLE (128 * 1024)
#define LARGEST_HEAD (16 * 1024)
#define LARGEST_REFUSAL (64 * 1024)
#define LARGEST_NEXT (1024 * 1024)

/* Types of frames: all of them, and those of a broker that may not choose what runs next. */
#define FRAMES_OF_BROKER "ORPBVFX"
#define FRAMES_OF_ANSWER "ORX"

enum reply_event {
  REPLY_MORE,     /* everything given was read */
  REPLY_SWITCHED, /* the broker speaks frames from here on */
  REPLY_STDOUT,
  REPLY_STDERR,
  REPLY_STATUS, /* `status` is the last word */
  REPLY_FAILED  /* `failure` says why; nothing after it can be understood */
};

/* What the client is to become: records as next.c reads them. */
struct next_records {
  char *bytes;
  size_t length;
  size_t count;
  /* The caller's own arguments; ends with NULL. */
  char *const *argv;
};

struct reply {
  const char *frame_types;
  enum { IN_HEAD, IN_REFUSAL, IN_FRAMES, AT_END } phase;
  char *head; /* of the answer, or the body of a refusal behind it */
  size_t head_length;
  size_t body_start;
  size_t body_length;
  int http_status;
  unsigned char header[5];
  size_t header_length;
  size_t content_left;
  size_t record_start;
  struct next_records next;
  /* With STDOUT and STDERR: part of what was given. */
  const char *output;
  size_t output_length;
  int status;
  int status_known;
  struct failure failure;
};

/* `argv` are the caller's own arguments: it may become a program they name. */
void reply_start(struct reply *reply, const char *frame_types, char *const *argv);

/* Reads from `*bytes` up to the next event and moves `*bytes` and `*length` past what it has read. */
enum reply_event reply_read(struct reply *reply, const char **bytes, size_t *length);

void reply_end(struct reply *reply);

#endif
