/* SPDX-License-Identifier: MIT */

/* Prints the result of Linux for each call in each state of a UDP socket, a
 * line each: the state, the call, the result or the name of its error.
 * udp.test.ts compares the kernel with it.
 */

#define _GNU_SOURCE

#include "linux.h"

#define TOO_LONG 70000

/* The address to send to. */
static int other_port;
static char bytes[TOO_LONG];


static int make_unbound(int unused) {
  int fd;

  fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  assert(fd >= 0);
  return fd;
}


static int send_to(int fd, const char* data, size_t length, int port) {
  struct sockaddr_in addr;

  addr = loopback(port);
  return sendto(fd, data, length, 0, (struct sockaddr*) &addr, sizeof(addr));
}


static int call_disconnect(int fd) {
  struct sockaddr addr;

  memset(&addr, 0, sizeof(addr));
  addr.sa_family = AF_UNSPEC;
  return connect(fd, &addr, sizeof(addr));
}


static int make_bound(int unused) {
  int fd;
  int r;

  fd = make_unbound(-1);
  r = call_bind(fd);
  assert(r == 0);
  return fd;
}


static int make_sent(int unused) {
  int fd;
  int r;

  fd = make_unbound(-1);
  r = send_to(fd, "x", 1, other_port);
  assert(r == 1);
  return fd;
}


static int make_connected(int unused) {
  int fd;
  int r;

  fd = make_bound(-1);
  r = connect_to(fd, other_port);
  assert(r == 0);
  return fd;
}


static int make_disconnected(int unused) {
  int fd;
  int r;

  fd = make_unbound(-1);
  r = connect_to(fd, other_port) || call_disconnect(fd);
  assert(r == 0);
  return fd;
}


/* A message waits. */
static int make_received(int unused) {
  int fd;
  int r;

  fd = make_bound(-1);
  r = send_to(fd, "hello", 5, port_of(fd));
  assert(r == 5);
  wait_for(fd, POLLIN);
  return fd;
}


/* No socket has this address; the error is not reported yet. */
static int make_refused(int unused) {
  int nobody;
  int port;
  int fd;
  int r;

  nobody = make_bound(-1);
  port = port_of(nobody);
  close(nobody);
  fd = make_bound(-1);
  r = connect_to(fd, port) || write(fd, "x", 1) != 1;
  assert(r == 0);
  wait_for(fd, 0);
  return fd;
}


static int make_shut(int unused) {
  int fd;

  fd = make_connected(-1);
  shutdown(fd, SHUT_WR);
  return fd;
}


static int make_deaf(int unused) {
  int fd;

  fd = make_connected(-1);
  shutdown(fd, SHUT_RD);
  return fd;
}


static int make_ended(int unused) {
  int fd;

  fd = make_connected(-1);
  shutdown(fd, SHUT_RDWR);
  return fd;
}


static int call_accept(int fd) {
  return accept(fd, NULL, NULL);
}


static int call_connect(int fd) {
  return connect_to(fd, other_port);
}


/* The whole length; only one byte is stored. */
static int call_receive(int fd) {
  char byte;

  return recv(fd, &byte, 1, MSG_TRUNC);
}


static int call_nothing(int fd) {
  return write(fd, NULL, 0);
}


static int call_sendto(int fd) {
  return send_to(fd, "x", 1, other_port);
}


static int call_nowhere(int fd) {
  return send_to(fd, "x", 1, 0);
}


static int call_long(int fd) {
  return send_to(fd, bytes, TOO_LONG, other_port);
}


#define STATE(name)                                                           \
  { #name, make_##name }
#define CALL(name)                                                            \
  { #name, call_##name }

static const struct entry states[] = {
  STATE(unbound),  STATE(bound),   STATE(sent), STATE(connected),
  STATE(received), STATE(refused), STATE(shut), STATE(disconnected),
  STATE(deaf),     STATE(ended),
};

static const struct entry calls[] = {
  CALL(bind),  CALL(listen),     CALL(accept),      CALL(connect),
  CALL(read),  CALL(disconnect), CALL(getpeername), CALL(receive),
  CALL(write), CALL(nothing),    CALL(sendto),      CALL(nowhere),
  CALL(long),  CALL(shutdown),   CALL(error),
};


int main(void) {
  size_t s;
  size_t c;
  int fd;
  int r;

  signal(SIGPIPE, SIG_IGN);
  other_port = port_of(make_bound(-1));

  for (s = 0; s < COUNT(states); s++) {
    for (c = 0; c < COUNT(calls); c++) {
      fd = states[s].run(-1);
      r = calls[c].run(fd);
      printf("%s %s ", states[s].name, calls[c].name);
      print_answer(r);
      close(fd);
    }

    printf("%s poll ", states[s].name);
    print_poll(states[s].run(-1));
  }

  return 0;
}
