/* What Linux answers to each call in each state of a TCP socket, a line each:
 * the state, the call, the result or the name of its error. linux.test.ts
 * compares the kernel with it.
 */

#define _GNU_SOURCE

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

#define PATIENCE 5000


static struct sockaddr_in loopback(int port) {
  struct sockaddr_in addr;

  memset(&addr, 0, sizeof(addr));
  addr.sin_family = AF_INET;
  addr.sin_port = htons(port);
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return addr;
}


static int make_socket(void) {
  int fd;

  fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  assert(fd >= 0);
  return fd;
}


static int port_of(int fd) {
  struct sockaddr_in addr;
  socklen_t len;
  int r;

  len = sizeof(addr);
  r = getsockname(fd, (struct sockaddr*) &addr, &len);
  assert(r == 0);
  return ntohs(addr.sin_port);
}


static int call_bind(int fd) {
  struct sockaddr_in addr;

  addr = loopback(0);
  return bind(fd, (struct sockaddr*) &addr, sizeof(addr));
}


static int do_connect(int fd, int port) {
  struct sockaddr_in addr;

  addr = loopback(port);
  return connect(fd, (struct sockaddr*) &addr, sizeof(addr));
}


static int make_listener(int backlog) {
  int fd;
  int r;

  fd = make_socket();
  r = call_bind(fd) || listen(fd, backlog);
  assert(r == 0);
  return fd;
}


static void wait_for(int fd, int events) {
  struct pollfd pfd;
  int r;

  pfd.fd = fd;
  pfd.events = events;
  r = poll(&pfd, 1, PATIENCE);
  assert(r == 1);
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


/* Nobody answers where the backlog is full. */
static int make_connecting(int unused) {
  int listener;
  int fd;
  int i;

  listener = make_listener(0);
  for (i = 0; i < 4; i++) {
    fd = make_socket();
    do_connect(fd, port_of(listener));
  }

  return fd;
}


/* The accepted end, and the other one in *peer. */
static int make_pair(int* peer) {
  int listener;
  int fd;

  listener = make_listener(5);
  *peer = make_socket();
  do_connect(*peer, port_of(listener));
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
  do_connect(fd, port);
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


static int call_listen(int fd) {
  return listen(fd, 5);
}


static int call_accept(int fd) {
  return accept(fd, NULL, NULL);
}


static int call_connect(int fd) {
  return do_connect(fd, 80);
}


static int call_getpeername(int fd) {
  struct sockaddr_in addr;
  socklen_t len;

  len = sizeof(addr);
  return getpeername(fd, (struct sockaddr*) &addr, &len);
}


static int call_read(int fd) {
  char byte;

  return read(fd, &byte, 1);
}


static int call_write(int fd) {
  return write(fd, "x", 1);
}


static int call_shutdown(int fd) {
  return shutdown(fd, SHUT_WR);
}


struct entry {
  const char* name;
  int (*run)(int fd);
};

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


static void print_poll(const char* state, int fd) {
  struct pollfd pfd;

  pfd.fd = fd;
  pfd.events = POLLIN | POLLOUT | POLLRDHUP;
  poll(&pfd, 1, 0);
  printf("%s poll %s%s%s%s%s\n",
         state,
         pfd.revents & POLLIN ? "I" : "",
         pfd.revents & POLLOUT ? "O" : "",
         pfd.revents & POLLERR ? "E" : "",
         pfd.revents & POLLHUP ? "H" : "",
         pfd.revents & POLLRDHUP ? "R" : "");
}


int main(void) {
  size_t s;
  size_t c;
  int fd;
  int r;

  signal(SIGPIPE, SIG_IGN);

  for (s = 0; s < sizeof(states) / sizeof(states[0]); s++) {
    for (c = 0; c < sizeof(calls) / sizeof(calls[0]); c++) {
      fd = states[s].run(-1);
      r = calls[c].run(fd);
      printf("%s %s ", states[s].name, calls[c].name);
      if (r < 0)
        printf("%s\n", strerrorname_np(errno));
      else
        printf("%d\n", r);
      close(fd);
    }

    print_poll(states[s].name, states[s].run(-1));
  }

  return 0;
}
