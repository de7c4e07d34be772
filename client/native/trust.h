#ifndef KEYTRAY_TRUST_H
#define KEYTRAY_TRUST_H

#include <stddef.h>
#include <sys/types.h>

/* Whom the client would be talking to; the rules of core/local-api/socket/socket-trust.ts and core/platform/trusted-path.ts. */
enum trust {
  TRUST_OURS,
  TRUST_ABSENT,
  /* Another uid's, that was mounted or made for us: it may answer, and no more than that. */
  TRUST_LENT,
  TRUST_FOREIGN
};

/* `is_named`: KEYTRAY_SOCKET says this path. With TRUST_FOREIGN, `problem` is for people. */
enum trust judge_socket(const char *path, int is_named, uid_t uid, char *problem, size_t size);

#endif
