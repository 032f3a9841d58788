/* SPDX-License-Identifier: MIT */

/* epoll, eventfd and timerfd: what they report, and refuse. */

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define MAX 8

static const char* error(void) {
  switch (errno) {
    case EAGAIN:
      return "EAGAIN";
    case EBADF:
      return "EBADF";
    case EEXIST:
      return "EEXIST";
    case EINVAL:
      return "EINVAL";
    case ELOOP:
      return "ELOOP";
    case ENOENT:
      return "ENOENT";
    case EPERM:
      return "EPERM";
    default:
      return strerror(errno);
  }
}


static void say(const char* what, long r) {
  if (r < 0)
    printf("%s: %s\n", what, error());
  else
    printf("%s: %ld\n", what, r);
}


static int watch(int epoll, int op, int fd, unsigned int events, int data) {
  struct epoll_event event;

  event.events = events;
  event.data.u64 = (uint64_t) data << 32 | fd;
  return epoll_ctl(epoll, op, fd, &event);
}


/* What is ready now, in the order of the descriptors. */
static void report(const char* what, int epoll, int timeout) {
  struct epoll_event events[MAX];
  int fd;
  int i;
  int n;

  n = epoll_wait(epoll, events, MAX, timeout);
  printf("%s: %d", what, n);
  for (fd = 0; fd < 64; fd++)
    for (i = 0; i < n; i++)
      if ((int) (uint32_t) events[i].data.u64 == fd)
        printf(" [%#x data %d]",
               events[i].events,
               (int) (events[i].data.u64 >> 32));
  printf("\n");
}


static void level_and_edge(void) {
  char bytes[8];
  int epoll;
  int s[2];

  epoll = epoll_create1(EPOLL_CLOEXEC);
  socketpair(AF_UNIX, SOCK_STREAM, 0, s);
  say("add", watch(epoll, EPOLL_CTL_ADD, s[0], EPOLLIN, 1));
  say("add again", watch(epoll, EPOLL_CTL_ADD, s[0], EPOLLIN, 1));
  report("nothing arrived", epoll, 0);
  say("write", write(s[1], "abc", 3));
  report("level", epoll, -1);
  report("level, again", epoll, 0);
  say("modify", watch(epoll, EPOLL_CTL_MOD, s[0], EPOLLIN | EPOLLET, 2));
  report("edge", epoll, 0);
  report("edge, again", epoll, 0);
  say("write", write(s[1], "d", 1));
  report("edge, after more", epoll, 0);
  say("once", watch(epoll, EPOLL_CTL_MOD, s[0], EPOLLIN | EPOLLONESHOT, 3));
  report("once", epoll, 0);
  say("write", write(s[1], "e", 1));
  report("once, after more", epoll, 0);
  say("once more", watch(epoll, EPOLL_CTL_MOD, s[0], EPOLLIN | EPOLLOUT, 4));
  report("in and out", epoll, 0);
  say("read", read(s[0], bytes, sizeof(bytes)));
  report("out", epoll, 0);
  say("no events", watch(epoll, EPOLL_CTL_MOD, s[0], 0, 5));
  close(s[1]);
  report("hang-up", epoll, 0);
  say("delete", epoll_ctl(epoll, EPOLL_CTL_DEL, s[0], NULL));
  say("delete again", epoll_ctl(epoll, EPOLL_CTL_DEL, s[0], NULL));
  report("deleted", epoll, 0);
  close(s[0]);
  close(epoll);
}


/* A watch belongs to what a descriptor refers to, and ends with it. */
static void duplicates(void) {
  int copy;
  int epoll;
  int p[2];

  epoll = epoll_create(1);
  say("pipe", pipe(p));
  copy = dup(p[0]);
  say("the original", watch(epoll, EPOLL_CTL_ADD, p[0], EPOLLIN, 1));
  say("the copy", watch(epoll, EPOLL_CTL_ADD, copy, EPOLLIN, 2));
  say("write", write(p[1], "x", 1));
  report("both", epoll, 0);
  close(p[0]);
  report("the original is closed", epoll, 0);
  close(copy);
  report("the copy is closed", epoll, 0);
  close(p[1]);
  close(epoll);
}


static void nested(void) {
  int chain[7];
  int event;
  int i;
  int r;

  event = eventfd(0, 0);
  for (i = 0; i < 7; i++)
    chain[i] = epoll_create1(0);
  say("of itself", watch(chain[0], EPOLL_CTL_ADD, chain[0], EPOLLIN, 0));
  say("inner", watch(chain[0], EPOLL_CTL_ADD, event, EPOLLIN, 1));
  say("outer", watch(chain[1], EPOLL_CTL_ADD, chain[0], EPOLLIN, 2));
  say("cycle", watch(chain[0], EPOLL_CTL_ADD, chain[1], EPOLLIN, 3));
  report("idle", chain[1], 0);
  say("write", eventfd_write(event, 1));
  report("through two", chain[1], -1);
  for (i = 2, r = 0; i < 7 && r == 0; i++)
    r = watch(chain[i], EPOLL_CTL_ADD, chain[i - 1], EPOLLIN, i);
  say("too many levels", r);
  for (i = 0; i < 7; i++)
    close(chain[i]);
  close(event);
}


static void refusals(void) {
  struct epoll_event event;
  int epoll;

  memset(&event, 0, sizeof(event));
  epoll = epoll_create1(0);
  say("flags of epoll_create1", epoll_create1(1));
  say("size of epoll_create", epoll_create(0));
  say("bad descriptor", watch(epoll, EPOLL_CTL_ADD, 99, EPOLLIN, 0));
  say("bad instance", watch(99, EPOLL_CTL_ADD, epoll, EPOLLIN, 0));
  say("no instance", watch(1, EPOLL_CTL_ADD, epoll, EPOLLIN, 0));
  say("unknown", watch(epoll, EPOLL_CTL_MOD, epoll + 1, EPOLLIN, 0));
  say("command", watch(epoll, 9, epoll, EPOLLIN, 0));
  say("room", epoll_wait(epoll, &event, 0, 0));
  say("wait at no instance", epoll_wait(1, &event, 1, 0));
  say("timeout", epoll_wait(epoll, &event, 1, 10));
  close(epoll);
}


static void events(void) {
  uint64_t value;
  int fd;

  fd = eventfd(3, EFD_NONBLOCK);
  say("short read", read(fd, &value, 4));
  say("read", read(fd, &value, 8));
  say("value", value);
  say("empty", read(fd, &value, 8));
  value = UINT64_MAX;
  say("too large", write(fd, &value, 8));
  value--;
  say("largest", write(fd, &value, 8));
  value = 1;
  say("full", write(fd, &value, 8));
  say("short write", write(fd, &value, 4));
  close(fd);
  fd = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
  say("one", eventfd_read(fd, &value));
  say("two", eventfd_read(fd, &value));
  say("none", eventfd_read(fd, &value));
  close(fd);
  say("flags", eventfd(0, 2));
}


static void timers(void) {
  struct itimerspec set;
  struct itimerspec got;
  struct pollfd p;
  uint64_t times;
  int fd;

  memset(&set, 0, sizeof(set));
  fd = timerfd_create(CLOCK_MONOTONIC, 0);
  say("stopped", timerfd_gettime(fd, &got));
  say("value", got.it_value.tv_sec + got.it_value.tv_nsec);
  set.it_value.tv_nsec = 20 * 1000 * 1000;
  say("set", timerfd_settime(fd, 0, &set, NULL));
  p.fd = fd;
  p.events = POLLIN;
  say("not yet", poll(&p, 1, 0));
  say("expires", poll(&p, 1, 10000));
  say("read", read(fd, &times, 8));
  say("times", times);
  set.it_interval.tv_nsec = 10 * 1000 * 1000;
  say("again and again", timerfd_settime(fd, 0, &set, &got));
  say("first", read(fd, &times, 8));
  usleep(35 * 1000);
  say("others", read(fd, &times, 8));
  printf("several: %s\n", times >= 2 && times < 100 ? "yes" : "no");
  timerfd_gettime(fd, &got);
  printf("interval: %ld\n", (long) got.it_interval.tv_nsec);
  clock_gettime(CLOCK_MONOTONIC, &set.it_value);
  set.it_interval.tv_nsec = 0;
  say("absolute", timerfd_settime(fd, TFD_TIMER_ABSTIME, &set, NULL));
  say("past", read(fd, &times, 8));
  set.it_value.tv_nsec = 1000 * 1000 * 1000;
  say("nanoseconds", timerfd_settime(fd, 0, &set, NULL));
  say("no timer", timerfd_gettime(1, &got));
  say("write", write(fd, &times, 8));
  close(fd);
  say("clock", timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0));
}


int main(void) {
  level_and_edge();
  duplicates();
  nested();
  refusals();
  events();
  timers();
  return 0;
}
