#define _GNU_SOURCE
#include "reply.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "next.h"

void reply_start(struct reply *reply, const char *frame_types, char *const *argv) {
  memset(reply, 0, sizeof *reply);
  reply->frame_types = frame_types;
  reply->next.argv = argv;
}

void reply_end(struct reply *reply) {
  free(reply->head);
  free(reply->next.bytes);
  reply->head = NULL;
  reply->next.bytes = NULL;
}

static enum reply_event broken(struct reply *reply, const char *code, const char *why) {
  reply->phase = AT_END;
  fail_with(&reply->failure, code, "%s", why);
  return REPLY_FAILED;
}

static enum reply_event not_understood(struct reply *reply) {
  return broken(reply, "internal_error", "Keytray answered with status unknown");
}

/* The number behind `name` among the headers, -1 where there is none or it is too large. */
static long header_number(const char *head, size_t length, const char *name) {
  size_t name_length = strlen(name);
  for (const char *line = memchr(head, '\n', length); line != NULL;) {
    line++;
    size_t rest = length - (size_t)(line - head);
    if (rest > name_length && strncasecmp(line, name, name_length) == 0 && line[name_length] == ':') {
      const char *at = line + name_length + 1;
      const char *end = head + length;
      while (at < end && *at == ' ') at++;
      long number = -1;
      for (; at < end && *at >= '0' && *at <= '9'; at++) {
        number = (number < 0 ? 0 : number) * 10 + (*at - '0');
        if (number > LARGEST_REFUSAL) return -1;
      }
      return number;
    }
    line = memchr(line, '\n', rest);
  }
  return -1;
}

static int status_of(const char *head, size_t length) {
  static const char version[] = "HTTP/1.1 ";
  size_t start = sizeof version - 1;
  if (length < start + 4 || memcmp(head, version, start) != 0 || head[start + 3] != ' ') return -1;
  int status = 0;
  for (size_t at = start; at < start + 3; at++) {
    if (head[at] < '0' || head[at] > '9') return -1;
    status = status * 10 + (head[at] - '0');
  }
  return status;
}

/* Byte by byte: the head is short, and what follows it belongs to somebody else. */
static enum reply_event read_head(struct reply *reply, const char **bytes, size_t *length) {
  if (reply->head == NULL) reply->head = malloc(LARGEST_HEAD + LARGEST_REFUSAL);
  if (reply->head == NULL) return broken(reply, "internal_error", "out of memory");
  while (*length > 0) {
    if (reply->head_length == LARGEST_HEAD) return not_understood(reply);
    reply->head[reply->head_length++] = **bytes;
    (*bytes)++;
    (*length)--;
    if (reply->head_length < 4 || memcmp(reply->head + reply->head_length - 4, "\r\n\r\n", 4) != 0) continue;
    reply->http_status = status_of(reply->head, reply->head_length);
    if (reply->http_status == -1) return not_understood(reply);
    if (reply->http_status == 101) {
      reply->phase = IN_FRAMES;
      return REPLY_SWITCHED;
    }
    long body = header_number(reply->head, reply->head_length, "content-length");
    if (body < 0) return not_understood(reply);
    reply->body_start = reply->head_length;
    reply->body_length = (size_t)body;
    reply->phase = IN_REFUSAL;
    return REPLY_MORE;
  }
  return REPLY_MORE;
}

static enum reply_event read_body(struct reply *reply, const char **bytes, size_t *length) {
  size_t wanted = reply->body_start + reply->body_length - reply->head_length;
  size_t taken = *length < wanted ? *length : wanted;
  memcpy(reply->head + reply->head_length, *bytes, taken);
  reply->head_length += taken;
  *bytes += taken;
  *length -= taken;
  if (taken < wanted) return REPLY_MORE;
  reply->phase = AT_END;
  read_refusal(&reply->failure, reply->http_status, reply->head + reply->body_start, reply->body_length);
  return REPLY_FAILED;
}

/* A wrong type or length is refused as soon as the header is there. */
static const char *header_problem(const struct reply *reply) {
  if (memchr(reply->frame_types, reply->header[0], strlen(reply->frame_types)) == NULL) return "unknown frame type";
  if (reply->header_length < sizeof reply->header) return NULL;
  return reply->content_left > LARGEST_FRAME ? "frame too long" : NULL;
}

static const char *frame_begins(struct reply *reply) {
  const unsigned char *h = reply->header;
  reply->content_left = (size_t)h[1] << 24 | (size_t)h[2] << 16 | (size_t)h[3] << 8 | h[4];
  const char *problem = header_problem(reply);
  if (problem != NULL) return problem;
  /* What a status without a byte means. */
  reply->status = 1;
  reply->status_known = 0;
  reply->record_start = reply->next.length;
  if (memchr("PBVF", h[0], 4) == NULL) return NULL;
  return next_begin(&reply->next, (char)h[0], reply->content_left);
}

static enum reply_event read_content(struct reply *reply, const char **bytes, size_t *length) {
  size_t taken = *length < reply->content_left ? *length : reply->content_left;
  const char *content = *bytes;
  *bytes += taken;
  *length -= taken;
  reply->content_left -= taken;
  int whole = reply->content_left == 0;
  if (whole) reply->header_length = 0;
  switch (reply->header[0]) {
    case 'O':
    case 'R':
      reply->output = content;
      reply->output_length = taken;
      if (taken == 0) return REPLY_MORE;
      return reply->header[0] == 'O' ? REPLY_STDOUT : REPLY_STDERR;
    case 'X':
      if (taken > 0 && !reply->status_known) {
        reply->status = (unsigned char)*content;
        reply->status_known = 1;
      }
      if (!whole) return REPLY_MORE;
      reply->phase = AT_END;
      return REPLY_STATUS;
    default:
      next_add(&reply->next, content, taken);
      if (!whole) return REPLY_MORE;
      {
        const char *problem = next_check(&reply->next, reply->record_start);
        return problem == NULL ? REPLY_MORE : broken(reply, "invalid_request", problem);
      }
  }
}

static enum reply_event read_frame(struct reply *reply, const char **bytes, size_t *length) {
  if (reply->header_length < sizeof reply->header) {
    while (*length > 0 && reply->header_length < sizeof reply->header) {
      reply->header[reply->header_length++] = (unsigned char)**bytes;
      (*bytes)++;
      (*length)--;
    }
    const char *problem = header_problem(reply);
    if (problem == NULL && reply->header_length == sizeof reply->header) problem = frame_begins(reply);
    if (problem != NULL) return broken(reply, "invalid_request", problem);
    if (reply->header_length < sizeof reply->header) return REPLY_MORE;
  }
  return read_content(reply, bytes, length);
}

enum reply_event reply_read(struct reply *reply, const char **bytes, size_t *length) {
  enum reply_event event = REPLY_MORE;
  do {
    /* A frame without content ends with its header. */
    int empty_frame = reply->phase == IN_FRAMES && reply->header_length == 5 && reply->content_left == 0;
    int empty_body = reply->phase == IN_REFUSAL && reply->body_length == 0;
    if (*length == 0 && !empty_frame && !empty_body) return REPLY_MORE;
    switch (reply->phase) {
      case IN_HEAD:
        event = read_head(reply, bytes, length);
        break;
      case IN_REFUSAL:
        event = read_body(reply, bytes, length);
        break;
      case IN_FRAMES:
        event = read_frame(reply, bytes, length);
        break;
      case AT_END:
        /* Nothing counts behind the last word. */
        *bytes += *length;
        *length = 0;
        return REPLY_MORE;
    }
  } while (event == REPLY_MORE);
  return event;
}
