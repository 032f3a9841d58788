/* SPDX-License-Identifier: MIT */

/* Polls by itself: calls that do not block, again and again, and never one that
 * has to wait. Prints a line for each that something came of.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 20

static time_t end;


static struct sockaddr_in address(int fd) {
  struct sockaddr_in addr;
  socklen_t len;

  len = sizeof(addr);
  getsockname(fd, (struct sockaddr*) &addr, &len);
  return addr;
}


static int bound(int type) {
  struct sockaddr_in addr;
  int fd;

  memset(&addr, 0, sizeof(addr));
  addr.sin_family = AF_INET;
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  fd = socket(AF_INET, type | SOCK_NONBLOCK, 0);
  if (bind(fd, (struct sockaddr*) &addr, sizeof(addr)))
    abort();

  return fd;
}


/* Ends the program if nothing has come for too long. */
static void again(const char* what) {
  if (errno != EAGAIN && errno != EINPROGRESS && errno != EALREADY &&
      errno != ENOTCONN) {
    perror(what);
    exit(1);
  }

  if (time(NULL) > end) {
    printf("%s: nothing came\n", what);
    exit(1);
  }
}


static int connecting(int listener) {
  struct sockaddr_in addr;
  int fd;

  addr = address(listener);
  fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (connect(fd, (struct sockaddr*) &addr, sizeof(addr)) == 0)
    return fd;

  if (errno != EINPROGRESS)
    abort();

  return fd;
}


static void datagrams(void) {
  struct sockaddr_in addr;
  char bytes[8];
  int fds[5];
  int come;
  int i;

  for (i = 0; i < 5; i++)
    fds[i] = bound(SOCK_DGRAM);

  for (i = 1; i < 5; i++) {
    addr = address(fds[i]);
    sendto(fds[0], "hi", 2, 0, (struct sockaddr*) &addr, sizeof(addr));
  }

  for (come = 0; come < 4;)
    for (i = 1; i < 5; i++)
      if (recvfrom(fds[i], bytes, sizeof(bytes), 0, NULL, NULL) == 2)
        come++;
      else
        again("recvfrom()");

  printf("recvfrom() of several sockets\n");
  addr = address(fds[1]);
  connect(fds[0], (struct sockaddr*) &addr, sizeof(addr));
  send(fds[0], "ho", 2, 0);
  while (read(fds[1], bytes, sizeof(bytes)) != 2)
    again("read()");

  printf("read() of a UDP socket\n");
  send(fds[0], "hoho", 4, 0);
  errno = EAGAIN;
  for (i = 0; i != 4; ioctl(fds[1], FIONREAD, &i))
    again("ioctl()");

  printf("ioctl()\n");
  for (i = 0; i < 5; i++)
    close(fds[i]);
}


static void streams(void) {
  struct sockaddr_in addr;
  struct pollfd pfd;
  char bytes[65536];
  socklen_t len;
  size_t sent;
  size_t come;
  int listener;
  int server;
  int client;
  ssize_t n;

  listener = bound(SOCK_STREAM);
  listen(listener, 8);
  client = connecting(listener);

  while ((server = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) < 0)
    again("accept()");

  printf("accept()\n");
  len = sizeof(addr);
  while (getpeername(client, (struct sockaddr*) &addr, &len))
    again("getpeername()");

  printf("getpeername()\n");
  while (recv(server, bytes, sizeof(bytes), 0) < 0) {
    send(client, "x", 1, 0);
    again("recv()");
  }

  printf("recv()\n");
  memset(bytes, 'y', sizeof(bytes));

  for (sent = come = 0; sent < 4000000 || come < sent;) {
    n = sent < 4000000 ? send(client, bytes, sizeof(bytes), 0) : 0;
    if (n < 0)
      again("send()");
    else
      sent += n;

    n = read(server, bytes, sizeof(bytes));
    if (n < 0)
      again("read()");
    else
      come += n;
    if (come + sizeof(bytes) > sent && sent >= 4000000)
      break;
  }

  printf("send() and read()\n");
  while (read(server, bytes, sizeof(bytes)) > 0)
    continue;

  close(client);
  for (;;) {
    n = read(server, bytes, sizeof(bytes));
    if (n == 0)
      break;

    if (n < 0)
      again("the end");
  }

  printf("the end\n");
  close(server);

  client = connecting(listener);
  addr = address(listener);
  while (connect(client, (struct sockaddr*) &addr, sizeof(addr))) {
    if (errno == EISCONN)
      break;

    again("connect()");
  }

  printf("connect()\n");
  close(client);

  client = connecting(listener);
  pfd.fd = client;
  pfd.events = POLLOUT;
  errno = EAGAIN;
  while (poll(&pfd, 1, 0) == 0)
    again("poll()");

  printf("poll()\n");
  close(client);
  close(listener);
}


static void refusal(void) {
  socklen_t len;
  int listener;
  int client;
  int err;

  listener = bound(SOCK_STREAM);
  client = connecting(listener);

  for (;;) {
    len = sizeof(err);
    getsockopt(client, SOL_SOCKET, SO_ERROR, &err, &len);
    if (err != 0 && err != EINPROGRESS)
      break;

    errno = EAGAIN;
    again("getsockopt()");
  }

  printf("getsockopt() %s\n", err == ECONNREFUSED ? "ECONNREFUSED" : "other");
  close(client);
  close(listener);
}


/* Waits for a message beside a descriptor that is always ready. */
static void busy(void) {
  struct epoll_event events[2];
  struct epoll_event event;
  struct sockaddr_in addr;
  int epoll;
  int fds[2];
  int i;
  int n;

  fds[0] = eventfd(1, EFD_NONBLOCK);
  fds[1] = bound(SOCK_DGRAM);
  epoll = epoll_create1(0);
  for (i = 0; i < 2; i++) {
    event.events = EPOLLIN;
    event.data.fd = fds[i];
    epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event);
  }

  addr = address(fds[1]);
  sendto(fds[1], "hi", 2, 0, (struct sockaddr*) &addr, sizeof(addr));

  do {
    n = epoll_wait(epoll, events, 2, -1);
    errno = EAGAIN;
    again("epoll_wait()");
  } while (n < 2);

  printf("epoll_wait()\n");
  close(epoll);
  close(fds[0]);
  close(fds[1]);
}


int main(void) {
  end = time(NULL) + PATIENCE;
  busy();
  datagrams();
  streams();
  refusal();
  return 0;
}
