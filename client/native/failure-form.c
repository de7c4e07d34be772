#include "failure-form.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

/* A tool that asks only after it has been greeted must find us there. Milliseconds. */
#define REQUEST_TIME 2000

static const struct failure_form *form_for(const struct invocation *invocation) {
  const struct protocol *protocol = find_protocol(invocation->protocol);
  const struct failure_form *form = protocol == NULL ? NULL : protocol->failure_form;
  if (form == NULL || form->when_argument == NULL) return form;
  for (char *const *argument = invocation->argv; *argument != NULL; argument++) {
    if (strcmp(*argument, form->when_argument) == 0) return form;
  }
  return NULL;
}

static void put_message(const struct failure *failure, int as_json) {
  static const char who[] = "keytray: ";
  put_all(STDOUT_FILENO, who, sizeof who - 1);
  for (const char *at = failure->message; *at != '\0'; at++) {
    char byte = (unsigned char)*at < 0x20 || *at == 0x7f ? ' ' : *at;
    if (as_json && (byte == '"' || byte == '\\')) put_all(STDOUT_FILENO, "\\", 1);
    put_all(STDOUT_FILENO, &byte, 1);
  }
}

static void await_request(void) {
  char bytes[4096];
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  while (poll(&input, 1, REQUEST_TIME) > 0) {
    ssize_t length = read(STDIN_FILENO, bytes, sizeof bytes);
    if (length <= 0 || memchr(bytes, '\n', (size_t)length) != NULL) return;
  }
}

int answer_failure(const struct invocation *invocation, const struct failure *failure, int spoken) {
  const struct failure_form *form = form_for(invocation);
  if (form != NULL && !spoken) {
    put_all(STDOUT_FILENO, form->before, strlen(form->before));
    if (form->has_message) put_message(failure, form->as_json);
    put_all(STDOUT_FILENO, form->after, strlen(form->after));
  }
  if (form == NULL || !form->silent) say("%s", failure->message);
  if (form != NULL && form->awaits_request && !spoken) await_request();
  return form == NULL || form->exit_status < 0 ? exit_status_of(failure) : form->exit_status;
}
