#define _GNU_SOURCE
#include "command-line.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "environment.h"
#include "paths.h"
#include "say.h"
#include "tables.h"

static int find_lib(char *lib, size_t size) {
  char path[LONGEST_PATH];
  if (!find_own_program(path, sizeof path)) return 0;
  for (int up = 0; up < 2; up++) {
    char *slash = strrchr(path, '/');
    if (slash == NULL) return 0;
    *slash = '\0';
  }
  return join_path(lib, size, path, "lib");
}

static int find_node(const char *lib, char *node, size_t size) {
  char file[LONGEST_PATH];
  char line[LONGEST_PATH];
  if (!join_path(file, sizeof file, lib, "node")) return 0;
  int descriptor = open(file, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return 0;
  ssize_t length = read(descriptor, line, sizeof line - 1);
  close(descriptor);
  if (length <= 0) return 0;
  line[length] = '\0';
  line[strcspn(line, "\n")] = '\0';
  return *line == '/' ? join_path(node, size, "", line + 1) : join_path(node, size, lib, line);
}

/* The number in `--passphrase-fd N` or `--passphrase-fd=N` where that is all there is and it is open; NULL else. */
static const char *open_passphrase(char *const *arguments) {
  static const char option[] = "--passphrase-fd";
  size_t length = sizeof option - 1;
  const char *text = NULL;
  if (arguments[0] == NULL || strncmp(arguments[0], option, length) != 0) return NULL;
  if (arguments[0][length] == '=' && arguments[1] == NULL) text = arguments[0] + length + 1;
  if (arguments[0][length] == '\0' && arguments[1] != NULL && arguments[2] == NULL) text = arguments[1];
  if (text == NULL || *text == '\0' || text[strspn(text, "0123456789")] != '\0') return NULL;
  errno = 0;
  long descriptor = strtol(text, NULL, 10);
  if (errno != 0 || descriptor == 1 || descriptor == 2 || descriptor > INT_MAX) return NULL;
  return fcntl((int)descriptor, F_GETFD) == -1 ? NULL : text;
}

int become_command_line(char *const *arguments) {
  char lib[LONGEST_PATH];
  char node[LONGEST_PATH];
  char script[LONGEST_PATH];
  if (!find_lib(lib, sizeof lib) || !find_node(lib, node, sizeof node)) {
    say("the command line is not there; build Keytray again");
    return 1;
  }
  size_t count = 0;
  while (arguments[count] != NULL) count++;
  /*
   * `agent` alone, or with a passphrase's descriptor, is the agent at once: Node closes what it inherited when it
   * becomes another program. Other words after it go to the command line, which knows how to refuse or to explain.
   */
  int is_agent = count > 0 && strcmp(arguments[0], "agent") == 0;
  const char *passphrase = is_agent ? open_passphrase(arguments + 1) : NULL;
  int straight = is_agent && (count == 1 || passphrase != NULL);
  static char *const flags[] = {NODE_FLAGS};
  size_t flag_count = sizeof flags / sizeof *flags;
  char **argv = calloc(count + flag_count + 5, sizeof *argv);
  if (argv == NULL || !join_path(script, sizeof script, lib, straight ? "agent.js" : "cli.js")) return 1;
  size_t argc = 0;
  argv[argc++] = node;
  for (size_t index = 0; index < flag_count; index++) argv[argc++] = flags[index];
  argv[argc++] = script;
  if (passphrase != NULL) {
    argv[argc++] = "--passphrase-fd";
    /* execve(2) changes none of them. */
    argv[argc++] = (char *)(size_t)passphrase;
  } else if (!straight) {
    for (size_t index = 0; index < count; index++) argv[argc++] = arguments[index];
  }
  char **environment = environment_for_node();
  if (environment == NULL) return 1;
  execve(node, argv, environment);
  say("%s cannot be run (%s); build Keytray again", node, strerror(errno));
  free(argv);
  return 1;
}
