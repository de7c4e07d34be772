/*
 * fuzz-reply SEED COUNT: feeds replies to the native client's reader, in pieces of any size, and compares what it makes
 * of them with what a reader of whole replies does. Half of them are true replies with something changed. Built with
 * sanitizers. Prints "SEED COUNT MUTATED SWITCHED STATUS" and ends with 0, or says which reply was misread.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "next.h"
#include "reply.h"

#define LARGEST_REPLY (512 * 1024)

struct bytes {
  size_t length;
  unsigned char at[LARGEST_REPLY];
};

/* What a reply says, put together. */
struct reading {
  struct bytes output[2];
  int status; /* -1: none */
  int failed;
  size_t records;
};

static uint64_t state;

/* xorshift64*: Vigna 2016. */
static uint32_t draw(uint32_t below) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (uint32_t)((state * 2685821657736338717u) >> 33) % below;
}

static void add(struct bytes *to, const void *from, size_t length) {
  if (to->length + length > LARGEST_REPLY) return;
  memcpy(to->at + to->length, from, length);
  to->length += length;
}

static void add_text(struct bytes *to, const char *text) { add(to, text, strlen(text)); }

static void add_frame(struct bytes *to, char type, const void *content, size_t length) {
  unsigned char head[5] = {(unsigned char)type, (unsigned char)(length >> 24), (unsigned char)(length >> 16),
                           (unsigned char)(length >> 8), (unsigned char)length};
  add(to, head, sizeof head);
  add(to, content, length);
}

static size_t some_length(void) {
  uint32_t kind = draw(60);
  return kind == 0 ? LARGEST_FRAME - draw(3) : kind < 5 ? 0 : draw(64);
}

/* Drawn once: what matters is where the bytes lie. */
static const unsigned char *noise(void) {
  static unsigned char bytes[2 * LARGEST_FRAME];
  if (bytes[0] == 0) {
    for (size_t at = 0; at < sizeof bytes; at++) bytes[at] = (unsigned char)draw(256);
    bytes[0] |= 1;
  }
  return bytes + draw(LARGEST_FRAME);
}

static void add_noise_frame(struct bytes *to, char type) {
  add_frame(to, type, noise(), some_length());
}

static void add_next_program(struct bytes *to) {
  static const char file[] = "PGPASSFILE\0host:5432:*:ada:token\n";
  static const char *const programs[] = {"psql", "psql", "mvn", "keyring", "sh"};
  const char *program = programs[draw(sizeof programs / sizeof *programs)];
  add_frame(to, 'P', program, strlen(program));
  for (uint32_t count = draw(4); count > 0; count--) {
    switch (draw(4)) {
      case 0:
        add_frame(to, 'B', "--dbname=lab", draw(13));
        break;
      case 1:
        add_frame(to, 'V', "KEYTRAY_TOKEN_LAB=at-1", 12 + draw(11));
        break;
      case 2:
        add_frame(to, 'V', "PGSSLMODE=require", 17);
        break;
      default:
        add_frame(to, 'F', file, sizeof file - 1);
    }
  }
}

static void make_refusal(struct bytes *to) {
  static const char *const bodies[] = {
      "{\"error\":\"access_denied\",\"error_description\":\"no \\\"you\\\" \\u00e9\\n\"}",
      "{\"account\":{\"x\":[1,{\"error\":\"x\"}]},\"error\":\"misconfigured\"}", "{\"error\":\"unheard_of\"}", "[]", "",
      "{\"error\":\"keychain_locked\",\"error_description\":\"\\ud83d\\ude00 \\u12"};
  const char *body = bodies[draw(sizeof bodies / sizeof *bodies)];
  char head[128];
  if (draw(20) == 0) {
    static const char *const lengths[] = {"65536", "65537", "99999", "9999999999999999999999", "-1", "x"};
    snprintf(head, sizeof head, "HTTP/1.1 403 Refused\r\nContent-Length: %s\r\n\r\n", lengths[draw(6)]);
    add_text(to, head);
    add(to, noise(), LARGEST_FRAME);
    add(to, noise(), LARGEST_FRAME);
    return;
  }
  snprintf(head, sizeof head, "HTTP/1.1 %u Refused\r\nContent-Length: %zu\r\n\r\n", 200 + draw(400), strlen(body));
  add_text(to, head);
  add_text(to, body);
}

static void make_true_reply(struct bytes *to) {
  to->length = 0;
  if (draw(5) == 0) {
    make_refusal(to);
    return;
  }
  add_text(to, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: keytray-helper/1\r\n\r\n");
  for (uint32_t count = draw(5); count > 0; count--) add_noise_frame(to, draw(3) == 0 ? 'R' : 'O');
  if (draw(3) == 0) add_next_program(to);
  unsigned char status = (unsigned char)draw(9);
  add_frame(to, 'X', &status, 1);
}

static void change_something(struct bytes *reply) {
  static const unsigned char telling[] = {0, 1, 0x7f, 0xff, '\r', '\n', '"', '\\', 'O', 'X', 'P', 'F'};
  if (reply->length == 0) return;
  /* The head and the headers of the last frames are where changes tell. */
  size_t range = draw(2) == 0 && reply->length > 160 ? 160 : reply->length;
  size_t at = draw((uint32_t)range);
  switch (draw(5)) {
    case 0:
      reply->at[at] ^= (unsigned char)(1u << draw(8));
      break;
    case 1:
      reply->at[at] = telling[draw(sizeof telling)];
      break;
    case 2:
      reply->length = at;
      break;
    case 3: {
      size_t cut = draw(16);
      if (at + cut > reply->length) cut = reply->length - at;
      memmove(reply->at + at, reply->at + at + cut, reply->length - at - cut);
      reply->length -= cut;
      break;
    }
    default: {
      size_t more = draw(16);
      if (reply->length + more > LARGEST_REPLY) break;
      memmove(reply->at + at + more, reply->at + at, reply->length - at);
      for (size_t index = 0; index < more; index++) reply->at[at + index] = (unsigned char)draw(256);
      reply->length += more;
    }
  }
}

static void make_wild_reply(struct bytes *to) {
  static const char types[] = "ORPBVFXOQ";
  to->length = 0;
  if (draw(8) != 0) add_text(to, draw(8) == 0 ? "HTTP/1.1 1" : "HTTP/1.1 101 x\r\n\r\n");
  for (uint32_t count = draw(12); count > 0; count--) add_noise_frame(to, types[draw(sizeof types - 1)]);
}

static int is_text(const unsigned char *at, size_t length, const char *text) {
  return length == strlen(text) && memcmp(at, text, length) == 0;
}

/* What client/programs.ts lists. */
static int is_given(char program, char type, const unsigned char *at, size_t length) {
  static const char maven[] = "KEYTRAY_TOKEN_";
  if (program == 'p' && type == 'V') {
    return is_text(at, length, "PGSSLMODE") || is_text(at, length, "PGSSLROOTCERT");
  }
  if (program == 'p') return is_text(at, length, "PGPASSFILE") || is_text(at, length, "PGSERVICEFILE");
  if (program != 'm' || type != 'V' || length < sizeof maven - 1 || memcmp(at, maven, sizeof maven - 1) != 0) return 0;
  for (size_t index = sizeof maven - 1; index < length; index++) {
    if (!isalnum(at[index]) && at[index] != '_') return 0;
  }
  return 1;
}

static int makes_sense(char program, char type, const unsigned char *at, size_t length) {
  const unsigned char *nul = memchr(at, 0, length);
  const unsigned char *equals = memchr(at, '=', length);
  switch (type) {
    case 'P':
      return is_text(at, length, "psql") || is_text(at, length, "mvn") || is_text(at, length, "keyring");
    case 'B':
      return nul == NULL;
    case 'V':
      return nul == NULL && equals != NULL && is_given(program, type, at, (size_t)(equals - at));
    case 'F':
      return nul != NULL && is_given(program, type, at, (size_t)(nul - at));
    default:
      return 1;
  }
}

/* Frames of a whole reply, as core/wire/frames.ts and client/next-program.ts read them. */
static void expect_frames(const unsigned char *at, size_t length, struct reading *expected) {
  char program = 0;
  while (length > 0) {
    char type = (char)at[0];
    int of_next = type != 0 && strchr("PBVF", type) != NULL;
    expected->failed = type == 0 || strchr("ORPBVFX", type) == NULL;
    if (expected->failed || length < 5) return;
    size_t size = (size_t)at[1] << 24 | (size_t)at[2] << 16 | (size_t)at[3] << 8 | at[4];
    expected->failed = size > LARGEST_FRAME || (of_next && (type == 'P') != (expected->records == 0));
    if (expected->failed) return;
    at += 5;
    length -= 5;
    size_t there = length < size ? length : size;
    if (type == 'O' || type == 'R') add(&expected->output[type == 'R'], at, there);
    if (of_next) expected->records++;
    if (there < size) return;
    expected->failed = !makes_sense(program, type, at, size);
    if (expected->failed) return;
    if (type == 'P') program = (char)at[0];
    if (type == 'X') {
      expected->status = size == 0 ? 1 : at[0];
      return;
    }
    at += size;
    length -= size;
  }
}

static void start_reading(struct reading *reading) {
  reading->output[0].length = reading->output[1].length = 0;
  reading->status = -1;
  reading->failed = 0;
  reading->records = 0;
}

/* Nothing but a switch of protocols says anything to the tool. */
static int expect_reply(const struct bytes *reply, struct reading *expected) {
  static const char start[] = "HTTP/1.1 101 ";
  start_reading(expected);
  if (reply->length < sizeof start - 1 || memcmp(reply->at, start, sizeof start - 1) != 0) return 0;
  const unsigned char *end = memmem(reply->at, reply->length, "\r\n\r\n", 4);
  if (end == NULL || end + 4 - reply->at > LARGEST_HEAD) return 0;
  expect_frames(end + 4, reply->length - (size_t)(end + 4 - reply->at), expected);
  return 1;
}

static void take_event(struct reply *reply, enum reply_event event, struct reading *got) {
  switch (event) {
    case REPLY_STDOUT:
    case REPLY_STDERR:
      add(&got->output[event == REPLY_STDERR], reply->output, reply->output_length);
      break;
    case REPLY_STATUS:
      got->status = reply->status;
      break;
    case REPLY_FAILED:
      got->failed = 1;
      if (strlen(reply->failure.message) >= LONGEST_MESSAGE || exit_status_of(&reply->failure) < 1) abort();
      break;
    default:
      break;
  }
}

/* Every piece is memory of its own, so that a step beyond it is seen. */
static void read_in_pieces(const struct bytes *whole, struct reading *got) {
  struct reply reply;
  uint32_t most = draw(8) == 0 && whole->length < 1000 ? 2 : draw(2) == 0 ? 200 + (uint32_t)whole->length / 20 : LARGEST_REPLY;
  start_reading(got);
  static char *const argv[] = {NULL};
  reply_start(&reply, FRAMES_OF_BROKER, argv);
  for (size_t at = 0; at < whole->length;) {
    size_t length = 1 + draw(most);
    if (length > whole->length - at) length = whole->length - at;
    char *piece = malloc(length);
    if (piece == NULL) abort();
    memcpy(piece, whole->at + at, length);
    const char *unread = piece;
    for (size_t left = length; left > 0;) take_event(&reply, reply_read(&reply, &unread, &left), got);
    free(piece);
    at += length;
  }
  got->records = 0;
  struct next_record record;
  if (got->status == 0) {
    for (size_t at = 0; next_each(&reply.next, &at, &record);) got->records += strlen(record.text) <= record.length;
  }
  reply_end(&reply);
}

static int same(const struct bytes *one, const struct bytes *other) {
  return one->length == other->length && memcmp(one->at, other->at, one->length) == 0;
}

int main(int argc, char **argv) {
  static struct bytes reply;
  static struct reading expected, got;
  uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
  unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
  unsigned long mutated = 0, switched = 0, statuses = 0;
  for (unsigned long number = 0; number < count; number++) {
    /* Each has a state of its own, so that it can be made again alone. */
    state = (seed * 0x9e3779b97f4a7c15u + number + 1) * 0xbf58476d1ce4e5b9u | 1;
    draw(2);
    if (draw(2) == 0) {
      make_true_reply(&reply);
      for (uint32_t changes = 1 + draw(3); changes > 0; changes--) change_something(&reply);
      mutated++;
    } else if (draw(3) == 0) {
      make_true_reply(&reply);
    } else {
      make_wild_reply(&reply);
    }
    int frames = expect_reply(&reply, &expected);
    read_in_pieces(&reply, &got);
    switched += (unsigned long)frames;
    statuses += expected.status >= 0;
    int alike = same(&expected.output[0], &got.output[0]) && same(&expected.output[1], &got.output[1]) &&
                expected.status == got.status && (!frames || expected.failed == got.failed) &&
                (expected.status != 0 || expected.records == got.records);
    if (!alike) {
      fprintf(stderr, "misread: seed %llu reply %lu: status %d not %d, stdout %zu not %zu, failed %d not %d\n",
              (unsigned long long)seed, number, got.status, expected.status, got.output[0].length,
              expected.output[0].length, got.failed, expected.failed);
      return 1;
    }
  }
  printf("%llu %lu %lu %lu %lu\n", (unsigned long long)seed, count, mutated, switched, statuses);
  return 0;
}
