#include "say.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LONGEST_LINE 4096

void say(const char *format, ...) {
  static const char who[] = "keytray: ";
  char line[LONGEST_LINE];
  memcpy(line, who, sizeof who);
  size_t start = sizeof who - 1;
  va_list values;
  va_start(values, format);
  int length = vsnprintf(line + start, sizeof line - start, format, values);
  va_end(values);
  if (length < 0) return;
  size_t end = start + (size_t)length;
  if (end > sizeof line - 1) end = sizeof line - 1;
  for (size_t at = start; at < end; at++) {
    if ((unsigned char)line[at] < 0x20 || line[at] == 0x7f) line[at] = ' ';
  }
  line[end] = '\n';
  put_all(STDERR_FILENO, line, end + 1);
}

int put_all(int descriptor, const void *bytes, size_t length) {
  const char *rest = bytes;
  while (length > 0) {
    ssize_t written = write(descriptor, rest, length);
    if (written > 0) {
      rest += written;
      length -= (size_t)written;
    } else if (written < 0 && errno == EAGAIN) {
      struct pollfd ready = {.fd = descriptor, .events = POLLOUT};
      poll(&ready, 1, -1);
    } else if (written < 0 && errno != EINTR) {
      return 0;
    }
  }
  return 1;
}
