/* SPDX-License-Identifier: MIT */

#include "probe.h"
#include "table.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#ifdef __wasm__
#include <uv/pump.h>
#endif

#define NAME(err)                                                             \
  { err, #err }

static const struct {
  int err;
  const char* name;
} errors[] = { NAME(E2BIG),
               NAME(EACCES),
               NAME(EADDRINUSE),
               NAME(EADDRNOTAVAIL),
               NAME(EAFNOSUPPORT),
               NAME(EAGAIN),
               NAME(EALREADY),
               NAME(EBADF),
               NAME(EBUSY),
               NAME(ECANCELED),
               NAME(ECHILD),
               NAME(ECONNABORTED),
               NAME(ECONNREFUSED),
               NAME(ECONNRESET),
               NAME(EDEADLK),
               NAME(EDESTADDRREQ),
               NAME(EDOM),
               NAME(EEXIST),
               NAME(EFAULT),
               NAME(EFBIG),
               NAME(EHOSTUNREACH),
               NAME(EILSEQ),
               NAME(EINPROGRESS),
               NAME(EINTR),
               NAME(EINVAL),
               NAME(EIO),
               NAME(EISCONN),
               NAME(EISDIR),
               NAME(ELOOP),
               NAME(EMFILE),
               NAME(EMLINK),
               NAME(EMSGSIZE),
               NAME(ENAMETOOLONG),
               NAME(ENETUNREACH),
               NAME(ENFILE),
               NAME(ENOBUFS),
               NAME(ENODEV),
               NAME(ENOENT),
               NAME(ENOEXEC),
               NAME(ENOMEM),
               NAME(ENOPROTOOPT),
               NAME(ENOSPC),
               NAME(ENOSYS),
               NAME(ENOTCONN),
               NAME(ENOTDIR),
               NAME(ENOTEMPTY),
               NAME(ENOTSOCK),
               NAME(ENOTTY),
               NAME(ENXIO),
               NAME(EOPNOTSUPP),
               NAME(EOVERFLOW),
               NAME(EPERM),
               NAME(EPIPE),
               NAME(EPROTO),
               NAME(EPROTONOSUPPORT),
               NAME(EPROTOTYPE),
               NAME(ERANGE),
               NAME(EROFS),
               NAME(ESOCKTNOSUPPORT),
               NAME(ESPIPE),
               NAME(ESRCH),
               NAME(ETIMEDOUT),
               NAME(ETXTBSY),
               NAME(EXDEV) };


static const char* error_name(int err) {
  static char number[16];
  size_t i;

  for (i = 0; i < ELEMENTS(errors); i++)
    if (errors[i].err == err)
      return errors[i].name;

  snprintf(number, sizeof(number), "error %d", err);
  return number;
}


/* One line; without the C library's streams, which a call may have changed. */
static void report(const char* format, ...) {
  char line[512];
  va_list args;
  int size;

  va_start(args, format);
  size = vsnprintf(line, sizeof(line), format, args);
  va_end(args);

  if (size >= (int) sizeof(line))
    size = sizeof(line) - 1;
  if (write(2, line, size) != size)
    _exit(3);
}


void say(const char* what, long result) {
  if (result < 0)
    report("%s: %s\n", what, error_name(errno));
  else
    report("%s: %ld\n", what, result);
}


void ok(const char* what, long result) {
  report("%s: %s\n", what, result < 0 ? error_name(errno) : "ok");
}


void code(const char* what, int err) {
  report("%s: %s\n", what, err == 0 ? "ok" : error_name(err));
}


void status(const char* what, int err) {
  report("%s: %s\n", what, err < 0 ? uv_err_name(err) : "ok");
}


void yes(const char* what, int truth) {
  report("%s: %s\n", what, truth ? "yes" : "no");
}


void text(const char* what, const char* value) {
  report("%s: %s\n", what, value == NULL ? "NULL" : value);
}


void mode_of(const char* what, const char* path) {
  struct stat st;

  if (lstat(path, &st) != 0)
    say(what, -1);
  else
    report("%s: %06o\n", what, (unsigned int) st.st_mode);
}


void failed(const char* what) {
  report("cannot be tried: %s: %s\n", what, error_name(errno));
  _exit(2);
}


void put(const char* path, const char* content) {
  close(opened(path, content));
}


void content(const char* what, const char* path) {
  char bytes[256];
  int size;
  int fd;
  int i;

  fd = open(path, O_RDONLY);
  if (fd < 0) {
    say(what, fd);
    return;
  }

  size = read(fd, bytes, sizeof(bytes) - 1);
  bytes[size < 0 ? 0 : size] = '\0';
  for (i = 0; i < size; i++)
    if (bytes[i] == '\n')
      bytes[i] = '/';
  text(what, bytes);
  close(fd);
}


int opened(const char* path, const char* content) {
  int size;
  int fd;

  size = strlen(content);
  fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
  if (fd < 0 || write(fd, content, size) != size || lseek(fd, 0, SEEK_SET) != 0)
    failed(path);

  return fd;
}


struct sockaddr_in loopback(int port) {
  struct sockaddr_in addr;

  memset(&addr, 0, sizeof(addr));
  addr.sin_family = AF_INET;
  addr.sin_port = htons(port);
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return addr;
}


int port_of(int fd) {
  struct sockaddr_in addr;
  socklen_t size;

  size = sizeof(addr);
  if (getsockname(fd, (struct sockaddr*) &addr, &size) != 0)
    failed("getsockname()");

  return ntohs(addr.sin_port);
}


int bound(int type) {
  struct sockaddr_in addr;
  int fd;

  addr = loopback(0);
  fd = socket(AF_INET, type, 0);
  if (fd < 0 || bind(fd, (struct sockaddr*) &addr, sizeof(addr)) != 0)
    failed("bind()");
  if (type == SOCK_STREAM && listen(fd, 8) != 0)
    failed("listen()");

  return fd;
}


void tcp_pair(int fds[2]) {
  struct sockaddr_in addr;
  int server;

  server = bound(SOCK_STREAM);
  addr = loopback(port_of(server));
  fds[0] = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fds[0], (struct sockaddr*) &addr, sizeof(addr)) != 0)
    failed("connect()");
  fds[1] = accept(server, NULL, NULL);
  if (fds[1] < 0)
    failed("accept()");
  close(server);
}


void readable(int fd) {
  struct pollfd pollfd;

  pollfd.fd = fd;
  pollfd.events = POLLIN;
  if (poll(&pollfd, 1, 2000) != 1)
    failed("poll()");
}


double now(void) {
  struct timespec time;

  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}


/* Leaves an empty loop to the host of a guest: this is what the pump runs. */
static int end(void) {
#ifdef __wasm__
  static uv_loop_t loop;

  if (uv_loop_init(&loop) == 0)
    uvp_run_and_exit(&loop, NULL);
#endif
  return 0;
}


int main(int argc, char** argv) {
  const struct entry* entry;

  argv = uv_setup_args(argc, argv);
  for (entry = table; entry->call != NULL; entry++)
    if (argc == 2 && strcmp(argv[1], entry->call) == 0) {
      entry->probe();
      return end();
    }

  report("the call does not link\n");
  return 2;
}
