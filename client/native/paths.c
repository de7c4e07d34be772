#define _GNU_SOURCE
#include "paths.h"

#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __APPLE__
#include <mach-o/dyld.h>
#define MAC_SUPPORT "/Library/Application Support"
#endif

static int copy(char *path, size_t size, const char *text) {
  int length = snprintf(path, size, "%s", text);
  return length >= 0 && (size_t)length < size;
}

int join_path(char *path, size_t size, const char *folder, const char *name) {
  int length = snprintf(path, size, "%s/%s", folder, name);
  return length >= 0 && (size_t)length < size;
}

/* XDG: a value that is empty or not absolute counts as unset. */
static const char *absolute(const char *name) {
  const char *value = getenv(name);
  return value != NULL && *value == '/' ? value : NULL;
}

/* Our own variables are typed by people: a relative path means what it means in a shell. */
static int chosen(const char *name, char *path, size_t size) {
  const char *value = getenv(name);
  if (value == NULL || *value == '\0') return 0;
  if (*value == '/') return copy(path, size, value);
  char folder[LONGEST_PATH];
  return getcwd(folder, sizeof folder) != NULL && join_path(path, size, folder, value);
}

static int home(char *path, size_t size) {
  const char *set = absolute("HOME");
  if (set != NULL) return copy(path, size, set);
  int found = 0;
#ifdef __APPLE__
  const struct passwd *user = getpwuid(getuid());
  if (user != NULL) found = copy(path, size, user->pw_dir);
#else
  /* Not getpwuid: a static program cannot ask directories, and this is for cron and the like. */
  FILE *users = fopen("/etc/passwd", "re");
  if (users == NULL) return 0;
  for (struct passwd *user = fgetpwent(users); user != NULL && !found; user = fgetpwent(users)) {
    if (user->pw_uid == getuid()) found = copy(path, size, user->pw_dir);
  }
  fclose(users);
#endif
  return found;
}

/* `in_home` is below the home folder where the variable is not set. */
static int base_folder(const char *name, const char *in_home, char *path, size_t size) {
  const char *set = absolute(name);
  if (set != NULL) return copy(path, size, set);
  char folder[LONGEST_PATH];
#ifdef MAC_SUPPORT
  in_home = MAC_SUPPORT + 1;
#endif
  return home(folder, sizeof folder) && join_path(path, size, folder, in_home);
}

static void add(struct socket_paths *sockets, const char *folder, const char *name) {
  char *path = sockets->path[sockets->count];
  if (!join_path(path, LONGEST_PATH, folder, name)) return;
  for (size_t index = 0; index < sockets->count; index++) {
    if (strcmp(sockets->path[index], path) == 0) return;
  }
  sockets->count++;
}

void find_sockets(struct socket_paths *sockets) {
  sockets->count = 0;
  sockets->is_named = 0;
  const char *set = getenv("KEYTRAY_SOCKET");
  if (set != NULL && *set != '\0') {
    sockets->is_named = 1;
    if (chosen("KEYTRAY_SOCKET", sockets->path[0], LONGEST_PATH)) sockets->count = 1;
    return;
  }
  const char *runtime = absolute("XDG_RUNTIME_DIR");
  if (runtime != NULL) add(sockets, runtime, "keytray/keytray.sock");
#ifndef __APPLE__
  char of_user[64];
  snprintf(of_user, sizeof of_user, "/run/user/%ju", (uintmax_t)getuid());
  add(sockets, of_user, "keytray/keytray.sock");
#endif
  char state[LONGEST_PATH];
  if (base_folder("XDG_STATE_HOME", ".local/state", state, sizeof state)) {
    add(sockets, state, "keytray/run/keytray.sock");
  }
}

int find_config(char *path, size_t size) {
  if (chosen("KEYTRAY_CONFIG", path, size)) return 1;
  char base[LONGEST_PATH];
  return base_folder("XDG_CONFIG_HOME", ".config", base, sizeof base) &&
         join_path(path, size, base, "keytray/config.yaml");
}

int find_own_program(char *path, size_t size) {
#ifdef __APPLE__
  char unresolved[LONGEST_PATH];
  uint32_t length = sizeof unresolved;
  char resolved[LONGEST_PATH];
  if (_NSGetExecutablePath(unresolved, &length) != 0 || realpath(unresolved, resolved) == NULL) return 0;
  return copy(path, size, resolved);
#else
  ssize_t length = readlink("/proc/self/exe", path, size);
  if (length <= 0 || (size_t)length >= size) return 0;
  path[length] = '\0';
  return 1;
#endif
}
