/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>


/* Adds, changes or removes a descriptor, whose number is its data. */
static int control(int epoll, int op, int fd, uint32_t events) {
  struct epoll_event event;

  memset(&event, 0, sizeof(event));
  event.events = events;
  event.data.fd = fd;
  return epoll_ctl(epoll, op, fd, &event);
}


/* Reports what is ready. */
static void wait_for(const char* what, int epoll, int timeout) {
  struct epoll_event events[4];
  char names[64];
  int count;

  memset(events, 0, sizeof(events));
  count = epoll_wait(epoll, events, ELEMENTS(events), timeout);
  if (count <= 0) {
    say(what, count);
    return;
  }

  strcpy(names, count == 1 ? "one," : "several,");
  if (events[0].events & EPOLLIN)
    strcat(names, " IN");
  if (events[0].events & EPOLLOUT)
    strcat(names, " OUT");
  if (events[0].events & EPOLLRDHUP)
    strcat(names, " RDHUP");
  if (events[0].events & EPOLLHUP)
    strcat(names, " HUP");
  if (events[0].events & EPOLLERR)
    strcat(names, " ERR");
  text(what, names);
}


PROBE(epoll_create1) {
  int fd;

  fd = epoll_create1(EPOLL_CLOEXEC);
  ok("close on exec", fd);
  say("is set", fcntl(fd, F_GETFD));
  ok("no flags", epoll_create1(0));
  say("an unknown flag", epoll_create1(1));
  ok("with a size", epoll_create(1));
  say("without a size", epoll_create(0));
  say("closed", close(fd));
}


PROBE(epoll_ctl) {
  int epoll;
  int fds[2];

  epoll = epoll_create1(0);
  if (epoll < 0 || pipe(fds) != 0)
    failed("epoll_create1() or pipe()");
  say("added", control(epoll, EPOLL_CTL_ADD, fds[0], EPOLLIN));
  say("added again", control(epoll, EPOLL_CTL_ADD, fds[0], EPOLLIN));
  say("changed", control(epoll, EPOLL_CTL_MOD, fds[0], EPOLLIN | EPOLLET));
  say("changed, not there", control(epoll, EPOLL_CTL_MOD, fds[1], EPOLLOUT));
  say("removed", control(epoll, EPOLL_CTL_DEL, fds[0], 0));
  say("removed again", control(epoll, EPOLL_CTL_DEL, fds[0], 0));
  say("a file", control(epoll, EPOLL_CTL_ADD, opened("file", ""), EPOLLIN));
  say("itself", control(epoll, EPOLL_CTL_ADD, epoll, EPOLLIN));
  say("not open", control(epoll, EPOLL_CTL_ADD, 1000, EPOLLIN));
  say("of no epoll", control(fds[0], EPOLL_CTL_ADD, fds[1], EPOLLIN));
  say("an unknown operation", control(epoll, 99, fds[0], EPOLLIN));
  say("another epoll",
      control(epoll, EPOLL_CTL_ADD, epoll_create1(0), EPOLLIN));
}


PROBE(epoll_wait) {
  struct epoll_event event;
  char byte;
  double start;
  int epoll;
  int fds[2];

  epoll = epoll_create1(0);
  if (epoll < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
    failed("epoll_create1() or socketpair()");
  control(epoll, EPOLL_CTL_ADD, fds[0], EPOLLIN);
  start = now();
  wait_for("nothing", epoll, 20);
  yes("the time has passed", now() - start >= 19);
  write(fds[1], "a", 1);
  wait_for("a byte", epoll, -1);
  wait_for("level: again", epoll, 0);
  read(fds[0], &byte, 1);
  wait_for("level: read", epoll, 0);
  control(epoll, EPOLL_CTL_MOD, fds[0], EPOLLIN | EPOLLOUT | EPOLLET);
  wait_for("edge: writable", epoll, 0);
  wait_for("edge: again", epoll, 0);
  write(fds[1], "a", 1);
  wait_for("edge: a byte", epoll, 0);
  wait_for("edge: again", epoll, 0);
  control(epoll, EPOLL_CTL_MOD, fds[0], EPOLLIN | EPOLLONESHOT);
  wait_for("once", epoll, 0);
  wait_for("once: again", epoll, 0);
  control(epoll, EPOLL_CTL_MOD, fds[0], EPOLLIN | EPOLLRDHUP);
  wait_for("armed again", epoll, 0);
  close(fds[1]);
  wait_for("hung up", epoll, 0);
  close(fds[0]);
  wait_for("closed", epoll, 0);
  say("no room", epoll_wait(epoll, &event, 0, 0));
  say("of no epoll", epoll_wait(opened("file", ""), &event, 1, 0));
  say("not open", epoll_wait(1000, &event, 1, 0));
}


PROBE(eventfd) {
  uint64_t value;
  struct pollfd pollfd;
  int fd;

  fd = eventfd(2, EFD_NONBLOCK | EFD_CLOEXEC);
  ok("a counter", fd);
  if (fd < 0)
    return;
  say("read", read(fd, &value, sizeof(value)));
  say("is", value);
  say("read at 0", read(fd, &value, sizeof(value)));
  pollfd.fd = fd;
  pollfd.events = POLLIN;
  say("poll at 0", poll(&pollfd, 1, 0));
  value = 3;
  say("written", write(fd, &value, sizeof(value)));
  say("written again", write(fd, &value, sizeof(value)));
  say("poll", poll(&pollfd, 1, 0));
  read(fd, &value, sizeof(value));
  say("is the sum", value);
  say("too few bytes", read(fd, &value, 4));
  value = UINT64_MAX;
  say("the one number that is not valid", write(fd, &value, sizeof(value)));
  value = UINT64_MAX - 1;
  say("the largest", write(fd, &value, sizeof(value)));
  value = 1;
  say("one more", write(fd, &value, sizeof(value)));
  fd = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
  read(fd, &value, sizeof(value));
  say("a semaphore's value", value);
  say("twice", read(fd, &value, sizeof(value)));
  say("empty", read(fd, &value, sizeof(value)));
  say("an unknown flag", eventfd(0, 2));
}


PROBE(timerfd_create) {
  uint64_t count;
  int fd;

  fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  ok("monotonic", fd);
  say("close on exec", fcntl(fd, F_GETFD));
  say("read, not armed", read(fd, &count, sizeof(count)));
  ok("real time", timerfd_create(CLOCK_REALTIME, 0));
  ok("time since boot", timerfd_create(CLOCK_BOOTTIME, 0));
  say("processor time", timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0));
  say("an unknown clock", timerfd_create(99, 0));
  say("an unknown flag", timerfd_create(CLOCK_MONOTONIC, 1));
}


PROBE(timerfd_settime) {
  struct itimerspec spec = { { 0, 0 }, { 0, 20000000 } };
  struct itimerspec rest;
  struct pollfd pollfd;
  uint64_t count;
  double start;
  int fd;

  fd = timerfd_create(CLOCK_MONOTONIC, 0);
  if (fd < 0)
    failed("timerfd_create()");
  start = now();
  say("once", timerfd_settime(fd, 0, &spec, NULL));
  say("the rest", timerfd_gettime(fd, &rest));
  yes("is not more",
      rest.it_value.tv_sec == 0 && rest.it_value.tv_nsec > 0 &&
          rest.it_value.tv_nsec <= 20000000);
  say("read", read(fd, &count, sizeof(count)));
  say("expired", count);
  yes("in time", now() - start >= 19);
  spec.it_interval.tv_nsec = 5000000;
  spec.it_value.tv_nsec = 5000000;
  say("repeated", timerfd_settime(fd, 0, &spec, NULL));
  pollfd.fd = fd;
  pollfd.events = POLLIN;
  say("poll", poll(&pollfd, 1, 2000));
  poll(NULL, 0, 30);
  read(fd, &count, sizeof(count));
  yes("expired several times", count >= 4);
  memset(&spec, 0, sizeof(spec));
  say("disarmed", timerfd_settime(fd, 0, &spec, &rest));
  say("the interval was", rest.it_interval.tv_nsec);
  say("poll", poll(&pollfd, 1, 20));
  spec.it_value.tv_sec = 1;
  say("a time that is over",
      timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, NULL));
  say("poll", poll(&pollfd, 1, 2000));
  spec.it_value.tv_nsec = 1000000000;
  say("a wrong time", timerfd_settime(fd, 0, &spec, NULL));
  say("of no timer", timerfd_settime(0, 0, &spec, NULL));
}
