/* SPDX-License-Identifier: MIT */

/* AF_UNIX sockets for messages. Prints what calls return, one line each; the
 * same as natively.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>


static const char* reason(void) {
  switch (errno) {
    case EAGAIN:
      return "EAGAIN";
    case EADDRINUSE:
      return "EADDRINUSE";
    case ECONNREFUSED:
      return "ECONNREFUSED";
    case EINVAL:
      return "EINVAL";
    case ENOENT:
      return "ENOENT";
    case ENOTCONN:
      return "ENOTCONN";
    case EOPNOTSUPP:
      return "EOPNOTSUPP";
    case EPERM:
      return "EPERM";
    case EPIPE:
      return "EPIPE";
    default:
      return strerror(errno);
  }
}


static void say(const char* what, long r) {
  printf("%s: %ld %s\n", what, r, r < 0 ? reason() : "");
}


/* A name in the abstract namespace, which needs no directory. */
static socklen_t named(struct sockaddr_un* addr, const char* name) {
  memset(addr, 0, sizeof(*addr));
  addr->sun_family = AF_UNIX;
  snprintf(addr->sun_path + 1,
           sizeof(addr->sun_path) - 1,
           "uvwasm-%s-%d",
           name,
           (int) getpid());
  return offsetof(struct sockaddr_un, sun_path) + 1 +
         strlen(addr->sun_path + 1);
}


static void receive(int fd) {
  struct sockaddr_un addr;
  char bytes[64];
  socklen_t len;
  ssize_t n;

  len = sizeof(addr);
  n = recvfrom(fd,
               bytes,
               sizeof(bytes),
               MSG_DONTWAIT,
               (struct sockaddr*) &addr,
               &len);
  if (n < 0) {
    say("recvfrom()", n);
    return;
  }

  printf("recvfrom(): \"%.*s\" from %s\n",
         (int) n,
         bytes,
         len == 0 ? "a socket without a name" : "a name");
}


static void ready(int fd) {
  struct pollfd pfd;

  pfd.fd = fd;
  pfd.events = POLLIN | POLLOUT;
  poll(&pfd, 1, 0);
  printf("poll(): %s%s%s\n",
         pfd.revents & POLLIN ? "in " : "",
         pfd.revents & POLLOUT ? "out " : "",
         pfd.revents & POLLHUP ? "hup" : "");
}


static void pairs(void) {
  int count;
  int fds[2];

  say("socketpair()", socketpair(AF_UNIX, SOCK_DGRAM, 0, fds));
  ready(fds[1]);
  say("send()", send(fds[0], "one", 3, 0));
  say("write()", write(fds[0], "second", 6));
  say("an empty one", send(fds[0], "", 0, 0));
  ready(fds[1]);
  ioctl(fds[1], FIONREAD, &count);
  say("FIONREAD", count);
  receive(fds[1]);
  receive(fds[1]);
  receive(fds[1]);
  receive(fds[1]);
  say("send() back", send(fds[1], "x", 1, 0));
  receive(fds[0]);
  say("listen()", listen(fds[0], 1));
  say("accept()", accept(fds[0], NULL, NULL));
  say("shutdown(SHUT_RD)", shutdown(fds[1], SHUT_RD));
  say("send() after it", send(fds[0], "x", 1, MSG_NOSIGNAL));
  say("shutdown(SHUT_WR)", shutdown(fds[0], SHUT_WR));
  say("send() after it", send(fds[0], "x", 1, MSG_NOSIGNAL));
  close(fds[0]);
  say("send() to a closed one", send(fds[1], "x", 1, MSG_NOSIGNAL));
  say("send() again", send(fds[1], "x", 1, MSG_NOSIGNAL));
  close(fds[1]);
}


static void names(void) {
  struct sockaddr_un addr;
  struct sockaddr_un back;
  socklen_t len;
  int server;
  int client;
  int other;

  server = socket(AF_UNIX, SOCK_DGRAM, 0);
  client = socket(AF_UNIX, SOCK_DGRAM, 0);
  other = socket(AF_UNIX, SOCK_DGRAM, 0);
  len = named(&addr, "server");
  say("connect() to nothing", connect(client, (struct sockaddr*) &addr, len));
  say("send() unconnected", send(client, "x", 1, 0));
  say("bind()", bind(server, (struct sockaddr*) &addr, len));
  say("bind() again", bind(other, (struct sockaddr*) &addr, len));
  say("sendto()",
      sendto(client, "anonymous", 9, 0, (struct sockaddr*) &addr, len));
  receive(server);
  bind(client, (struct sockaddr*) &back, named(&back, "client"));
  say("connect()", connect(client, (struct sockaddr*) &addr, len));
  say("send()", send(client, "named", 5, 0));
  receive(server);
  say("sendto() back",
      sendto(server,
             "answer",
             6,
             0,
             (struct sockaddr*) &back,
             named(&back, "client")));
  receive(client);
  say("sendto() a socket that has another peer",
      sendto(other,
             "x",
             1,
             0,
             (struct sockaddr*) &back,
             named(&back, "client")));
  close(server);
  say("send() to a closed one", send(client, "x", 1, 0));
  close(client);
  close(other);
}


int main(void) {
  pairs();
  names();
  return 0;
}
