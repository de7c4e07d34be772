#include "failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "tables.h"

static const struct failure_code *find_code(const char *name) {
  for (size_t index = 0; index < sizeof failure_codes / sizeof *failure_codes; index++) {
    if (strcmp(failure_codes[index].name, name) == 0) return &failure_codes[index];
  }
  return NULL;
}

void fail_with(struct failure *failure, const char *code, const char *format, ...) {
  failure->code = code;
  va_list values;
  va_start(values, format);
  vsnprintf(failure->message, sizeof failure->message, format, values);
  va_end(values);
}

int exit_status_of(const struct failure *failure) {
  const struct failure_code *code = find_code(failure->code);
  return code == NULL ? 1 : code->exit_status;
}

void read_refusal(struct failure *failure, int status, const char *body, size_t length) {
  char name[64];
  char description[LONGEST_MESSAGE];
  const struct failure_code *code = NULL;
  if (json_text(body, length, "error", name, sizeof name)) code = find_code(name);
  if (code == NULL) {
    fail_with(failure, "internal_error", "Keytray answered with status %d", status);
  } else {
    int described = json_text(body, length, "error_description", description, sizeof description);
    fail_with(failure, code->name, "%s", described ? description : code->name);
  }
}
