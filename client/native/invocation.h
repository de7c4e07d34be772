#ifndef KEYTRAY_INVOCATION_H
#define KEYTRAY_INVOCATION_H

#include "tables.h"

#define LONGEST_NAME 64

/* What a command line means. */
struct invocation {
  enum {
    RUN_HELPER,
    /* `keytray token …`: the broker's `token` helper, and the command line for whatever that does not answer. */
    RUN_TOKEN,
    RUN_COMMAND_LINE,
    SHOW_USAGE
  } kind;
  const char *protocol;
  const char *operation;
  /* What follows the program's name; ends with NULL. */
  char *const *argv;
  const char *usage;
  /* The other program whose name we were called by, or NULL. */
  const char *in_place_of;
};

/* `argv` as main() gets it. */
struct invocation read_invocation(int argc, char **argv);

/* NULL for a protocol without an entry. */
const struct protocol *find_protocol(const char *name);

#endif
