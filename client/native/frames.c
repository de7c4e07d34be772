#include "frames.h"

#include <stdlib.h>
#include <string.h>

#include "reply.h"

#define FRAME_HEAD 5

static int make_room(struct outbox *out, size_t length) {
  if (out->start == out->end) out->start = out->end = 0;
  if (out->size - out->end >= length) return 1;
  size_t size = out->end + length + 4096;
  char *grown = realloc(out->bytes, size);
  if (grown == NULL) return 0;
  out->bytes = grown;
  out->size = size;
  return 1;
}

int put_bytes(struct outbox *out, const void *bytes, size_t length) {
  if (!make_room(out, length)) return 0;
  memcpy(out->bytes + out->end, bytes, length);
  out->end += length;
  return 1;
}

char *begin_frame(struct outbox *out, char type, size_t most) {
  size_t largest = type == 'E' ? LARGEST_VARIABLE : LARGEST_FRAME;
  if (most > largest || !make_room(out, FRAME_HEAD + most)) return NULL;
  out->bytes[out->end] = type;
  return out->bytes + out->end + FRAME_HEAD;
}

void end_frame(struct outbox *out, size_t length) {
  unsigned char *head = (unsigned char *)out->bytes + out->end;
  for (int at = 0; at < 4; at++) head[1 + at] = (unsigned char)(length >> (24 - 8 * at));
  out->end += FRAME_HEAD + length;
}

int put_frame(struct outbox *out, char type, const void *content, size_t length) {
  char *room = begin_frame(out, type, length);
  if (room == NULL) return 0;
  if (length > 0) memcpy(room, content, length);
  end_frame(out, length);
  return 1;
}
