#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "autostart.h"
#include "become.h"
#include "call.h"
#include "command-line.h"
#include "connection.h"
#include "failure-form.h"
#include "invocation.h"
#include "say.h"

/*
 * Every helper name is this program, and so is `keytray`. It knows no credential protocol: it forwards what a tool said
 * to the broker, and the broker's answer to the tool.
 */

/* A descriptor we open must not take the place of one that the caller has closed. */
static void open_standard_streams(void) {
  struct pollfd standard[] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};
  if (poll(standard, 3, 0) == 0) return;
  for (int descriptor = 0; descriptor < 3; descriptor++) {
    if (fcntl(descriptor, F_GETFD) == -1 && open("/dev/null", O_RDWR) < 0) _exit(1);
  }
}

/* As the caller has left it, for the program we become. */
static void (*caller_sigpipe)(int);

static int say_usage(const char *usage) {
  char line[256];
  int length = snprintf(line, sizeof line, "usage: %s\n", usage);
  put_all(STDERR_FILENO, line, (size_t)length);
  return 2;
}

static int end_helper(const struct invocation *invocation, const struct reply *reply, const struct outcome *outcome) {
  if (!outcome->answered) {
    if (outcome->spoken || invocation->in_place_of == NULL) {
      return answer_failure(invocation, &outcome->failure, outcome->spoken);
    }
    signal(SIGPIPE, caller_sigpipe);
    return step_aside(invocation->in_place_of, invocation->argv);
  }
  if (outcome->status != 0 || reply->next.count == 0) return outcome->status;
  signal(SIGPIPE, caller_sigpipe);
  return become_next(&reply->next, invocation->in_place_of);
}

/* The reply is the caller's to end. */
static void ask_broker(const struct invocation *invocation, struct reply *reply, struct outcome *outcome) {
  struct broker broker = connect_to_broker(&outcome->failure);
  if (broker.descriptor < 0) broker = autostart_broker(&outcome->failure);
  reply_start(reply, broker.is_lent ? FRAMES_OF_ANSWER : FRAMES_OF_BROKER, invocation->argv);
  if (broker.descriptor >= 0) make_call(broker.descriptor, invocation, reply, outcome);
}

static int run_helper(const struct invocation *invocation) {
  struct outcome outcome = {0};
  struct reply reply;
  ask_broker(invocation, &reply, &outcome);
  int status = end_helper(invocation, &reply, &outcome);
  reply_end(&reply);
  return status;
}

/* The fast way for what succeeds; whatever else there is to say the command line says, which knows the words. */
static int run_token(const struct invocation *invocation, char *const *arguments) {
  struct outcome outcome = {0};
  struct reply reply;
  ask_broker(invocation, &reply, &outcome);
  reply_end(&reply);
  /* With something on stdout it is too late for the command line to say more. */
  if (outcome.answered && (outcome.status == 0 || outcome.spoken)) return outcome.status;
  if (outcome.spoken) return answer_failure(invocation, &outcome.failure, 1);
  if (outcome.answered && outcome.said_length > 0) setenv("KEYTRAY_TOKEN_FAILURE", outcome.said, 1);
  signal(SIGPIPE, caller_sigpipe);
  return become_command_line(arguments);
}

int main(int argc, char **argv) {
  open_standard_streams();
  struct invocation invocation = read_invocation(argc, argv);
  if (invocation.kind == RUN_COMMAND_LINE) return become_command_line(invocation.argv);
  if (invocation.kind == SHOW_USAGE) return say_usage(invocation.usage);
  caller_sigpipe = signal(SIGPIPE, SIG_IGN);
  return invocation.kind == RUN_TOKEN ? run_token(&invocation, argv + 1) : run_helper(&invocation);
}
