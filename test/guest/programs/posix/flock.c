/* SPDX-License-Identifier: MIT */

/* flock(): open descriptions of one file exclude each other. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/time.h>
#include <unistd.h>

static void lock(const char* title, int fd, int operation) {
  int r;

  r = flock(fd, operation | LOCK_NB);
  printf("%s: %s\n", title, r < 0 ? strerror(errno) : "ok");
}


static void on_alarm(int signum) {
}


int main(void) {
  struct sigaction action = { .sa_handler = on_alarm };
  struct itimerval time = { .it_value = { .tv_usec = 1000 } };
  char name[] = "/tmp/flock-XXXXXX";
  int copy;
  int dir;
  int fds[2];
  int a;
  int b;

  a = mkstemp(name);
  b = open(name, O_RDONLY);
  copy = dup(a);

  lock("exclusive", a, LOCK_EX);
  lock("again", a, LOCK_EX);
  lock("a duplicate", copy, LOCK_EX);
  lock("another", b, LOCK_EX);
  lock("shared", b, LOCK_SH);
  lock("changed", a, LOCK_SH);
  lock("shared", b, LOCK_SH);
  /* Fails, and loses the lock that it has. */
  lock("alone", b, LOCK_EX);
  lock("exclusive", a, LOCK_EX);
  close(a);
  lock("one is closed", b, LOCK_SH);
  close(copy);
  lock("all are closed", b, LOCK_EX);
  a = open(name, O_RDONLY);
  lock("another", a, LOCK_SH);

  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &time, NULL);
  printf("waits: %d\n", flock(a, LOCK_EX) < 0 && errno == EINTR);

  lock("unlocked", b, LOCK_UN);
  lock("another", a, LOCK_EX);
  lock("both", a, LOCK_EX | LOCK_SH);
  unlink(name);

  dir = open("/tmp", O_RDONLY);
  lock("a directory", dir, LOCK_EX);
  if (pipe(fds))
    return 1;

  lock("a pipe", fds[0], LOCK_EX);
  lock("closed", 100, LOCK_EX);
  return 0;
}
