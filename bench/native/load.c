/* SPDX-License-Identifier: MIT */

/* The load generator: connections to a server on the loopback, every byte
 * checked. One thread, epoll, no dependency.
 *
 *   load MODE PORT CONNECTIONS SIZE SECONDS
 *
 * MODE is one of
 *   ping    one message of SIZE bytes under way on each connection
 *   stream  SIZE bytes and more under way, both directions full
 *   up      all that the server takes; at the end it says how much that was
 *   down    all that the server sends: the pattern, SIZE bytes of it, repeated
 *   churn   connect, one byte there and back, reset; CONNECTIONS at a time
 *   idle    open CONNECTIONS, a byte there and back on each, say "open", hold
 *           them until stdin ends
 *
 * Prints one line of JSON: operations, bytes, seconds, and the latency of an
 * operation in microseconds.
 */

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "samples.h"

enum mode {
  PING,
  STREAM,
  UP,
  DOWN,
  CHURN,
  IDLE
};

/* How far a stream may be ahead of its echo. */
#define STREAM_WINDOW (4 * 1024 * 1024)
#define BUFFER_SIZE (1024 * 1024)
#define PATTERN_PERIOD 65521
#define PATTERN_SIZE (2 * BUFFER_SIZE)

struct connection {
  int fd;
  int connected;
  uint64_t sent;
  uint64_t received;
  uint64_t began;
};

static enum mode mode;
static struct sockaddr_in server;
static size_t size;
static int epoll_fd;
static uint64_t deadline;
static uint64_t operations;
static uint64_t total_bytes;
static char pattern[PATTERN_SIZE];
static char buffer[BUFFER_SIZE + 1];
static int running;
static int unfinished;


static uint64_t now(void) {
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}


static void fail(const char* what) {
  fprintf(stderr, "load: %s: %s\n", what, errno ? strerror(errno) : "wrong");
  exit(1);
}


static void watch(struct connection* c, int operation, uint32_t events) {
  struct epoll_event e;

  e.events = events;
  e.data.ptr = c;
  if (epoll_ctl(epoll_fd, operation, c->fd, &e))
    fail("epoll_ctl");
}


static void dial(struct connection* c) {
  int on;

  on = 1;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (c->fd < 0)
    fail("socket");
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  c->connected = 0;
  c->sent = 0;
  c->received = 0;
  c->began = now();
  if (connect(c->fd, (struct sockaddr*) &server, sizeof(server)) != 0 &&
      errno != EINPROGRESS) {
    fail("connect");
  }
  watch(c, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}


static uint64_t window(void) {
  if (mode == UP)
    return UINT64_MAX;

  return mode == STREAM ? STREAM_WINDOW : size;
}


/* Whether the bytes in the buffer are what is to come next. What comes down is
 * the first SIZE bytes of the pattern, repeated.
 */
static int is_expected(const struct connection* c, size_t length) {
  size_t first;
  size_t at;

  at = c->received % (mode == DOWN ? size : PATTERN_PERIOD);
  first = length;
  if (mode == DOWN && first > size - at)
    first = size - at;

  return memcmp(buffer, pattern + at, first) == 0 &&
         memcmp(buffer + first, pattern, length - first) == 0;
}


/* Sends what the window lets through. */
static void pump_out(struct connection* c) {
  uint64_t room;
  ssize_t n;

  if (mode == DOWN)
    return;

  for (;;) {
    room = window() - (c->sent - c->received);
    if (mode == PING && c->sent != c->received && c->sent % size == 0)
      room = 0;
    if (room > size)
      room = size;
    if (room > BUFFER_SIZE)
      room = BUFFER_SIZE;
    if (room == 0 || !running)
      return;
    n = send(c->fd, pattern + c->sent % PATTERN_PERIOD, room, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EAGAIN)
        return;
      fail("send");
    }
    c->sent += n;
  }
}


static void redial(struct connection* c) {
  struct linger l;

  l.l_onoff = 1;
  l.l_linger = 0;
  setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
  close(c->fd);
  sample(now() - c->began);
  operations++;
  if (now() < deadline)
    dial(c);
}


/* The server's last word, in one piece: how many bytes it got. */
static void check_count(struct connection* c, size_t length) {
  buffer[length] = '\0';
  errno = 0;
  if (running || strtoull(buffer, NULL, 10) != c->sent)
    fail("the server counts other bytes than were sent");
  total_bytes += c->sent;
  unfinished--;
  close(c->fd);
  c->fd = -1;
}


static void pump_in(struct connection* c) {
  size_t want;
  ssize_t n;

  for (;;) {
    want = mode == DOWN && size < BUFFER_SIZE ? size : BUFFER_SIZE;
    n = recv(c->fd, buffer, want, 0);
    if (n == 0) {
      errno = 0;
      fail("the server closed a connection");
    }
    if (n < 0) {
      if (errno == EAGAIN)
        return;
      fail("recv");
    }
    if (mode == UP) {
      check_count(c, n);
      return;
    }
    if (!is_expected(c, n)) {
      errno = 0;
      fail("a byte came back another");
    }
    c->received += n;
    total_bytes += n;
    if (mode == CHURN) {
      redial(c);
      return;
    }
    if (mode == PING && c->received == c->sent && c->received % size == 0) {
      uint64_t t = now();
      sample(t - c->began);
      operations++;
      c->began = t;
      pump_out(c);
      return;
    }
    if (mode == STREAM)
      pump_out(c);
    if ((size_t) n < want)
      return;
  }
}


static void on_event(struct connection* c, uint32_t events) {
  if (!c->connected) {
    int error;
    socklen_t length;

    length = sizeof(error);
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    errno = error;
    if (error)
      fail("connect");
    c->connected = 1;
    if (mode == PING)
      watch(c, EPOLL_CTL_MOD, EPOLLIN);
    if (mode == CHURN) {
      watch(c, EPOLL_CTL_MOD, EPOLLIN);
      if (send(c->fd, pattern, 1, MSG_NOSIGNAL) != 1)
        fail("send");
      c->sent = 1;
      return;
    }
    if (mode == DOWN)
      watch(c, EPOLL_CTL_MOD, EPOLLIN);
    if (mode == PING)
      c->began = now();
    pump_out(c);
    return;
  }

  if (events & (EPOLLIN | EPOLLERR | EPOLLHUP))
    pump_in(c);
  if ((mode == STREAM || mode == UP) && events & EPOLLOUT && c->fd >= 0)
    pump_out(c);
}


/* The byte there and back tells that the server has accepted it. */
static void open_idle(int count) {
  char byte;
  int fd;
  int i;

  for (i = 0; i < count; i++) {
    fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 ||
        connect(fd, (struct sockaddr*) &server, sizeof(server)) != 0 ||
        send(fd, pattern, 1, MSG_NOSIGNAL) != 1 || recv(fd, &byte, 1, 0) != 1) {
      fail("idle connection");
    }
  }
}


/* Handles events until a time, or until all have finished. */
static void serve(uint64_t until) {
  struct epoll_event events[256];
  int i;
  int n;

  while (now() < until && (running || unfinished > 0)) {
    n = epoll_wait(epoll_fd, events, 256, 100);
    for (i = 0; i < n; i++)
      on_event(events[i].data.ptr, events[i].events);
  }
}


/* Sends no more, and waits until the server has said how much it got. */
static void finish(struct connection* connections, int count) {
  int i;

  running = 0;
  unfinished = count;
  for (i = 0; i < count; i++) {
    watch(&connections[i], EPOLL_CTL_MOD, EPOLLIN);
    shutdown(connections[i].fd, SHUT_WR);
  }

  errno = 0;
  serve(now() + 10000000000ull);
  if (unfinished > 0)
    fail("the server does not say how much it got");
}


static void measure(int count, double seconds) {
  struct connection* connections;
  uint64_t began;
  int i;

  connections = calloc(count, sizeof(*connections));
  running = 1;
  began = now();
  deadline = began + (uint64_t) (seconds * 1e9);
  for (i = 0; i < count; i++)
    dial(&connections[i]);

  serve(deadline);
  if (mode == UP)
    finish(connections, count);

  seconds = (now() - began) / 1e9;
  sort_samples();
  printf(
      "{\"operations\":%llu,\"bytes\":%llu,\"seconds\":%.6f,"
      "\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f}\n",
      (unsigned long long) operations,
      (unsigned long long) total_bytes,
      seconds,
      percentile(0.5),
      percentile(0.99),
      percentile(0.999));
}


int main(int argc, char** argv) {
  static const char* names[] = {
    "ping", "stream", "up", "down", "churn", "idle"
  };
  struct rlimit files;
  int i;

  if (argc < 6) {
    fprintf(stderr, "load MODE PORT CONNECTIONS SIZE SECONDS\n");
    return 2;
  }
  for (i = 0; i < 6 && strcmp(argv[1], names[i]) != 0; i++)
    ;
  mode = (enum mode) i;
  server.sin_family = AF_INET;
  server.sin_port = htons(atoi(argv[2]));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  size = strtoul(argv[4], NULL, 10);
  for (i = 0; i < (int) sizeof(pattern); i++)
    pattern[i] = (char) ((i % PATTERN_PERIOD) * 2654435761u >> 13);

  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  epoll_fd = epoll_create1(0);

  if (mode == IDLE) {
    open_idle(atoi(argv[3]));
    printf("open\n");
    fflush(stdout);
    while (getchar() != EOF)
      ;
    return 0;
  }
  measure(atoi(argv[3]), atof(argv[5]));
  return 0;
}
