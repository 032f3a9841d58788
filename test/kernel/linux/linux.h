/* SPDX-License-Identifier: MIT */

/* Code shared by the programs that make calls to Linux. */

#ifndef LINUX_H_
#define LINUX_H_

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Milliseconds to wait for an event. */
#define PATIENCE 5000

#define COUNT(entries) (sizeof(entries) / sizeof(entries[0]))

struct entry {
  const char* name;
  int (*run)(int fd);
};

static inline struct sockaddr_in loopback(int port) {
  struct sockaddr_in addr;

  memset(&addr, 0, sizeof(addr));
  addr.sin_family = AF_INET;
  addr.sin_port = htons(port);
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return addr;
}


static inline int port_of(int fd) {
  struct sockaddr_in addr;
  socklen_t len;
  int r;

  len = sizeof(addr);
  r = getsockname(fd, (struct sockaddr*) &addr, &len);
  assert(r == 0);
  return ntohs(addr.sin_port);
}


static inline void wait_for(int fd, int events) {
  struct pollfd pfd;
  int r;

  pfd.fd = fd;
  pfd.events = events;
  r = poll(&pfd, 1, PATIENCE);
  assert(r == 1);
}


/* Calls. */

static inline int call_bind(int fd) {
  struct sockaddr_in addr;

  addr = loopback(0);
  return bind(fd, (struct sockaddr*) &addr, sizeof(addr));
}


static inline int connect_to(int fd, int port) {
  struct sockaddr_in addr;

  addr = loopback(port);
  return connect(fd, (struct sockaddr*) &addr, sizeof(addr));
}


static inline int call_listen(int fd) {
  return listen(fd, 5);
}


static inline int call_getpeername(int fd) {
  struct sockaddr_storage addr;
  socklen_t len;

  len = sizeof(addr);
  return getpeername(fd, (struct sockaddr*) &addr, &len);
}


static inline int call_read(int fd) {
  char byte;

  return read(fd, &byte, 1);
}


static inline int call_write(int fd) {
  return write(fd, "x", 1);
}


static inline int call_shutdown(int fd) {
  return shutdown(fd, SHUT_WR);
}


static inline int call_error(int fd) {
  socklen_t len;
  int err;

  len = sizeof(err);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
  errno = err;
  return err == 0 ? 0 : -1;
}


/* Output. */

static inline void print_answer(int r) {
  if (r < 0)
    printf("%s\n", strerrorname_np(errno));
  else
    printf("%d\n", r);
}


static inline void print_poll(int fd) {
  struct pollfd pfd;

  pfd.fd = fd;
  pfd.events = POLLIN | POLLOUT | POLLRDHUP;
  poll(&pfd, 1, 0);
  printf("%s%s%s%s%s\n",
         pfd.revents & POLLIN ? "I" : "",
         pfd.revents & POLLOUT ? "O" : "",
         pfd.revents & POLLERR ? "E" : "",
         pfd.revents & POLLHUP ? "H" : "",
         pfd.revents & POLLRDHUP ? "R" : "");
}

#endif  /* LINUX_H_ */
