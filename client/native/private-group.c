#define _GNU_SOURCE
#include "private-group.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 0 where another user has the group as the first one. `name` is left as it was where the user is not in the file. */
static int read_users(gid_t gid, uid_t uid, char *name, size_t size) {
  int alone = 1;
#ifdef __APPLE__
  setpwent();
  for (struct passwd *user = getpwent(); user != NULL; user = getpwent()) {
#else
  /* Not getpwent: a static program cannot ask directories. */
  FILE *users = fopen("/etc/passwd", "re");
  if (users == NULL) return 1;
  for (struct passwd *user = fgetpwent(users); user != NULL; user = fgetpwent(users)) {
#endif
    if (user->pw_uid == uid) snprintf(name, size, "%s", user->pw_name);
    else if (user->pw_gid == gid && user->pw_uid != 0) alone = 0;
  }
#ifdef __APPLE__
  endpwent();
#else
  fclose(users);
#endif
  return alone;
}

static int is_alone_in(const struct group *group, const char *name) {
  for (char **member = group->gr_mem; *member != NULL; member++) {
    if (strcmp(*member, "root") != 0 && strcmp(*member, name) != 0) return 0;
  }
  return 1;
}

int is_private_group(gid_t gid, uid_t uid) {
  char name[256] = "";
  int private = gid == uid;
  int alone = read_users(gid, uid, name, sizeof name);
#ifdef __APPLE__
  const struct group *group = getgrgid(gid);
  if (group != NULL) {
#else
  FILE *groups = fopen("/etc/group", "re");
  if (groups == NULL) return private && alone;
  for (struct group *group = fgetgrent(groups); group != NULL; group = fgetgrent(groups)) {
    if (group->gr_gid != gid) continue;
#endif
    if (*name != '\0' && strcmp(group->gr_name, name) == 0) private = 1;
    if (!is_alone_in(group, name)) alone = 0;
  }
#ifndef __APPLE__
  fclose(groups);
#endif
  return private && alone;
}
