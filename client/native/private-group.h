#ifndef KEYTRAY_PRIVATE_GROUP_H
#define KEYTRAY_PRIVATE_GROUP_H

#include <sys/types.h>

/* Whether a group is the private one of its user, as core/platform/private-group.ts tells. */
int is_private_group(gid_t gid, uid_t uid);

#endif
