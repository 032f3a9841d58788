/* What Linux answers to each call in each state of a UDP socket, a line each:
 * the state, the call, the result or the name of its error. linux-udp.test.ts
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
#define TOO_LONG 70000

/* Somebody to send to. */
static int other_port;
static char bytes[TOO_LONG];


static struct sockaddr_in loopback(int port) {
  struct sockaddr_in addr;

  memset(&addr, 0, sizeof(addr));
  addr.sin_family = AF_INET;
  addr.sin_port = htons(port);
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return addr;
}


static int make_unbound(void) {
  int fd;

  fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
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


static int send_to(int fd, const char* data, size_t length, int port) {
  struct sockaddr_in addr;

  addr = loopback(port);
  return sendto(fd, data, length, 0, (struct sockaddr*) &addr, sizeof(addr));
}


static int connect_to(int fd, int port) {
  struct sockaddr_in addr;

  addr = loopback(port);
  return connect(fd, (struct sockaddr*) &addr, sizeof(addr));
}


static int call_disconnect(int fd) {
  struct sockaddr addr;

  memset(&addr, 0, sizeof(addr));
  addr.sa_family = AF_UNSPEC;
  return connect(fd, &addr, sizeof(addr));
}


static void wait_for(int fd, int events) {
  struct pollfd pfd;
  int r;

  pfd.fd = fd;
  pfd.events = events;
  r = poll(&pfd, 1, PATIENCE);
  assert(r == 1);
}


static int make_bound(void) {
  int fd;
  int r;

  fd = make_unbound();
  r = call_bind(fd);
  assert(r == 0);
  return fd;
}


static int make_sent(void) {
  int fd;
  int r;

  fd = make_unbound();
  r = send_to(fd, "x", 1, other_port);
  assert(r == 1);
  return fd;
}


static int make_connected(void) {
  int fd;
  int r;

  fd = make_bound();
  r = connect_to(fd, other_port);
  assert(r == 0);
  return fd;
}


static int make_disconnected(void) {
  int fd;
  int r;

  fd = make_unbound();
  r = connect_to(fd, other_port) || call_disconnect(fd);
  assert(r == 0);
  return fd;
}


/* A message waits. */
static int make_received(void) {
  int fd;
  int r;

  fd = make_bound();
  r = send_to(fd, "hello", 5, port_of(fd));
  assert(r == 5);
  wait_for(fd, POLLIN);
  return fd;
}


/* Nobody is there, which is not told yet. */
static int make_refused(void) {
  int nobody;
  int port;
  int fd;
  int r;

  nobody = make_bound();
  port = port_of(nobody);
  close(nobody);
  fd = make_bound();
  r = connect_to(fd, port) || write(fd, "x", 1) != 1;
  assert(r == 0);
  wait_for(fd, 0);
  return fd;
}


static int make_shut(void) {
  int fd;

  fd = make_connected();
  shutdown(fd, SHUT_WR);
  return fd;
}


static int make_deaf(void) {
  int fd;

  fd = make_connected();
  shutdown(fd, SHUT_RD);
  return fd;
}


static int make_ended(void) {
  int fd;

  fd = make_connected();
  shutdown(fd, SHUT_RDWR);
  return fd;
}


static int call_listen(int fd) {
  return listen(fd, 5);
}


static int call_accept(int fd) {
  return accept(fd, NULL, NULL);
}


static int call_connect(int fd) {
  return connect_to(fd, other_port);
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


/* The whole length, of which a byte is kept. */
static int call_receive(int fd) {
  char byte;

  return recv(fd, &byte, 1, MSG_TRUNC);
}


static int call_write(int fd) {
  return write(fd, "x", 1);
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


static int call_shutdown(int fd) {
  return shutdown(fd, SHUT_WR);
}


static int call_error(int fd) {
  socklen_t len;
  int err;

  len = sizeof(err);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
  errno = err;
  return err == 0 ? 0 : -1;
}


#define STATE(name)                                                           \
  { #name, make_##name }
#define CALL(name)                                                            \
  { #name, call_##name }

static const struct {
  const char* name;
  int (*make)(void);
} states[] = {
  STATE(unbound),  STATE(bound),   STATE(sent), STATE(connected),
  STATE(received), STATE(refused), STATE(shut), STATE(disconnected),
  STATE(deaf),     STATE(ended),
};

static const struct {
  const char* name;
  int (*run)(int fd);
} calls[] = {
  CALL(bind),  CALL(listen),     CALL(accept),      CALL(connect),
  CALL(read),  CALL(disconnect), CALL(getpeername), CALL(receive),
  CALL(write), CALL(nothing),    CALL(sendto),      CALL(nowhere),
  CALL(long),  CALL(shutdown),   CALL(error),
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
  other_port = port_of(make_bound());

  for (s = 0; s < sizeof(states) / sizeof(states[0]); s++) {
    for (c = 0; c < sizeof(calls) / sizeof(calls[0]); c++) {
      fd = states[s].make();
      r = calls[c].run(fd);
      printf("%s %s ", states[s].name, calls[c].name);
      if (r < 0)
        printf("%s\n", strerrorname_np(errno));
      else
        printf("%d\n", r);
      close(fd);
    }

    print_poll(states[s].name, states[s].make());
  }

  return 0;
}
