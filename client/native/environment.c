#define _GNU_SOURCE
#include "environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tables.h"

#ifdef __APPLE__
#include <crt_externs.h>
#define environ (*_NSGetEnviron())
#endif

static int starts_with(const char *text, const char *start) { return strncmp(text, start, strlen(start)) == 0; }

static int is_passed(const char *entry, size_t length) {
  if (starts_with(entry, CALLER_PREFIX)) return 0;
  for (size_t index = 0; index < sizeof passed_prefixes / sizeof *passed_prefixes; index++) {
    if (starts_with(entry, passed_prefixes[index])) return 1;
  }
  for (size_t index = 0; index < sizeof passed_variables / sizeof *passed_variables; index++) {
    const char *name = passed_variables[index];
    if (strlen(name) == length && memcmp(entry, name, length) == 0) return 1;
  }
  return 0;
}

static char *renamed(const char *entry) {
  size_t size = sizeof CALLER_PREFIX + strlen(entry);
  char *text = malloc(size);
  if (text != NULL) snprintf(text, size, "%s%s", CALLER_PREFIX, entry);
  return text;
}

char **environment_for_node(void) {
  size_t count = 0;
  while (environ[count] != NULL) count++;
  char **variables = calloc(count + 1, sizeof *variables);
  if (variables == NULL) return NULL;
  size_t kept = 0;
  for (char **entry = environ; *entry != NULL; entry++) {
    size_t length = strcspn(*entry, "=");
    if (length == 0 || (*entry)[length] == '\0') continue;
    variables[kept] = is_passed(*entry, length) ? *entry : renamed(*entry);
    if (variables[kept++] == NULL) return NULL;
  }
  return variables;
}
