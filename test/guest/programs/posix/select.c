/* SPDX-License-Identifier: MIT */

/* select(), pselect() and ppoll(): what they find, store and refuse. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const char* error(int r) {
  return r < 0 ? strerror(errno) : "ok";
}


static long elapsed(const struct timespec* start) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (now.tv_sec - start->tv_sec) * 1000 +
         (now.tv_nsec - start->tv_nsec) / 1000000;
}


/* Selects one descriptor for reading, writing and exceptions: those that `what`
 * names.
 */
static void look(const char* name, int fd, const char* what, int ms) {
  struct timeval time;
  fd_set sets[3];
  int set[3];
  int i;
  int r;

  for (i = 0; i < 3; i++) {
    FD_ZERO(sets + i);
    set[i] = strchr(what, "rwx"[i]) != NULL;
    if (set[i])
      FD_SET(fd, sets + i);
  }

  time.tv_sec = 0;
  time.tv_usec = ms * 1000;
  r = select(fd + 1,
             set[0] ? sets : NULL,
             set[1] ? sets + 1 : NULL,
             set[2] ? sets + 2 : NULL,
             &time);

  printf("%s, %s: %d %s", name, what, r, error(r));
  for (i = 0; i < 3; i++)
    if (set[i] && FD_ISSET(fd, sets + i))
      printf(" %c", "rwx"[i]);

  printf("%s\n", time.tv_usec == 0 ? ", no time left" : "");
}


static void sockets(void) {
  int fds[2];

  socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
  look("idle", fds[0], "rwx", 1000);
  look("idle", fds[0], "rx", 10);
  look("idle", fds[0], "r", 0);
  look("idle", fds[0], "x", 10);

  write(fds[1], "x", 1);
  look("readable", fds[0], "rwx", 1000);
  look("readable", fds[0], "r", 1000);
  look("readable", fds[0], "x", 10);

  close(fds[1]);
  look("hung up", fds[0], "rwx", 1000);
  look("hung up", fds[0], "x", 10);
  close(fds[0]);
  look("closed", fds[0], "r", 1000);
  look("closed", fds[0], "x", 1000);
}


static void pipes(void) {
  int fds[2];

  pipe(fds);
  look("the end to read", fds[0], "rwx", 10);
  look("the end to write", fds[1], "rwx", 1000);
  close(fds[1]);
  look("the last end", fds[0], "rwx", 1000);
  look("the last end", fds[0], "w", 10);
  close(fds[0]);

  pipe(fds);
  close(fds[0]);
  look("no reader", fds[1], "w", 1000);
  close(fds[1]);
}


/* A set of two: bits are cleared and kept one by one. */
static void two(void) {
  struct timeval time = { 5, 0 };
  fd_set set;
  int a[2];
  int b[2];
  int r;

  pipe(a);
  pipe(b);
  write(b[1], "x", 1);
  FD_ZERO(&set);
  FD_SET(a[0], &set);
  FD_SET(b[0], &set);
  r = select(FD_SETSIZE, &set, NULL, NULL, &time);
  printf("two: %d, %d %d, time left %d\n",
         r,
         !!FD_ISSET(a[0], &set),
         !!FD_ISSET(b[0], &set),
         time.tv_sec == 4 || time.tv_sec == 5);

  /* What is not below nfds is not looked at. */
  time.tv_sec = 0;
  time.tv_usec = 10000;
  r = select(a[0], &set, NULL, NULL, &time);
  printf("none of two: %d\n", r);

  FD_ZERO(&set);
  FD_SET(b[0], &set);
  time.tv_sec = 0;
  r = select(0x7fffffff, &set, NULL, NULL, &time);
  printf("many: %d %s\n", r, error(r));

  close(a[0]);
  close(a[1]);
  close(b[0]);
  close(b[1]);
}


static void sleeps(void) {
  struct timespec start;
  struct timeval time = { 0, 20000 };
  struct timespec exact = { 0, 20000000 };
  int r;

  clock_gettime(CLOCK_MONOTONIC, &start);
  r = select(0, NULL, NULL, NULL, &time);
  printf("select: %d, slept %d, left %d %d\n",
         r,
         elapsed(&start) >= 20,
         (int) time.tv_sec,
         (int) time.tv_usec);

  clock_gettime(CLOCK_MONOTONIC, &start);
  r = pselect(0, NULL, NULL, NULL, &exact, NULL);
  printf("pselect: %d, slept %d, left %d\n",
         r,
         elapsed(&start) >= 20,
         (int) exact.tv_nsec);

  clock_gettime(CLOCK_MONOTONIC, &start);
  r = ppoll(NULL, 0, &exact, NULL);
  printf("ppoll: %d, slept %d, left %d\n",
         r,
         elapsed(&start) >= 20,
         (int) exact.tv_nsec);

  /* A second in microseconds. */
  time.tv_sec = 0;
  time.tv_usec = 1000000;
  clock_gettime(CLOCK_MONOTONIC, &start);
  r = select(0, NULL, NULL, NULL, &time);
  printf("select: %d, slept %d\n", r, elapsed(&start) >= 1000);
}


static void refusals(void) {
  struct timeval negative = { -1, 0 };
  struct timeval negative_usec = { 0, -1 };
  struct timespec much = { 0, 1000000000 };
  struct timespec none = { 0, 0 };
  struct pollfd fds[] = { { -1, POLLIN, 0 }, { -1, POLLIN, 0 } };
  fd_set set;
  int closed;
  int r;

  closed = socket(AF_INET, SOCK_DGRAM, 0);
  close(closed);
  fds[0].fd = closed;
  FD_ZERO(&set);
  FD_SET(closed, &set);
  r = select(-1, NULL, NULL, NULL, NULL);
  printf("-1 descriptors: %s\n", error(r));
  r = select(0, NULL, NULL, NULL, &negative);
  printf("-1 s: %s\n", error(r));
  r = select(0, NULL, NULL, NULL, &negative_usec);
  printf("-1 us: %s\n", error(r));
  r = pselect(0, NULL, NULL, NULL, &much, NULL);
  printf("pselect, a second of ns: %s\n", error(r));
  r = ppoll(NULL, 0, &much, NULL);
  printf("ppoll, a second of ns: %s\n", error(r));
  r = select(closed + 1, NULL, NULL, &set, NULL);
  printf("unknown: %s, still set: %d\n", error(r), !!FD_ISSET(closed, &set));
  r = ppoll(fds, 2, &none, NULL);
  printf("ppoll: %d, POLLNVAL %d %d\n",
         r,
         fds[0].revents == POLLNVAL,
         fds[1].revents);
}


static void on_signal(int signum) {
  printf("signal\n");
}


/* A pending signal is handled while pselect() unblocks it. */
static void signals(void) {
  struct timespec none = { 0, 0 };
  sigset_t blocked;
  sigset_t old;
  sigset_t now;

  signal(SIGUSR1, on_signal);
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigprocmask(SIG_BLOCK, &blocked, &old);
  raise(SIGUSR1);
  printf("blocked\n");
  pselect(0, NULL, NULL, NULL, &none, &old);
  sigprocmask(SIG_SETMASK, NULL, &now);
  printf("blocked again: %d\n", sigismember(&now, SIGUSR1));
}


int main(void) {
  sockets();
  pipes();
  two();
  sleeps();
  refusals();
  signals();
  return 0;
}
