#ifndef KEYTRAY_TRUST_H
#define KEYTRAY_TRUST_H

#include <stddef.h>
#include <sys/types.h>

/* Whom the client would be talking to; the rules of core/local-api/socket-trust.ts and core/platform/trusted-path.ts. */
enum trust { TRUST_OURS, TRUST_ABSENT, TRUST_FOREIGN };

/* With TRUST_FOREIGN, `problem` is for people. */
enum trust judge_socket(const char *path, uid_t uid, char *problem, size_t size);

#endif
