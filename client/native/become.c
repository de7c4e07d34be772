#define _GNU_SOURCE
#include "become.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "next.h"
#include "paths.h"
#include "say.h"

/* Of a program that knows no answer. */
#define NOTHING_KNOWN 1
#define NOT_EXECUTABLE 126
#define NOT_FOUND 127

#ifdef __APPLE__
#define DESCRIPTOR_PATH "/dev/fd/%d"
#else
#define DESCRIPTOR_PATH "/proc/self/fd/%d"
#endif

struct own_program {
  struct stat file;
  /* The folder it lies in, with `/` at the end, and the one beside it for names that are other programs' too. */
  char folder[LONGEST_PATH];
  char libexec[LONGEST_PATH];
};

static int find_own(struct own_program *own) {
  char path[LONGEST_PATH];
  if (!find_own_program(path, sizeof path) || stat(path, &own->file) != 0) return 0;
  char *name = strrchr(path, '/');
  if (name == NULL) return 0;
  name[1] = '\0';
  memcpy(own->folder, path, strlen(path) + 1);
  *name = '\0';
  char *folder = strrchr(path, '/');
  if (folder == NULL) return 0;
  *folder = '\0';
  return join_path(own->libexec, sizeof own->libexec, path, "libexec/");
}

static int starts_with(const char *text, const char *start) { return strncmp(text, start, strlen(start)) == 0; }

/* Also through links: a program of ours under another's name would ask the broker again, for ever. */
static int is_ours(const char *path, const struct stat *file, const struct own_program *own) {
  if (file->st_dev == own->file.st_dev && file->st_ino == own->file.st_ino) return 1;
  char *resolved = realpath(path, NULL);
  int inside = resolved != NULL && (starts_with(resolved, own->folder) || starts_with(resolved, own->libexec));
  free(resolved);
  return inside;
}

static int find_on_path(const char *name, char *path, size_t size) {
  struct own_program own;
  const char *folders = getenv("PATH");
  if (folders == NULL) folders = "/usr/local/bin:/usr/bin:/bin";
  if (!find_own(&own)) return 0;
  for (const char *at = folders;; at++) {
    size_t length = strcspn(at, ":");
    int needed = snprintf(path, size, "%.*s/%s", (int)length, at, name);
    struct stat file;
    /* Empty and relative entries mean whatever folder the caller happens to stand in. */
    if (*at == '/' && needed > 0 && (size_t)needed < size && access(path, X_OK) == 0 && stat(path, &file) == 0 &&
        S_ISREG(file.st_mode) && !is_ours(path, &file, &own)) {
      return 1;
    }
    at += length;
    if (*at == '\0') return 0;
  }
}

/* A file without a name, of mode 0600, that the next program inherits. */
static int open_nameless(void) {
#ifdef __APPLE__
  char path[] = "/tmp/keytray-XXXXXX";
  int descriptor = mkstemp(path);
  if (descriptor >= 0) unlink(path);
  return descriptor;
#else
  int descriptor = memfd_create("keytray", 0);
  if (descriptor >= 0) fchmod(descriptor, S_IRUSR | S_IWUSR);
  return descriptor;
#endif
}

static int set_file(const struct next_record *record) {
  const char *name = record->text;
  const char *content = name + strlen(name) + 1;
  size_t length = record->length - strlen(name) - 1;
  char path[64];
  int descriptor = open_nameless();
  if (descriptor < 0 || !put_all(descriptor, content, length)) return 0;
  lseek(descriptor, 0, SEEK_SET);
  snprintf(path, sizeof path, DESCRIPTOR_PATH, descriptor);
  return setenv(name, path, 1) == 0;
}

static int set_variable(char *text) {
  char *value = strchr(text, '=');
  *value = '\0';
  int set = setenv(text, value + 1, 1) == 0;
  *value = '=';
  return set;
}

static int become_program(char **argv, const char *in_place_of) {
  char path[LONGEST_PATH];
  if (!find_on_path(argv[0], path, sizeof path)) {
    if (in_place_of != NULL && strcmp(argv[0], in_place_of) == 0) return NOTHING_KNOWN;
    say("%s: not found on PATH", argv[0]);
    return NOT_FOUND;
  }
  execv(path, argv);
  say("%s: cannot be run (%s)", argv[0], strerror(errno));
  return NOT_EXECUTABLE;
}

int become_next(const struct next_records *next, const char *in_place_of) {
  char **argv = calloc(next->count + 1, sizeof *argv);
  struct next_record record;
  size_t argc = 0;
  int prepared = argv != NULL;
  for (size_t at = 0; prepared && next_each(next, &at, &record);) {
    if (record.type == 'F') prepared = set_file(&record);
    else if (record.type == 'V') prepared = set_variable(record.text);
    /* The name comes first, and is the first argument. */
    else argv[argc++] = record.text;
  }
  int status = NOT_EXECUTABLE;
  if (prepared) status = become_program(argv, in_place_of);
  else say("cannot prepare the next program: %s", strerror(errno));
  free(argv);
  return status;
}

int step_aside(const char *name, char *const *arguments) {
  size_t count = 0;
  while (arguments[count] != NULL) count++;
  char **argv = calloc(count + 2, sizeof *argv);
  if (argv == NULL) return NOTHING_KNOWN;
  argv[0] = (char *)name;
  memcpy(argv + 1, arguments, count * sizeof *argv);
  int status = become_program(argv, name);
  free(argv);
  return status;
}
