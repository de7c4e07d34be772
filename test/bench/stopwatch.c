/*
 * stopwatch INPUT OUTPUT PROGRAM [ARGUMENT...]
 * Runs the program with stdin from INPUT and stdout to OUTPUT and prints "STATUS NANOSECONDS CPU_MICROSECONDS"; the
 * last is of the program and of those it waited for.
 * Node takes longer to start a process than the fastest of the programs measured takes to run.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, argv[1], O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0600);
  struct timespec before, after;
  pid_t child;
  int status;
  struct rusage used;
  clock_gettime(CLOCK_MONOTONIC, &before);
  if (posix_spawnp(&child, argv[3], &files, NULL, argv + 3, environ) != 0) return 127;
  if (wait4(child, &status, 0, &used) != child) return 126;
  clock_gettime(CLOCK_MONOTONIC, &after);
  long long elapsed = (after.tv_sec - before.tv_sec) * 1000000000LL + (after.tv_nsec - before.tv_nsec);
  long long cpu = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000LL + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
  printf("%d %lld %lld\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), elapsed, cpu);
  return 0;
}
