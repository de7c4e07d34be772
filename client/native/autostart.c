#define _GNU_SOURCE
#include "autostart.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "command-line.h"
#include "paths.h"
#include "say.h"

#define PATIENCE 2000 /* milliseconds */
#define PAUSE 10      /* milliseconds */
#define LARGEST_CONFIG (256 * 1024)

/* Whether the key is written anywhere in the file. What it says there is not for us to read: that is YAML. */
static int mentions_autostart(const char *path) {
  static const char key[] = "autostart";
  static char text[LARGEST_CONFIG];
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return 0;
  size_t length = 0;
  for (ssize_t got = 1; got > 0 && length < sizeof text;) {
    got = read(descriptor, text + length, sizeof text - length);
    if (got > 0) length += (size_t)got;
  }
  close(descriptor);
  return memmem(text, length, key, sizeof key - 1) != NULL;
}

static int folder_mentions_autostart(const char *folder) {
  DIR *entries = opendir(folder);
  if (entries == NULL) return 0;
  int found = 0;
  for (struct dirent *entry = readdir(entries); entry != NULL && !found; entry = readdir(entries)) {
    char path[LONGEST_PATH];
    size_t length = strlen(entry->d_name);
    if (length < 5 || strcmp(entry->d_name + length - 5, ".yaml") != 0) continue;
    found = join_path(path, sizeof path, folder, entry->d_name) && mentions_autostart(path);
  }
  closedir(entries);
  return found;
}

static int may_be_wanted(const char *config) {
#ifdef __APPLE__
  static const char fleet[] = "/Library/Application Support/keytray/config.d";
#else
  static const char fleet[] = "/etc/keytray/config.d";
#endif
  if (mentions_autostart(config) || folder_mentions_autostart(fleet)) return 1;
  char folder[LONGEST_PATH];
  char drop_ins[LONGEST_PATH];
  memcpy(folder, config, strlen(config) + 1);
  char *slash = strrchr(folder, '/');
  if (slash == NULL) return 0;
  *slash = '\0';
  return join_path(drop_ins, sizeof drop_ins, folder, "config.d") && folder_mentions_autostart(drop_ins);
}

/* `keytray agent --if-autostart`: reads the configuration, and becomes the agent or ends with 3. */
static pid_t start_agent(void) {
  pid_t child = fork();
  if (child != 0) return child;
  /* No signal of the tool's terminal, none of its pipes. */
  setsid();
  int nowhere = open("/dev/null", O_RDWR);
  for (int standard = 0; standard < 3; standard++) dup2(nowhere, standard);
  if (nowhere > 2) close(nowhere);
  for (int other = 3; other < 256; other++) close(other);
  if (chdir("/") != 0) _exit(1);
  signal(SIGPIPE, SIG_DFL);
  char *arguments[] = {"agent", "--if-autostart", NULL};
  _exit(become_command_line(arguments));
}

static long long milliseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* Of many helpers one starts it; the others see that it comes, or that it is their turn to try. */
static struct broker start_and_wait(int turn) {
  static const struct broker none_came = {-1, 0};
  pid_t agent = 0;
  for (long long end = milliseconds() + PATIENCE; milliseconds() < end;) {
    struct failure none;
    struct broker broker = connect_to_broker(&none);
    if (broker.descriptor >= 0) return broker;
    if (agent == 0 && flock(turn, LOCK_EX | LOCK_NB) == 0) agent = start_agent();
    int status;
    /* 0: another agent was faster. */
    if (agent < 0 || (agent > 0 && waitpid(agent, &status, WNOHANG) == agent && status != 0)) return none_came;
    struct timespec pause = {.tv_nsec = PAUSE * 1000000L};
    nanosleep(&pause, NULL);
  }
  return none_came;
}

struct broker autostart_broker(struct failure *failure) {
  struct broker broker = {-1, 0};
  char config[LONGEST_PATH];
  if (strcmp(failure->code, "no_broker") != 0) return broker;
  if (!find_config(config, sizeof config) || !may_be_wanted(config)) return broker;
  /* Drop-ins without a file of the user's: then there is nothing to take turns on, and nobody needs to. */
  int turn = open(config, O_RDONLY | O_CLOEXEC);
  if (turn < 0) return broker;
  broker = start_and_wait(turn);
  close(turn);
  return broker;
}
