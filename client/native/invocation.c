#include "invocation.h"

#include <string.h>

static const char keytray_usage[] = "keytray helper PROTOCOL OPERATION…";

const struct protocol *find_protocol(const char *name) {
  for (size_t index = 0; index < sizeof protocols / sizeof *protocols; index++) {
    if (strcmp(protocols[index].name, name) == 0) return &protocols[index];
  }
  return NULL;
}

static const struct program *find_program_entry(const char *name) {
  for (size_t index = 0; index < sizeof programs / sizeof *programs; index++) {
    if (strcmp(programs[index].name, name) == 0) return &programs[index];
  }
  return NULL;
}

static int is_protocol(const char *text) {
  size_t length = strlen(text);
  return length > 0 && length <= LONGEST_NAME && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static struct invocation helper_call(const char *protocol, const char *operation, char **argv, const char *usage) {
  struct invocation call = {RUN_HELPER, protocol, operation, argv, usage, NULL};
  if (operation == NULL || *operation == '\0' || strlen(operation) > LONGEST_NAME) call.kind = SHOW_USAGE;
  return call;
}

struct invocation read_invocation(int argc, char **argv) {
  struct invocation command_line = {RUN_COMMAND_LINE, NULL, NULL, argv + (argc > 0), NULL, NULL};
  if (argc == 0) return command_line;
  const char *slash = strrchr(argv[0], '/');
  const struct program *program = find_program_entry(slash == NULL ? argv[0] : slash + 1);
  if (program != NULL) {
    const char *operation = program->operation;
    if (operation == NULL && argc > 1) operation = argv[argc - 1];
    struct invocation call = helper_call(program->protocol, operation, argv + 1, program->usage);
    if (program->is_in_place) call.in_place_of = program->name;
    return call;
  }
  if (argc > 2 && strcmp(argv[1], "token") == 0) {
    struct invocation call = {RUN_TOKEN, "token", "get", argv + 2, NULL, NULL};
    return call;
  }
  /* Options after `helper` are for the command line, which explains itself. */
  if (argc < 3 || strcmp(argv[1], "helper") != 0 || *argv[2] == '-' || *argv[2] == '\0') return command_line;
  if (!is_protocol(argv[2])) return helper_call(NULL, NULL, argv + 2, keytray_usage);
  return helper_call(argv[2], argv[3], argv + 3, keytray_usage);
}
