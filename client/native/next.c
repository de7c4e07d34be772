#include "next.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

/* A record: its type, the length of its text, the text, NUL. */
#define RECORD_HEAD (1 + sizeof(uint32_t))

const char *next_begin(struct next_records *next, char type, size_t length) {
  if ((type == 'P') != (next->count == 0)) return "one next program, named first";
  size_t needed = next->length + RECORD_HEAD + length + 1;
  if (needed > LARGEST_NEXT) return "too much for the next program";
  char *grown = realloc(next->bytes, needed);
  if (grown == NULL) return "out of memory";
  next->bytes = grown;
  uint32_t text_length = (uint32_t)length;
  grown[next->length] = type;
  memcpy(grown + next->length + 1, &text_length, sizeof text_length);
  next->length += RECORD_HEAD;
  next->count++;
  return NULL;
}

void next_add(struct next_records *next, const char *bytes, size_t length) {
  memcpy(next->bytes + next->length, bytes, length);
  next->length += length;
}

static int is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static int is_digit(char c) { return c >= '0' && c <= '9'; }

static const struct next_program *find_next_program(const char *name) {
  for (size_t index = 0; index < sizeof next_programs / sizeof *next_programs; index++) {
    if (strcmp(next_programs[index].name, name) == 0) return &next_programs[index];
  }
  return NULL;
}

/* Whether the caller's own arguments name the program; a command with a path is run by env(1). */
static int is_named(char *const *argv, const char *name) {
  int is_env = strcmp(name, "env") == 0;
  for (; *argv != NULL; argv++) {
    if (strcmp(*argv, name) == 0 || (is_env && strchr(*argv, '/') != NULL)) return 1;
  }
  return 0;
}

/* `*` at the end of a name stands for more of it. The variable ends with `=` or NUL. */
static int lists(const char *const *names, const char *variable) {
  size_t length = strcspn(variable, "=");
  for (; *names != NULL; names++) {
    size_t listed = strlen(*names);
    int begins = (*names)[listed - 1] == '*';
    if (begins) listed--;
    if (begins ? length >= listed : length == listed) {
      if (strncmp(*names, variable, listed) == 0) return 1;
    }
  }
  return 0;
}

static int is_variable(const char *text, char end) {
  if (!is_letter(*text) && *text != '_') return 0;
  while (is_letter(*text) || is_digit(*text) || *text == '_') text++;
  return *text == end;
}

static int is_given(const struct next_program *program, const struct next_program *callers, char type, const char *text) {
  if (program != NULL && lists(type == 'F' ? program->files : program->variables, text)) return 1;
  return callers != NULL && lists(type == 'F' ? callers->files : callers->variables, text);
}

const char *next_check(struct next_records *next, size_t record_start) {
  next->bytes[next->length++] = '\0';
  struct next_record record = {0};
  if (!next_each(next, &record_start, &record)) return "an empty record";
  size_t words = strlen(record.text);
  /* The name comes first. */
  const char *name = next->bytes + RECORD_HEAD;
  const struct next_program *program = find_next_program(name);
  const struct next_program *callers = is_named(next->argv, name) ? find_next_program("") : NULL;
  switch (record.type) {
    case 'F':
      if (words == record.length || !is_variable(record.text, '\0')) return "a file is NAME, NUL, content";
      if (!is_given(program, callers, 'F', record.text)) return "a variable that program is not given";
      return NULL;
    case 'P':
      if (words < record.length || *name == '\0' || (program == NULL && callers == NULL)) return "the client does not become that program";
      return NULL;
    default:
      if (words < record.length) return "a NUL byte in an argument or variable";
      if (record.type != 'V') return NULL;
      if (!is_variable(record.text, '=')) return "a variable is NAME=value";
      if (!is_given(program, callers, 'V', record.text)) return "a variable that program is not given";
      return NULL;
  }
}

int next_each(const struct next_records *next, size_t *at, struct next_record *record) {
  if (*at >= next->length) return 0;
  uint32_t length;
  memcpy(&length, next->bytes + *at + 1, sizeof length);
  record->type = next->bytes[*at];
  record->length = length;
  record->text = next->bytes + *at + RECORD_HEAD;
  *at += RECORD_HEAD + length + 1;
  return 1;
}
