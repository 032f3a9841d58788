/* SPDX-License-Identifier: MIT */

/* Blocking calls, without a loop. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHECK(expression)                                                     \
  do {                                                                        \
    if (!(expression)) {                                                      \
      fprintf(stderr,                                                         \
              "line %d: %s is not so (errno: %s)\n",                          \
              __LINE__,                                                       \
              #expression,                                                    \
              strerror(errno));                                               \
      exit(1);                                                                \
    }                                                                         \
  } while (0)


static double now(void) {
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}


static struct sockaddr_in loopback(int port) {
  struct sockaddr_in addr;

  memset(&addr, 0, sizeof(addr));
  addr.sin_family = AF_INET;
  addr.sin_port = htons(port);
  inet_pton(AF_INET, "127.0.0.1", &addr.sin_addr);
  return addr;
}


static int connected(int port) {
  struct sockaddr_in addr;
  int fd;

  addr = loopback(port);
  fd = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(fd >= 0);
  CHECK(connect(fd, (struct sockaddr*) &addr, sizeof(addr)) == 0);
  return fd;
}


/* Accepts one client, counts its bytes, and sends it the count. */
static void serve(void) {
  static char bytes[65536];
  struct sockaddr_in addr;
  socklen_t len;
  size_t total;
  ssize_t n;
  int server;
  int peer;

  addr = loopback(0);
  len = sizeof(addr);
  server = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(bind(server, (struct sockaddr*) &addr, sizeof(addr)) == 0);
  CHECK(listen(server, 1) == 0);
  CHECK(getsockname(server, (struct sockaddr*) &addr, &len) == 0);
  printf("port %d\n", ntohs(addr.sin_port));
  fflush(stdout);

  peer = accept(server, NULL, NULL);
  CHECK(peer >= 0);

  for (total = 0; (n = read(peer, bytes, sizeof(bytes))) > 0; total += n) {
  }

  CHECK(n == 0);
  n = snprintf(bytes, sizeof(bytes), "%zu", total);
  CHECK(write(peer, bytes, n) == n);
  close(peer);
  close(server);
}


/* Sends all bytes with one write, and prints the answer. */
static void send_all(int port, size_t size) {
  char answer[32];
  char* bytes;
  ssize_t n;
  int fd;

  bytes = calloc(1, size);
  CHECK(bytes != NULL);
  fd = connected(port);
  CHECK(write(fd, bytes, size) == (ssize_t) size);
  CHECK(shutdown(fd, SHUT_WR) == 0);

  while ((n = read(fd, answer, sizeof(answer))) > 0)
    fwrite(answer, 1, n, stdout);

  CHECK(n == 0);
  free(bytes);
  close(fd);
}


static void refused(int port) {
  struct sockaddr_in addr;
  int fd;

  addr = loopback(port);
  fd = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(connect(fd, (struct sockaddr*) &addr, sizeof(addr)) == -1);
  CHECK(errno == ECONNREFUSED);
}


static void try_poll(void) {
  struct pollfd p[2];
  double start;
  int fds[2];

  CHECK(pipe(fds) == 0);
  memset(p, 0, sizeof(p));
  p[0].fd = fds[0];
  p[0].events = POLLIN;
  p[1].fd = fds[1];
  p[1].events = POLLOUT;

  start = now();
  CHECK(poll(p, 1, 30) == 0);
  CHECK(now() - start >= 29);
  CHECK(poll(p, 2, -1) == 1 && p[0].revents == 0 && p[1].revents == POLLOUT);
  CHECK(write(fds[1], "x", 1) == 1);
  CHECK(poll(p, 2, -1) == 2 && p[0].revents == POLLIN);

  p[1].fd = -1;
  CHECK(poll(p, 2, 0) == 1 && p[1].revents == 0);
  p[1].fd = 9999;
  CHECK(poll(p, 2, 0) == 2 && p[1].revents == POLLNVAL);

  close(fds[1]);
  CHECK(poll(p, 1, -1) == 1 && p[0].revents == (POLLIN | POLLHUP));
}


static void try_sleep(void) {
  struct timespec t;
  double start;

  start = now();
  CHECK(usleep(20000) == 0);
  CHECK(now() - start >= 20);

  start = now();
  clock_gettime(CLOCK_MONOTONIC, &t);
  t.tv_nsec += 20000000;
  t.tv_sec += t.tv_nsec / 1000000000;
  t.tv_nsec %= 1000000000;
  CHECK(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == 0);
  CHECK(now() - start >= 20);
  CHECK(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == 0);

  t.tv_nsec = 1000000000;
  CHECK(nanosleep(&t, NULL) == -1 && errno == EINVAL);
}


static void never_wait(void) {
  char byte;
  int fds[2];

  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
  CHECK(recv(fds[0], &byte, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
  CHECK(fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0);
  CHECK(read(fds[0], &byte, 1) == -1 && errno == EAGAIN);
}


int main(int argc, char** argv) {
  const char* what;
  int port;

  what = argc > 1 ? argv[1] : "";
  port = argc > 2 ? atoi(argv[2]) : 0;

  if (strcmp(what, "serve") == 0)
    serve();
  else if (strcmp(what, "send") == 0 && argc > 3)
    send_all(port, atoi(argv[3]));
  else if (strcmp(what, "refused") == 0)
    refused(port);
  else if (strcmp(what, "poll") == 0)
    try_poll();
  else if (strcmp(what, "sleep") == 0)
    try_sleep();
  else if (strcmp(what, "never") == 0)
    never_wait();
  else
    return 2;

  return 0;
}
