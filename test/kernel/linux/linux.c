/* SPDX-License-Identifier: MIT */

/* Prints the result of Linux for each call in each state of a TCP socket, a
 * line each: the state, the call, the result or the name of its error.
 * tcp.test.ts compares the kernel with it.
 */

#define _GNU_SOURCE

#include "linux.h"


static int make_socket(void) {
  int fd;

  fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  assert(fd >= 0);
  return fd;
}


static int make_listener(int backlog) {
  int fd;
  int r;

  fd = make_socket();
  r = call_bind(fd) || listen(fd, backlog);
  assert(r == 0);
  return fd;
}


static void fetch_error(int fd, int expected) {
  socklen_t len;
  int err;

  len = sizeof(err);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
  assert(err == expected);
}


static int make_unbound(int unused) {
  return make_socket();
}


static int make_bound(int unused) {
  int fd;
  int r;

  fd = make_socket();
  r = call_bind(fd);
  assert(r == 0);
  return fd;
}


static int make_listening(int unused) {
  return make_listener(5);
}


/* A listener with a full backlog does not answer. */
static int make_connecting(int unused) {
  int listener;
  int fd;
  int i;

  listener = make_listener(0);
  for (i = 0; i < 4; i++) {
    fd = make_socket();
    connect_to(fd, port_of(listener));
  }

  return fd;
}


/* The accepted end, and the other one in *peer. */
static int make_pair(int* peer) {
  int listener;
  int fd;

  listener = make_listener(5);
  *peer = make_socket();
  connect_to(*peer, port_of(listener));
  wait_for(listener, POLLIN);
  fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
  assert(fd >= 0);
  close(listener);
  return fd;
}


static int make_connected(int unused) {
  int peer;

  return make_pair(&peer);
}


static int make_refused(int unused) {
  int port;
  int fd;

  fd = make_bound(-1);
  port = port_of(fd);
  close(fd);

  fd = make_socket();
  connect_to(fd, port);
  wait_for(fd, POLLOUT);
  fetch_error(fd, ECONNREFUSED);
  return fd;
}


static int make_broken(int unused) {
  struct linger reset;
  int peer;
  int fd;

  fd = make_pair(&peer);
  reset.l_onoff = 1;
  reset.l_linger = 0;
  setsockopt(peer, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  close(peer);
  wait_for(fd, POLLIN);
  fetch_error(fd, ECONNRESET);
  return fd;
}


static int call_accept(int fd) {
  return accept(fd, NULL, NULL);
}


static int call_connect(int fd) {
  return connect_to(fd, 80);
}


#define STATE(name)                                                           \
  { #name, make_##name }
#define CALL(name)                                                            \
  { #name, call_##name }

static const struct entry states[] = {
  STATE(unbound),   STATE(bound),   STATE(listening), STATE(connecting),
  STATE(connected), STATE(refused), STATE(broken),
};

static const struct entry calls[] = {
  CALL(bind),        CALL(listen), CALL(accept), CALL(connect),
  CALL(getpeername), CALL(read),   CALL(write),  CALL(shutdown),
};


int main(void) {
  size_t s;
  size_t c;
  int fd;
  int r;

  signal(SIGPIPE, SIG_IGN);

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
