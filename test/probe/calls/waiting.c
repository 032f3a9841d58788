/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>


/* Reports what poll() says about one descriptor. */
static void poll_one(const char* what, int fd, short events, int timeout) {
  struct pollfd pollfd;
  char names[64];
  int count;

  pollfd.fd = fd;
  pollfd.events = events;
  pollfd.revents = 0;
  count = poll(&pollfd, 1, timeout);
  if (count < 0) {
    say(what, count);
    return;
  }

  strcpy(names, count == 0 ? "none" : "one,");
  if (pollfd.revents & POLLIN)
    strcat(names, " IN");
  if (pollfd.revents & POLLOUT)
    strcat(names, " OUT");
  if (pollfd.revents & POLLERR)
    strcat(names, " ERR");
  if (pollfd.revents & POLLHUP)
    strcat(names, " HUP");
  if (pollfd.revents & POLLNVAL)
    strcat(names, " NVAL");
  text(what, names);
}


PROBE(poll) {
  char byte;
  double start;
  int fds[2];

  if (pipe(fds) != 0)
    failed("pipe()");
  poll_one("an empty pipe", fds[0], POLLIN, 0);
  poll_one("to write", fds[1], POLLOUT, 0);
  write(fds[1], "a", 1);
  poll_one("a pipe with a byte", fds[0], POLLIN | POLLOUT, -1);
  close(fds[1]);
  poll_one("its last byte, without a writer", fds[0], POLLIN, 0);
  read(fds[0], &byte, 1);
  poll_one("the end", fds[0], POLLIN, 0);
  if (pipe(fds) != 0)
    failed("pipe()");
  close(fds[0]);
  poll_one("without a reader", fds[1], POLLOUT, 0);
  poll_one("not open", 1000, POLLIN, 0);
  poll_one("negative", -1, POLLIN, 0);
  poll_one("a file", opened("file", "text"), POLLIN | POLLOUT, 0);
  poll_one("an unconnected socket", socket(AF_INET, SOCK_STREAM, 0), POLLIN, 0);
  poll_one("a listener", bound(SOCK_STREAM), POLLIN | POLLOUT, 0);
  start = now();
  say("nothing but a time", poll(NULL, 0, 30));
  yes("has passed", now() - start >= 29);
}


PROBE(ppoll) {
  struct timespec time = { 0, 20000000 };
  struct pollfd pollfd;
  sigset_t mask;
  double start;
  int fds[2];

  if (pipe(fds) != 0)
    failed("pipe()");
  sigemptyset(&mask);
  pollfd.fd = fds[0];
  pollfd.events = POLLIN;
  start = now();
  say("an empty pipe", ppoll(&pollfd, 1, &time, &mask));
  yes("the time has passed", now() - start >= 19);
  write(fds[1], "a", 1);
  say("a byte, without a time", ppoll(&pollfd, 1, NULL, NULL));
  time.tv_nsec = -1;
  say("a negative time", ppoll(&pollfd, 1, &time, NULL));
}


PROBE(select) {
  struct timeval time = { 0, 20000 };
  fd_set reads;
  fd_set writes;
  double start;
  int fds[2];

  if (pipe(fds) != 0)
    failed("pipe()");
  FD_ZERO(&reads);
  FD_ZERO(&writes);
  FD_SET(fds[0], &reads);
  start = now();
  say("an empty pipe", select(64, &reads, NULL, NULL, &time));
  yes("the time has passed", now() - start >= 19);
  yes("and the set is empty", !FD_ISSET(fds[0], &reads));
  write(fds[1], "a", 1);
  FD_SET(fds[0], &reads);
  FD_SET(fds[1], &writes);
  say("to read and to write", select(64, &reads, &writes, NULL, NULL));
  yes("one is in the set", FD_ISSET(fds[0], &reads));
  yes("the other too", FD_ISSET(fds[1], &writes));
  FD_ZERO(&reads);
  FD_SET(opened("file", ""), &reads);
  say("a file", select(64, &reads, NULL, NULL, NULL));
  time.tv_usec = 10000;
  say("only to wait", select(0, NULL, NULL, NULL, &time));
  FD_ZERO(&reads);
  FD_SET(63, &reads);
  say("not open", select(64, &reads, NULL, NULL, &time));
  say("a negative count", select(-1, NULL, NULL, NULL, &time));
  time.tv_usec = -1;
  say("a negative time", select(0, NULL, NULL, NULL, &time));
}


PROBE(pselect) {
  struct timespec time = { 0, 20000000 };
  sigset_t mask;
  fd_set reads;
  double start;
  int fds[2];

  if (pipe(fds) != 0)
    failed("pipe()");
  sigemptyset(&mask);
  FD_ZERO(&reads);
  FD_SET(fds[0], &reads);
  start = now();
  say("an empty pipe", pselect(64, &reads, NULL, NULL, &time, &mask));
  yes("the time has passed", now() - start >= 19);
  yes("and is unchanged", time.tv_nsec == 20000000);
  write(fds[1], "a", 1);
  FD_SET(fds[0], &reads);
  say("a byte", pselect(64, &reads, NULL, NULL, NULL, NULL));
  time.tv_nsec = 1000000000;
  say("a wrong time", pselect(0, NULL, NULL, NULL, &time, NULL));
}
