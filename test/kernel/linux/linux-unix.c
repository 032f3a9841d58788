/* SPDX-License-Identifier: MIT */

/* Prints the result of Linux for each call in each state of a stream socket of
 * AF_UNIX, and for binding and connecting to names, a line each. unix.test.ts
 * and path.test.ts compare the kernel with it.
 */

#define _GNU_SOURCE

#include "linux.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/un.h>

#define LAST_FD 64

typedef int (*call_with_addr)(int, const struct sockaddr*, socklen_t);

static const char* const names[] = { "server", "mine", "other", "new" };


static int make_socket(void) {
  int fd;

  fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
  assert(fd >= 0);
  return fd;
}


/* A name that begins with @ is abstract. */
static int with_name(call_with_addr call, int fd, const char* name) {
  struct sockaddr_un addr;
  socklen_t len;

  memset(&addr, 0, sizeof(addr));
  addr.sun_family = AF_UNIX;
  len = sizeof(addr);
  strcpy(addr.sun_path, name);

  if (name[0] == '@') {
    len = offsetof(struct sockaddr_un, sun_path) + strlen(name);
    addr.sun_path[0] = '\0';
  }

  return call(fd, (struct sockaddr*) &addr, len);
}


static int with_no_name(call_with_addr call, int fd) {
  struct sockaddr_un addr;

  addr.sun_family = AF_UNIX;
  return call(fd, (struct sockaddr*) &addr, sizeof(addr.sun_family));
}


static int with_inet(call_with_addr call, int fd) {
  struct sockaddr_in addr;

  memset(&addr, 0, sizeof(addr));
  addr.sin_family = AF_INET;
  return call(fd, (struct sockaddr*) &addr, sizeof(addr));
}


static int make_bound(const char* name) {
  int fd;
  int r;

  fd = make_socket();
  r = with_name(bind, fd, name);
  assert(r == 0);
  return fd;
}


static int make_listener(const char* name, int backlog) {
  int fd;
  int r;

  fd = make_bound(name);
  r = listen(fd, backlog);
  assert(r == 0);
  return fd;
}


static int make_client(const char* name) {
  int fd;
  int r;

  fd = make_socket();
  r = with_name(connect, fd, name);
  assert(r == 0);
  return fd;
}


/* States. `server` is a listener that is there in each of them. */

static int in_unbound(int server) {
  return make_socket();
}


static int in_bound(int server) {
  return make_bound("mine");
}


static int in_listening(int server) {
  return make_listener("mine", 5);
}


static int in_connected(int server) {
  return make_client("server");
}


static int in_accepted(int server) {
  make_client("server");
  return accept4(server, NULL, NULL, SOCK_NONBLOCK);
}


static int in_pair(int server) {
  int fds[2];

  socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds);
  return fds[0];
}


static int in_ended(int server) {
  int fd;

  fd = make_client("server");
  close(accept(server, NULL, NULL));
  return fd;
}


static int in_reset(int server) {
  int fd;
  int r;

  fd = make_client("server");
  r = write(fd, "unread", 6);
  assert(r == 6);
  close(accept(server, NULL, NULL));
  return fd;
}


static int in_dropped(int server) {
  int fd;

  fd = make_client("server");
  close(server);
  return fd;
}


static int in_shut(int server) {
  int fd;

  fd = in_listening(server);
  shutdown(fd, SHUT_RD);
  return fd;
}


/* Calls. */

static int call_take(int fd) {
  return with_name(bind, fd, "other");
}


static int call_autobind(int fd) {
  return with_no_name(bind, fd);
}


static int call_accept(int fd) {
  return accept(fd, NULL, NULL) < 0 ? -1 : 0;
}


static int call_connect(int fd) {
  return with_name(connect, fd, "server");
}


/* Names. */

static int to_nobody(int fd) {
  return with_name(connect, fd, "other");
}


static int to_abstract_nobody(int fd) {
  return with_name(connect, fd, "@uvw-other");
}


static int to_bound(int fd) {
  make_bound("mine");
  return with_name(connect, fd, "mine");
}


static int to_stale(int fd) {
  close(make_listener("mine", 5));
  return with_name(connect, fd, "mine");
}


static int to_unlinked(int fd) {
  make_listener("mine", 5);
  unlink("mine");
  return with_name(connect, fd, "mine");
}


static int to_full(int fd) {
  make_listener("mine", 1);
  make_client("mine");
  make_client("mine");
  return with_name(connect, fd, "mine");
}


static int to_nearly_full(int fd) {
  make_listener("mine", 0);
  return with_name(connect, fd, "mine");
}


static int to_shut(int fd) {
  in_shut(-1);
  return with_name(connect, fd, "mine");
}


static int to_itself(int fd) {
  with_name(bind, fd, "mine");
  listen(fd, 5);
  return with_name(connect, fd, "mine");
}


static int to_no_name(int fd) {
  return with_no_name(connect, fd);
}


static int to_inet(int fd) {
  return with_inet(connect, fd);
}


static int to_abstract(int fd) {
  make_listener("@uvw-mine", 5);
  return with_name(connect, fd, "@uvw-mine");
}


static int at_taken(int fd) {
  make_bound("mine");
  return with_name(bind, fd, "mine");
}


static int at_abstract_taken(int fd) {
  make_bound("@uvw-mine");
  return with_name(bind, fd, "@uvw-mine");
}


static int at_stale(int fd) {
  close(make_bound("mine"));
  return with_name(bind, fd, "mine");
}


static int at_abstract_left(int fd) {
  close(make_bound("@uvw-mine"));
  return with_name(bind, fd, "@uvw-mine");
}


static int at_unlinked(int fd) {
  make_bound("mine");
  unlink("mine");
  return with_name(bind, fd, "mine");
}


static int at_inet(int fd) {
  return with_inet(bind, fd);
}


static const struct entry states[] = {
  { "unbound", in_unbound },     { "bound", in_bound },
  { "listening", in_listening }, { "connected", in_connected },
  { "accepted", in_accepted },   { "pair", in_pair },
  { "ended", in_ended },         { "reset", in_reset },
  { "dropped", in_dropped },     { "shut", in_shut },
};

static const struct entry calls[] = {
  { "bind", call_take },         { "autobind", call_autobind },
  { "listen", call_listen },     { "accept", call_accept },
  { "connect", call_connect },   { "getpeername", call_getpeername },
  { "read", call_read },         { "write", call_write },
  { "shutdown", call_shutdown }, { "error", call_error },
};

static const struct entry cases[] = {
  { "to nobody", to_nobody },
  { "to abstract-nobody", to_abstract_nobody },
  { "to bound", to_bound },
  { "to stale", to_stale },
  { "to unlinked", to_unlinked },
  { "to full", to_full },
  { "to nearly-full", to_nearly_full },
  { "to shut", to_shut },
  { "to itself", to_itself },
  { "to no-name", to_no_name },
  { "to inet", to_inet },
  { "to abstract", to_abstract },
  { "at taken", at_taken },
  { "at abstract-taken", at_abstract_taken },
  { "at stale", at_stale },
  { "at abstract-left", at_abstract_left },
  { "at unlinked", at_unlinked },
  { "at inet", at_inet },
};


/* Closes everything and removes every name. */
static void clear(void) {
  size_t i;
  int fd;

  for (fd = 3; fd < LAST_FD; fd++)
    close(fd);

  for (i = 0; i < COUNT(names); i++)
    unlink(names[i]);
}


int main(void) {
  char folder[] = "/tmp/linux-unix-XXXXXX";
  size_t s;
  size_t c;
  int r;

  signal(SIGPIPE, SIG_IGN);
  r = mkdtemp(folder) == NULL || chdir(folder);
  assert(r == 0);

  for (s = 0; s < COUNT(states); s++) {
    for (c = 0; c < COUNT(calls); c++) {
      clear();
      printf("%s %s ", states[s].name, calls[c].name);
      print_answer(calls[c].run(states[s].run(make_listener("server", 5))));
    }

    clear();
    printf("%s poll ", states[s].name);
    print_poll(states[s].run(make_listener("server", 5)));
  }

  for (c = 0; c < COUNT(cases); c++) {
    clear();
    printf("%s ", cases[c].name);
    print_answer(cases[c].run(make_socket()));
  }

  clear();
  return rmdir(folder);
}
