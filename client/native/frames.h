#ifndef KEYTRAY_FRAMES_H
#define KEYTRAY_FRAMES_H

#include <stddef.h>

/* Bytes on their way to the broker. Grows as far as arguments and variables do, which the system limits. */
struct outbox {
  char *bytes;
  size_t start;
  size_t end;
  size_t size;
};

/* Each returns 0 where there is no memory, or the content is longer than a frame may be. */
int put_bytes(struct outbox *out, const void *bytes, size_t length);
int put_frame(struct outbox *out, char type, const void *content, size_t length);

/* Room for the content of a frame that is read in place; `end_frame` says how much it became. */
char *begin_frame(struct outbox *out, char type, size_t most);
void end_frame(struct outbox *out, size_t length);

#endif
