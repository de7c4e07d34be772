#define _GNU_SOURCE
#include "trust.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "paths.h"
#include "private-group.h"

#define MOST_LINKS 40

static int is_trusted(const struct stat *found, uid_t uid) { return found->st_uid == uid || found->st_uid == 0; }

/* The sticky bit keeps what we make there ours. A group of root's, or the user's private one, lets nobody else in. */
static int is_open(const struct stat *found, uid_t uid) {
  if ((found->st_mode & S_ISVTX) != 0) return 0;
  if ((found->st_mode & 0002u) != 0) return 1;
  return (found->st_mode & 0020u) != 0 && found->st_gid != 0 && !is_private_group(found->st_gid, uid);
}

/* In a folder that others may add to, a second name may be of their making; root's store links equal files of its own. */
static int has_strange_names(const struct stat *found, const struct stat *folder) {
  if (S_ISDIR(found->st_mode) || found->st_nlink < 2 || (folder->st_mode & S_ISVTX) == 0) return 0;
  int others = found->st_uid == 0 && folder->st_uid == 0 ? 0002 : 0022;
  return (folder->st_mode & (mode_t)others) != 0;
}

/* One step of the way: where `name` leads from `at`, which is "" for the root. 0 where that is too long. */
static int step(char *path, size_t size, const char *at, const char *name, size_t length) {
  int parent = length == 2 && memcmp(name, "..", 2) == 0;
  int stay = length == 0 || (length == 1 && *name == '.');
  size_t base = strlen(at);
  if (parent) {
    const char *slash = strrchr(at, '/');
    base = slash == NULL ? 0 : (size_t)(slash - at);
  }
  int needed = parent || stay ? snprintf(path, size, "%.*s", (int)base, at)
                              : snprintf(path, size, "%s/%.*s", at, (int)length, name);
  return needed >= 0 && (size_t)needed < size;
}

/* Puts what a link leads to before the rest of the way. `rest` may be part of `way`. */
static int follow(const char *link, const char *rest, char *way, size_t size) {
  char target[LONGEST_PATH];
  char whole[2 * LONGEST_PATH];
  ssize_t length = readlink(link, target, sizeof target - 1);
  if (length < 0) return 0;
  target[length] = '\0';
  int needed = snprintf(whole, sizeof whole, "%s/%s", target, rest);
  if (needed < 0 || (size_t)needed >= size) return 0;
  memcpy(way, whole, (size_t)needed + 1);
  return 1;
}

__attribute__((format(printf, 3, 0))) static int complain(char *problem, size_t size, const char *format, const char *path, unsigned number) {
  snprintf(problem, size, format, path, number);
  return 0;
}

static int folder_is_safe(const char *path, const struct stat *found, uid_t uid, char *problem, size_t size) {
  if (!S_ISDIR(found->st_mode)) return complain(problem, size, "%s is not a folder", path, 0);
  if (!is_trusted(found, uid)) return complain(problem, size, "%s belongs to uid %u", path, found->st_uid);
  if (!is_open(found, uid)) return 1;
  snprintf(problem, size, "others can write to %s; run: chmod go-w %s", path, path);
  return 0;
}

/*
 * Whether a socket is one that nobody else can put another in the place of, nor in that of the folders that lead to it.
 * Links are followed as the kernel does, each judged by its owner. What cannot be looked at is no problem: it cannot be
 * reached.
 */
static int way_is_safe(const char *socket, uid_t uid, char *problem, size_t size) {
  char way[LONGEST_PATH];
  char at[LONGEST_PATH] = "";
  struct stat folder = {0};
  int links = 0;
  if (snprintf(way, sizeof way, "%s", socket) >= (int)sizeof way) return 1;
  for (const char *rest = way;;) {
    char path[LONGEST_PATH];
    struct stat found;
    size_t length = strcspn(rest, "/");
    int last = rest[length] == '\0';
    if (!step(path, sizeof path, at, rest, length)) return 1;
    const char *shown = *path == '\0' ? "/" : path;
    if (lstat(shown, &found) != 0) return 1;
    if (has_strange_names(&found, &folder)) {
      return complain(problem, size, "%s has a second name, and others can make one in its folder", shown, 0);
    }
    if (S_ISLNK(found.st_mode)) {
      if (!is_trusted(&found, uid)) {
        return complain(problem, size, "%s is a link that belongs to uid %u", shown, found.st_uid);
      }
      if (++links > MOST_LINKS) return complain(problem, size, "%s leads through too many links", shown, 0);
      if (!follow(shown, last ? "" : rest + length + 1, way, sizeof way)) return 1;
      rest = way;
      if (*way == '/') *at = '\0';
      continue;
    }
    /* The caller has looked at whose it is. */
    if (last && S_ISSOCK(found.st_mode)) return 1;
    if (!folder_is_safe(shown, &found, uid, problem, size)) return 0;
    if (last) return 1;
    folder = found;
    memcpy(at, path, strlen(path) + 1);
    rest += length + 1;
  }
}

/* Nobody in here can put another socket in its place: the mount is read-only, or all of the way is root's. */
static int is_lent(const char *path, const struct stat *socket) {
  struct statvfs mount;
  char problem[LONGEST_PATH];
  if (statvfs(path, &mount) == 0 && (mount.f_flag & ST_RDONLY) != 0) return 1;
  return socket->st_uid == 0 && way_is_safe(path, 0, problem, sizeof problem);
}

enum trust judge_socket(const char *path, int is_named, uid_t uid, char *problem, size_t size) {
  struct stat socket;
  if (lstat(path, &socket) != 0 || !S_ISSOCK(socket.st_mode)) return TRUST_ABSENT;
  if (socket.st_uid != uid) {
    if (is_named && is_lent(path, &socket)) return TRUST_LENT;
    const char *advice = uid == 0 ? "; run the command as that user, without sudo" : "";
    snprintf(problem, size, "%s belongs to uid %u, not to you (uid %u)%s", path, socket.st_uid, uid, advice);
    return TRUST_FOREIGN;
  }
  /* Where others can write, the file could be replaced between this look and the connection. */
  return way_is_safe(path, uid, problem, size) ? TRUST_OURS : TRUST_FOREIGN;
}
