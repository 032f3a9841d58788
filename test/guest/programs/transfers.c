/* SPDX-License-Identifier: MIT */

/* Flags, timeouts and addresses of the calls that transfer bytes. Prints what
 * each returns, one line each; the same as natively.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_MS 60

static struct sockaddr* const anywhere = NULL;


static const char* reason(void) {
  switch (errno) {
    case EAGAIN:
      return "EAGAIN";
    case EALREADY:
      return "EALREADY";
    case EBADF:
      return "EBADF";
    case EDESTADDRREQ:
      return "EDESTADDRREQ";
    case EINVAL:
      return "EINVAL";
    case EISCONN:
      return "EISCONN";
    case EMSGSIZE:
      return "EMSGSIZE";
    case ENOTCONN:
      return "ENOTCONN";
    case ENOTSOCK:
      return "ENOTSOCK";
    case EOPNOTSUPP:
      return "EOPNOTSUPP";
    case EPIPE:
      return "EPIPE";
    default:
      return strerror(errno);
  }
}


static void say(const char* what, long r) {
  printf("%s: %ld %s\n", what, r, r < 0 ? reason() : "");
}


static void got(const char* what, long r, const char* bytes) {
  say(what, r);
  if (r > 0)
    printf("  \"%.*s\"\n", (int) r, bytes);
}


/* How many bytes can be received. */
static void waiting(const char* what, int fd) {
  int count;

  count = -1;
  if (ioctl(fd, FIONREAD, &count))
    printf("FIONREAD of %s: %s\n", what, reason());
  else
    printf("FIONREAD of %s: %d\n", what, count);
}


static double now(void) {
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}


static void patience(int fd, int option) {
  struct timeval t;

  t.tv_sec = 0;
  t.tv_usec = TIMEOUT_MS * 1000;
  if (setsockopt(fd, SOL_SOCKET, option, &t, sizeof(t)))
    say("setsockopt()", -1);
}


/* Whether the time since `start` is that of one timeout. */
static void waited(double start) {
  double time;

  time = now() - start;
  printf("  waited %s\n",
         time < TIMEOUT_MS - 1    ? "too short"
         : time > 20 * TIMEOUT_MS ? "too long"
                                  : "as long as it should");
}


static int listener(struct sockaddr_in* addr) {
  socklen_t len;
  int fd;

  memset(addr, 0, sizeof(*addr));
  addr->sin_family = AF_INET;
  addr->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  fd = socket(AF_INET, SOCK_STREAM, 0);
  bind(fd, (struct sockaddr*) addr, sizeof(*addr));
  listen(fd, 8);
  len = sizeof(*addr);
  getsockname(fd, (struct sockaddr*) addr, &len);
  return fd;
}


static void connection(int fds[2], struct sockaddr_in* addr) {
  int server;

  server = listener(addr);
  fds[0] = socket(AF_INET, SOCK_STREAM, 0);
  connect(fds[0], (struct sockaddr*) addr, sizeof(*addr));
  fds[1] = accept(server, NULL, NULL);
  close(server);
}


static void readable(int fd) {
  struct pollfd pfd;

  pfd.fd = fd;
  pfd.events = POLLIN;
  poll(&pfd, 1, 5000);
}


/* Waits until that many bytes can be received. */
static void arrived(int fd, size_t count) {
  char bytes[64];

  while (recv(fd, bytes, sizeof(bytes), MSG_PEEK) < (ssize_t) count)
    readable(fd);
}


static void stream(const char* kind, int fds[2], struct sockaddr_in* addr) {
  struct iovec parts[2];
  struct msghdr msg;
  char bytes[64];

  printf("%s\n", kind);
  say("send(MSG_MORE)", send(fds[0], "0123456789", 10, MSG_MORE));
  say("send(MSG_EOR)", send(fds[0], "abcdefghij", 10, MSG_EOR));
  say("send(MSG_CONFIRM)", send(fds[0], "ABCDEFGHIJ", 10, MSG_CONFIRM));
  say("send(MSG_DONTROUTE)", send(fds[0], "K", 1, MSG_DONTROUTE));
  say("sendto(address)",
      sendto(fds[0], "L", 1, 0, (struct sockaddr*) addr, sizeof(*addr)));
  arrived(fds[1], strcmp(kind, "tcp") == 0 ? 32 : 31);
  waiting("both ends", fds[0]);
  waiting("both ends", fds[1]);
  got("recv(MSG_NOSIGNAL)", recv(fds[1], bytes, 3, MSG_NOSIGNAL), bytes);
  got("recv(MSG_CMSG_CLOEXEC)",
      recv(fds[1], bytes, 3, MSG_CMSG_CLOEXEC),
      bytes);
  got("recv(MSG_PEEK)", recv(fds[1], bytes, 4, MSG_PEEK), bytes);
  memset(bytes, '-', sizeof(bytes));
  got("recv(MSG_TRUNC)", recv(fds[1], bytes, 4, MSG_TRUNC), bytes);
  parts[0].iov_base = bytes;
  parts[0].iov_len = 2;
  parts[1].iov_base = bytes + 2;
  parts[1].iov_len = 4;
  memset(&msg, 0, sizeof(msg));
  msg.msg_iov = parts;
  msg.msg_iovlen = 2;
  got("recvmsg(MSG_PEEK)", recvmsg(fds[1], &msg, MSG_PEEK), bytes);
  got("recvmsg()", recvmsg(fds[1], &msg, 0), bytes);
  got("recv(MSG_WAITALL)", recv(fds[1], bytes, 8, MSG_WAITALL), bytes);
  got("recv(MSG_DONTWAIT | MSG_WAITALL)",
      recv(fds[1], bytes, 64, MSG_DONTWAIT | MSG_WAITALL),
      bytes);
  say("recv() of nothing", recv(fds[1], bytes, 64, MSG_DONTWAIT));
}


static void timeouts(const char* kind, int fds[2]) {
  static char much[65536];
  double start;
  char bytes[8];
  int lowat;
  ssize_t n;

  printf("timeouts of %s\n", kind);
  patience(fds[0], SO_RCVTIMEO);
  start = now();
  say("recv()", recv(fds[0], bytes, 1, 0));
  waited(start);
  start = now();
  say("read()", read(fds[0], bytes, 1));
  waited(start);

  if (strcmp(kind, "udp") == 0)
    return;

  send(fds[1], "xyz", 3, 0);
  start = now();
  got("recv(MSG_WAITALL)", recv(fds[0], bytes, 8, MSG_WAITALL), bytes);
  waited(start);

  send(fds[1], "xyz", 3, 0);
  arrived(fds[0], 3);
  lowat = 4;
  setsockopt(fds[0], SOL_SOCKET, SO_RCVLOWAT, &lowat, sizeof(lowat));
  start = now();
  got("recv() of fewer than SO_RCVLOWAT", recv(fds[0], bytes, 8, 0), bytes);
  waited(start);
  send(fds[1], "abcd", 4, 0);
  got("recv() of SO_RCVLOWAT", recv(fds[0], bytes, 8, 0), bytes);

  patience(fds[0], SO_SNDTIMEO);
  start = now();
  while (send(fds[0], much, sizeof(much), MSG_NOSIGNAL) == sizeof(much))
    continue;

  printf("send() until there is no room\n");
  waited(start);
  start = now();
  do
    n = send(fds[0], much, sizeof(much), MSG_NOSIGNAL);
  while (n > 0);
  say("send() without room", n);
}


static void acceptance(void) {
  struct sockaddr_in addr;
  struct pollfd pfd;
  double start;
  int client;
  int fd;

  printf("a listener\n");
  fd = listener(&addr);
  waiting("a listener", fd);
  patience(fd, SO_RCVTIMEO);
  start = now();
  say("accept()", accept(fd, NULL, NULL));
  waited(start);
  say("shutdown(SHUT_WR)", shutdown(fd, SHUT_WR));
  client = socket(AF_INET, SOCK_STREAM, 0);
  say("connect()", connect(client, (struct sockaddr*) &addr, sizeof(addr)));
  close(accept(fd, NULL, NULL));
  say("a second connect()",
      connect(client, (struct sockaddr*) &addr, sizeof(addr)));
  say("shutdown(SHUT_RD)", shutdown(fd, SHUT_RD));
  say("accept() after it", accept(fd, NULL, NULL));
  pfd.fd = fd;
  pfd.events = POLLIN | POLLOUT;
  poll(&pfd, 1, 0);
  printf("poll() after it: %s\n", pfd.revents & POLLHUP ? "POLLHUP" : "none");
  say("shutdown() once more", shutdown(fd, SHUT_RD));
  say("listen() again", listen(fd, 1));
  close(fd);
  close(client);
}


/* On Linux a message over the loopback interface leaves its buffer at once, so
 * none of a burst is refused.
 */
static void burst(struct sockaddr_in* addr) {
  char bytes[1400];
  int refused;
  int fd;
  int i;

  fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  memset(bytes, 'b', sizeof(bytes));
  refused = 0;

  for (i = 0; i < 1000; i++)
    if (sendto(fd,
               bytes,
               sizeof(bytes),
               0,
               (struct sockaddr*) addr,
               sizeof(*addr)) < 0)
      refused++;

  printf("%d refused of a burst\n", refused);
  close(fd);
}


static void datagrams(void) {
  struct sockaddr_in addr;
  struct iovec part;
  struct msghdr msg;
  char bytes[64];
  socklen_t len;
  int pair[2];
  int fds[2];

  printf("udp\n");
  memset(&addr, 0, sizeof(addr));
  addr.sin_family = AF_INET;
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  fds[0] = socket(AF_INET, SOCK_DGRAM, 0);
  fds[1] = socket(AF_INET, SOCK_DGRAM, 0);
  bind(fds[1], (struct sockaddr*) &addr, sizeof(addr));
  len = sizeof(addr);
  getsockname(fds[1], (struct sockaddr*) &addr, &len);
  say("send() unconnected", send(fds[0], "x", 1, 0));
  connect(fds[0], (struct sockaddr*) &addr, sizeof(addr));
  say("sendto(address)",
      sendto(fds[0], "one", 3, 0, (struct sockaddr*) &addr, sizeof(addr)));
  got("recv()", recv(fds[1], bytes, 64, 0), bytes);
  say("send(MSG_CONFIRM)", send(fds[0], "0123456789", 10, MSG_CONFIRM));
  readable(fds[1]);
  waiting("a message", fds[1]);
  say("recv(MSG_TRUNC)", recv(fds[1], bytes, 4, MSG_TRUNC));
  say("send(MSG_EOR)", send(fds[0], "0123456789", 10, MSG_EOR));
  part.iov_base = bytes;
  part.iov_len = 4;
  memset(&msg, 0, sizeof(msg));
  msg.msg_iov = &part;
  msg.msg_iovlen = 1;
  got("recvmsg()", recvmsg(fds[1], &msg, MSG_NOSIGNAL), bytes);
  printf("  %s\n", msg.msg_flags & MSG_TRUNC ? "truncated" : "whole");
  say("send(MSG_MORE)", send(fds[0], "a ", 2, MSG_MORE));
  say("send(MSG_MORE)", send(fds[0], "whole ", 6, MSG_MORE));
  say("send()", send(fds[0], "message", 7, 0));
  got("recv(MSG_WAITALL)", recv(fds[1], bytes, 64, MSG_WAITALL), bytes);
  say("recv(MSG_ERRQUEUE)", recv(fds[1], bytes, 64, MSG_ERRQUEUE));
  say("send(MSG_OOB)", send(fds[0], "x", 1, MSG_OOB));
  say("recv(MSG_OOB)", recv(fds[1], bytes, 64, MSG_OOB | MSG_DONTWAIT));
  timeouts("udp", fds);
  burst(&addr);
  close(fds[0]);
  close(fds[1]);

  printf("a pipe\n");
  pipe(pair);
  say("send()", send(pair[1], "x", 1, 0));
  say("recv()", recv(pair[0], bytes, 1, 0));
  say("sendto()", sendto(pair[1], "x", 1, 0, anywhere, 0));
  say("write()", write(pair[1], "x", 1));
  waiting("a pipe", pair[0]);
  waiting("a pipe", pair[1]);
  say("write() of the wrong end", write(pair[0], "x", 1));
  say("read()", read(pair[0], bytes, 8));
  close(pair[0]);
  close(pair[1]);
}


int main(void) {
  struct sockaddr_in addr;
  char bytes[8];
  int fds[2];

  setvbuf(stdout, NULL, _IOLBF, 0);
  connection(fds, &addr);
  stream("tcp", fds, &addr);
  say("recv(MSG_ERRQUEUE)", recv(fds[0], bytes, 8, MSG_ERRQUEUE));
  say("recv(MSG_OOB)", recv(fds[0], bytes, 8, MSG_OOB));
  timeouts("tcp", fds);
  close(fds[0]);
  close(fds[1]);

  socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
  stream("unix", fds, &addr);
  timeouts("unix", fds);
  close(fds[0]);
  close(fds[1]);

  acceptance();
  datagrams();
  return 0;
}
