#include "json.h"

#include <string.h>

#define DEEPEST 16

struct cursor {
  const char *at;
  const char *end;
};

/* Where a decoded text goes; what does not fit is left out. */
struct sink {
  char *text;
  size_t size;
  size_t length;
};

static void skip_space(struct cursor *in) {
  while (in->at < in->end && memchr(" \t\r\n", *in->at, 4) != NULL) in->at++;
}

static int take(struct cursor *in, char wanted) {
  skip_space(in);
  if (in->at == in->end || *in->at != wanted) return 0;
  in->at++;
  return 1;
}

static void put(struct sink *out, char byte) {
  if (out->length + 1 < out->size) out->text[out->length++] = byte;
}

static void put_code_point(struct sink *out, unsigned point) {
  if (point < 0x80) {
    put(out, (char)point);
  } else if (point < 0x800) {
    put(out, (char)(0xc0 | point >> 6));
    put(out, (char)(0x80 | (point & 0x3f)));
  } else {
    put(out, (char)(0xe0 | point >> 12));
    put(out, (char)(0x80 | (point >> 6 & 0x3f)));
    put(out, (char)(0x80 | (point & 0x3f)));
  }
}

static int take_hex(struct cursor *in, unsigned *point) {
  *point = 0;
  for (int digit = 0; digit < 4; digit++) {
    if (in->at == in->end) return 0;
    char c = *in->at++;
    unsigned value;
    if (c >= '0' && c <= '9') value = (unsigned)(c - '0');
    else if (c >= 'a' && c <= 'f') value = (unsigned)(c - 'a') + 10;
    else if (c >= 'A' && c <= 'F') value = (unsigned)(c - 'A') + 10;
    else return 0;
    *point = *point << 4 | value;
  }
  return 1;
}

static int take_escape(struct cursor *in, struct sink *out) {
  static const char names[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  if (in->at == in->end) return 0;
  char c = *in->at++;
  if (c == 'u') {
    unsigned point;
    if (!take_hex(in, &point)) return 0;
    /* JSON.stringify writes only controls and halves of pairs this way. */
    put_code_point(out, point >= 0xd800 && point < 0xe000 ? 0xfffd : point);
    return 1;
  }
  const char *found = memchr(names, c, sizeof names - 1);
  if (found == NULL) return 0;
  put(out, meanings[found - names]);
  return 1;
}

static int take_text(struct cursor *in, struct sink *out) {
  out->length = 0;
  if (!take(in, '"')) return 0;
  while (in->at < in->end) {
    char c = *in->at++;
    if (c == '"') {
      if (out->size > 0) out->text[out->length] = '\0';
      return 1;
    }
    if ((unsigned char)c < 0x20) return 0;
    if (c != '\\') put(out, c);
    else if (!take_escape(in, out)) return 0;
  }
  return 0;
}

static int skip_value(struct cursor *in) {
  int depth = 0;
  do {
    skip_space(in);
    if (in->at == in->end) return 0;
    char c = *in->at;
    if (c == '"') {
      struct sink nowhere = {NULL, 0, 0};
      if (!take_text(in, &nowhere)) return 0;
      continue;
    }
    in->at++;
    if (c == '{' || c == '[') depth++;
    else if (c == '}' || c == ']') depth--;
    if (depth < 0 || depth > DEEPEST) return 0;
    if (depth == 0 && c != '}' && c != ']') {
      /* A number or a word: to its end. */
      while (in->at < in->end && memchr(",}] \t\r\n", *in->at, 7) == NULL) in->at++;
    }
  } while (depth > 0);
  return 1;
}

int json_text(const char *json, size_t length, const char *name, char *text, size_t size) {
  struct cursor in = {json, json + length};
  char member[64];
  if (!take(&in, '{')) return 0;
  do {
    struct sink key = {member, sizeof member, 0};
    if (!take_text(&in, &key) || !take(&in, ':')) return 0;
    skip_space(&in);
    if (strcmp(member, name) == 0) {
      struct sink value = {text, size, 0};
      return in.at < in.end && *in.at == '"' && take_text(&in, &value);
    }
    if (!skip_value(&in)) return 0;
  } while (take(&in, ','));
  return 0;
}
