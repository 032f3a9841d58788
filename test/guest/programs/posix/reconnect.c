/* SPDX-License-Identifier: MIT */

/* A program that tries one socket again and again, until its server is there. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>


static void say(const char* what, int r) {
  printf("%s: %s\n", what, r < 0 ? strerror(errno) : "ok");
}


static void wait_for(int fd) {
  struct pollfd p = { .fd = fd, .events = POLLOUT };

  poll(&p, 1, 10000);
}


int main(void) {
  struct sockaddr_in addr = { .sin_family = AF_INET };
  socklen_t len;
  int server;
  int err;
  int fd;

  len = sizeof(addr);
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  server = socket(AF_INET, SOCK_STREAM, 0);
  bind(server, (struct sockaddr*) &addr, len);
  getsockname(server, (struct sockaddr*) &addr, &len);

  fd = socket(AF_INET, SOCK_STREAM, 0);
  say("first", connect(fd, (struct sockaddr*) &addr, len));
  say("second", connect(fd, (struct sockaddr*) &addr, len));
  fcntl(fd, F_SETFL, O_NONBLOCK);
  say("begun", connect(fd, (struct sockaddr*) &addr, len));
  wait_for(fd);
  say("reported", connect(fd, (struct sockaddr*) &addr, len));
  say("begun", connect(fd, (struct sockaddr*) &addr, len));
  wait_for(fd);
  len = sizeof(err);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
  printf("error: %s\n", strerror(err));
  len = sizeof(addr);
  say("over", connect(fd, (struct sockaddr*) &addr, len));

  listen(server, 1);
  fcntl(fd, F_SETFL, 0);
  say("last", connect(fd, (struct sockaddr*) &addr, len));
  say("again", connect(fd, (struct sockaddr*) &addr, len));
  return 0;
}
