#define _GNU_SOURCE
#include "call.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "frames.h"
#include "paths.h"

/* Milliseconds without a byte to or from the broker after which it counts as gone. */
#ifndef SILENCE
#define SILENCE 60000
#endif

/* write(2) of this much does not block once poll(2) has said that there is room. */
#define SAFE_WRITE 4096

/* What a shell shows for SIGPIPE. */
#define BROKEN_PIPE 141

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

struct call {
  int broker;
  struct reply *reply;
  struct outcome *outcome;
  struct outbox to_broker;
  int stdin_open;
  int switched;
  /* What the broker says about a failure is not shown: the command line will say it. */
  int quiet;
  char received[LARGEST_FRAME];
  const char *unread;
  size_t unread_length;
  /* What the tool has not taken yet, on which descriptor. */
  int output;
  const char *unsent;
  size_t unsent_length;
  long long quiet_since;
  int over;
};

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

static void give_up(struct call *call, const char *code, const char *why) {
  fail_with(&call->outcome->failure, code, "%s", why);
  call->over = 1;
}

static int put_text(struct outbox *out, const char *text) { return put_bytes(out, text, strlen(text)); }

/* RFC 3986: as encodeURIComponent() does it. */
static int put_escaped(struct outbox *out, const char *text) {
  static const char digits[] = "0123456789ABCDEF";
  int fits = 1;
  for (; *text != '\0'; text++) {
    unsigned char byte = (unsigned char)*text;
    int plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
                strchr("-_.!~*'()", byte) != NULL;
    char escaped[3] = {'%', digits[byte >> 4], digits[byte & 15]};
    fits = fits && put_bytes(out, plain ? text : escaped, plain ? 1 : 3);
  }
  return fits;
}

static int put_variables(struct outbox *out, const char *const *names) {
  int fits = 1;
  for (; fits && *names != NULL; names++) {
    const char *value = getenv(*names);
    if (value == NULL) continue;
    size_t name_length = strlen(*names);
    size_t length = name_length + 1 + strlen(value);
    char *room = begin_frame(out, 'E', length);
    fits = room != NULL;
    if (!fits) break;
    memcpy(room, *names, name_length);
    room[name_length] = '=';
    memcpy(room + name_length + 1, value, length - name_length - 1);
    end_frame(out, length);
  }
  return fits;
}

/* All in one write, so that the broker need not wait for more before it can start. */
static int put_opening(struct outbox *out, const struct invocation *invocation, const struct protocol *protocol) {
  char folder[LONGEST_PATH];
  /* It may have been removed under the tool's feet; no protocol depends on it. */
  const char *cwd = getcwd(folder, sizeof folder) == NULL ? "/" : folder;
  int fits = put_text(out, "GET /v1/helpers/") && put_text(out, invocation->protocol) && put_text(out, "/") &&
             put_escaped(out, invocation->operation) &&
             put_text(out,
                      " HTTP/1.1\r\nHost: keytray\r\nConnection: Upgrade\r\n"
                      "Upgrade: keytray-helper/1\r\n\r\n");
  for (char *const *argument = invocation->argv; fits && *argument != NULL; argument++) {
    fits = put_frame(out, 'A', *argument, strlen(*argument));
  }
  return fits && (protocol == NULL || put_variables(out, protocol->variables)) && put_frame(out, 'C', cwd, strlen(cwd));
}

/* Takes what is there; the caller has made sure that it does not wait. */
static void read_stdin(struct call *call) {
  char *room = begin_frame(&call->to_broker, 'I', LARGEST_FRAME);
  if (room == NULL) {
    give_up(call, "internal_error", "out of memory");
    return;
  }
  ssize_t length = read(STDIN_FILENO, room, LARGEST_FRAME);
  if (length > 0) {
    end_frame(&call->to_broker, (size_t)length);
  } else if (length == 0 || (errno != EINTR && errno != EAGAIN)) {
    call->stdin_open = 0;
    put_frame(&call->to_broker, 'Z', "", 0);
  }
}

/* What the tool has written by now goes with the request: most have said all before we have started. */
static void read_early_stdin(struct call *call) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  for (int turn = 0; turn < 2 && call->stdin_open && poll(&input, 1, 0) > 0; turn++) read_stdin(call);
}

static void send_some(struct call *call) {
  struct outbox *out = &call->to_broker;
  ssize_t sent = send(call->broker, out->bytes + out->start, out->end - out->start, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent > 0) {
    out->start += (size_t)sent;
    call->quiet_since = now();
  } else if (sent < 0 && errno != EAGAIN && errno != EINTR) {
    /* It may have answered before it closed. */
    out->start = out->end;
    call->stdin_open = 0;
  }
}

static void write_some(struct call *call) {
  size_t length = call->unsent_length < SAFE_WRITE ? call->unsent_length : SAFE_WRITE;
  ssize_t written = write(call->output, call->unsent, length);
  if (written >= 0) {
    call->unsent += written;
    call->unsent_length -= (size_t)written;
    /* The broker was not listened to meanwhile. */
    call->quiet_since = now();
  } else if (errno != EAGAIN && errno != EINTR) {
    /* A reader that has gone needs no answer; as a command we end like any other that writes to nobody. */
    if (call->quiet && errno == EPIPE) _exit(BROKEN_PIPE);
    call->unsent_length = 0;
  }
}

static void receive_some(struct call *call) {
  ssize_t length = recv(call->broker, call->received, sizeof call->received, MSG_DONTWAIT);
  if (length > 0) {
    call->unread = call->received;
    call->unread_length = (size_t)length;
    call->quiet_since = now();
  } else if (length == 0 || (errno != EAGAIN && errno != EINTR)) {
    give_up(call, "temporarily_unavailable", "the call was cut off");
  }
}

/* Ends with NUL. */
static void keep_said(struct outcome *outcome, const char *text, size_t length) {
  size_t room = sizeof outcome->said - 1 - outcome->said_length;
  if (length > room) length = outcome->said_length = 0;
  memcpy(outcome->said + outcome->said_length, text, length);
  outcome->said_length += length;
  outcome->said[outcome->said_length] = '\0';
}

/* Goes through what has been received until there is something to write, or nothing left. */
static void understand(struct call *call) {
  while (call->unread_length > 0 && call->unsent_length == 0 && !call->over) {
    struct reply *reply = call->reply;
    switch (reply_read(reply, &call->unread, &call->unread_length)) {
      case REPLY_MORE:
        break;
      case REPLY_SWITCHED:
        call->switched = 1;
        break;
      case REPLY_STDERR:
        if (call->quiet) {
          keep_said(call->outcome, reply->output, reply->output_length);
          break;
        }
        call->output = STDERR_FILENO;
        call->unsent = reply->output;
        call->unsent_length = reply->output_length;
        break;
      case REPLY_STDOUT:
        call->output = STDOUT_FILENO;
        call->unsent = reply->output;
        call->unsent_length = reply->output_length;
        call->outcome->spoken = 1;
        break;
      case REPLY_STATUS:
        call->outcome->answered = 1;
        call->outcome->status = reply->status;
        call->over = 1;
        break;
      case REPLY_FAILED:
        call->outcome->failure = reply->failure;
        call->over = 1;
    }
  }
}

static void wait_and_serve(struct call *call) {
  enum { BROKER, INPUT, OUTPUT };
  int sending = call->to_broker.start < call->to_broker.end;
  int writing = call->unsent_length > 0;
  /* Only what can be passed on is taken, so that nothing piles up here. */
  short broker_events = (short)((writing ? 0 : POLLIN) | (sending ? POLLOUT : 0));
  struct pollfd files[] = {
      [BROKER] = {.fd = broker_events == 0 ? -1 : call->broker, .events = broker_events},
      [INPUT] = {.fd = call->stdin_open && call->switched && !sending ? STDIN_FILENO : -1, .events = POLLIN},
      [OUTPUT] = {.fd = writing ? call->output : -1, .events = POLLOUT},
  };
  /* A tool that does not read what it asked for is no silence of the broker's. */
  long long left = call->quiet_since + SILENCE - now();
  int ready = poll(files, 3, writing ? -1 : left > 0 ? (int)left : 0);
  if (ready < 0 && errno != EINTR) give_up(call, "internal_error", "cannot wait for the broker");
  if (ready == 0) give_up(call, "temporarily_unavailable", "no answer");
  if (ready <= 0) return;
  if (files[OUTPUT].revents != 0) write_some(call);
  if (sending && files[BROKER].revents != 0) send_some(call);
  if ((files[BROKER].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !writing) receive_some(call);
  if (files[INPUT].revents != 0) read_stdin(call);
}

void make_call(int broker, const struct invocation *invocation, struct reply *reply, struct outcome *outcome) {
  static struct call call;
  const struct protocol *protocol = find_protocol(invocation->protocol);
  call.broker = broker;
  call.reply = reply;
  call.outcome = outcome;
  call.quiet = invocation->kind == RUN_TOKEN;
  call.quiet_since = now();
  call.stdin_open = protocol != NULL && protocol->reads_stdin;
  if (!put_opening(&call.to_broker, invocation, protocol)) give_up(&call, "invalid_request", "frame too long");
  if (call.stdin_open) read_early_stdin(&call);
  else put_frame(&call.to_broker, 'Z', "", 0);
  if (!call.over) send_some(&call);
  while (!call.over) {
    wait_and_serve(&call);
    understand(&call);
  }
  close(broker);
  free(call.to_broker.bytes);
}
