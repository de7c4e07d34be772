#ifndef KEYTRAY_PATHS_H
#define KEYTRAY_PATHS_H

#include <stddef.h>

#define LONGEST_PATH 4096
#define MOST_SOCKETS 3

/* The folders of core/config/paths.ts, for who runs this. A path that does not fit counts as unset. */

struct socket_paths {
  char path[MOST_SOCKETS][LONGEST_PATH];
  size_t count;
  /* KEYTRAY_SOCKET names the only one. */
  int is_named;
};

/* Where the broker may listen, in the order in which it is looked for. */
void find_sockets(struct socket_paths *sockets);

/* The configuration file. 0 where it has no place. */
int find_config(char *path, size_t size);

/* Joins with `/` between. 0 where it does not fit. */
int join_path(char *path, size_t size, const char *folder, const char *name);

/* Follows links to the program that runs. 0 where the system does not say. */
int find_own_program(char *path, size_t size);

#endif
