#define _GNU_SOURCE
#include "connection.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "paths.h"
#include "trust.h"

/* How long to wait for a place in the queue of a busy broker. Seconds. */
#define CONNECT_TIME 2

static int connect_to(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(path);
  if (length >= sizeof address.sun_path) return -1;
  memcpy(address.sun_path, path, length + 1);
  int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
  if (descriptor < 0) return -1;
  fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  /* Linux lets connect(2) wait for a place this long. */
  struct timeval patience = {.tv_sec = CONNECT_TIME};
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0) return descriptor;
  close(descriptor);
  return -1;
}

struct broker connect_to_broker(struct failure *failure) {
  struct socket_paths sockets;
  char problem[LONGEST_MESSAGE] = "";
  find_sockets(&sockets);
  for (size_t index = 0; index < sockets.count; index++) {
    char found[LONGEST_MESSAGE];
    enum trust trust = judge_socket(sockets.path[index], sockets.is_named, getuid(), found, sizeof found);
    switch (trust) {
      case TRUST_ABSENT:
        continue;
      case TRUST_FOREIGN:
        if (*problem == '\0') memcpy(problem, found, sizeof problem);
        continue;
      case TRUST_OURS:
      case TRUST_LENT: {
        struct broker broker = {connect_to(sockets.path[index]), trust == TRUST_LENT};
        if (broker.descriptor >= 0) return broker;
      }
    }
  }
  if (*problem != '\0') fail_with(failure, "access_denied", "%s", problem);
  else fail_with(failure, "no_broker", "not running; start it with: keytray start");
  return (struct broker){-1, 0};
}
