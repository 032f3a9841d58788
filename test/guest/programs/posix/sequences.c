/* SPDX-License-Identifier: MIT */

/* AF_UNIX sockets for messages over connections (SOCK_SEQPACKET). Nothing waits
 * here.
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

static char bytes[64];


static void say(const char* what, long r) {
  printf("%s: %ld %s\n", what, r, r < 0 ? strerror(errno) : "");
}


static void ready(int fd) {
  struct pollfd pfd;

  pfd.fd = fd;
  pfd.events = POLLIN | POLLOUT | POLLPRI;
  poll(&pfd, 1, 0);
  printf("poll(): %s%s%s%s\n",
         pfd.revents & POLLIN ? "in " : "",
         pfd.revents & POLLOUT ? "out " : "",
         pfd.revents & POLLERR ? "err " : "",
         pfd.revents & POLLHUP ? "hup" : "");
}


static void receive(int fd, size_t size, int flags) {
  struct msghdr msg;
  struct iovec part;
  long r;

  memset(&msg, 0, sizeof(msg));
  part.iov_base = bytes;
  part.iov_len = size;
  msg.msg_iov = &part;
  msg.msg_iovlen = 1;
  r = recvmsg(fd, &msg, flags | MSG_DONTWAIT);
  say("recvmsg()", r);
  if (r >= 0)
    printf("\"%.*s\", flags %x\n", r < 8 ? (int) r : 8, bytes, msg.msg_flags);
}


static void pairs(void) {
  socklen_t len;
  int fds[2];
  int value;

  say("socketpair()", socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds));
  len = sizeof(value);
  getsockopt(fds[0], SOL_SOCKET, SO_TYPE, &value, &len);
  say("SO_TYPE", value == SOCK_SEQPACKET);
  ready(fds[1]);
  say("write()", write(fds[0], "first", 5));
  say("send()", send(fds[0], "second", 6, 0));
  say("an empty one", send(fds[0], "", 0, 0));
  say("to an address", sendto(fds[0], "x", 1, 0, NULL, 0));
  ioctl(fds[1], FIONREAD, &value);
  say("FIONREAD", value);
  ready(fds[1]);
  receive(fds[1], 2, MSG_PEEK);
  receive(fds[1], 2, 0);
  receive(fds[1], 2, MSG_TRUNC);
  receive(fds[1], 8, 0);
  receive(fds[1], 8, 0);
  receive(fds[1], 8, 0);
  say("no one was lost", write(fds[1], "back", 4));
  say("shutdown()", shutdown(fds[1], SHUT_WR));
  ready(fds[0]);
  say("read()", read(fds[0], bytes, 8));
  say("the end", read(fds[0], bytes, 8));
  say("no more", send(fds[1], "x", 1, MSG_NOSIGNAL));
  write(fds[0], "unread", 6);
  close(fds[1]);
  ready(fds[0]);
  say("reset", read(fds[0], bytes, 8));
  say("the end", read(fds[0], bytes, 8));
  say("closed", send(fds[0], "x", 1, MSG_NOSIGNAL));
  close(fds[0]);

  socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds);
  write(fds[0], "last", 4);
  close(fds[0]);
  ready(fds[1]);
  say("the last one", read(fds[1], bytes, 8));
  say("the end", read(fds[1], bytes, 8));
  close(fds[1]);
}


static void fill(void) {
  static char large[100000];
  int fds[2];
  int count;

  socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds);
  for (count = 0; send(fds[0], large, 1000, 0) == 1000; count++) {
  }

  say("full", errno == EAGAIN);
  ready(fds[0]);
  while (read(fds[1], large, sizeof(large)) == 1000)
    count--;

  say("all arrive", count);
  ready(fds[0]);
  close(fds[0]);
  close(fds[1]);
}


static void names(void) {
  struct sockaddr_un addr;
  socklen_t size;
  int listener;
  int client;
  int fd;

  memset(&addr, 0, sizeof(addr));
  addr.sun_family = AF_UNIX;
  snprintf(addr.sun_path + 1, 64, "uvwasm-sequence-%d", (int) getpid());
  size = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(addr.sun_path + 1);
  listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
  client = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
  say("unconnected", send(client, "x", 1, 0));
  say("unconnected", recv(client, bytes, 1, 0));
  say("unbound", listen(listener, 4));
  say("no name", connect(client, (struct sockaddr*) &addr, size));
  say("bind()", bind(listener, (struct sockaddr*) &addr, size));
  say("no listener", connect(client, (struct sockaddr*) &addr, size));
  say("listen()", listen(listener, 4));
  say("accept()", accept(listener, NULL, NULL));
  say("connect()", connect(client, (struct sockaddr*) &addr, size));
  say("again", connect(client, (struct sockaddr*) &addr, size));
  say("send()", send(client, "early", 5, 0));
  ready(listener);
  fd = accept(listener, NULL, NULL);
  say("accept()", fd >= 0);
  receive(fd, 8, 0);
  size = sizeof(addr);
  say("getpeername()", getpeername(client, (struct sockaddr*) &addr, &size));
  say("is the listener's name", addr.sun_path[1] == 'u');
  close(listener);
  say("goes on", send(fd, "still", 5, 0));
  receive(client, 8, 0);
  close(fd);
  close(client);
}


int main(void) {
  pairs();
  fill();
  names();
  return 0;
}
