/* SPDX-License-Identifier: MIT */

/* Ways by names. A row looks a name up, and then tries to connect and to send
 * to each address of the answer and to each number that it knows. The outcome is
 * that of the lookup, or ADDRESS, connecting and sending, for each.
 */

#include "rows.h"
#include "uv/pump.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

static char** rows;
static int count;
static int at;
static char answer[2048];
static uv_getaddrinfo_t lookup;
static uv_getnameinfo_t reverse;

static void next(void);


static void try_address(const struct sockaddr* to, int port) {
  struct sockaddr_storage copy;
  char text[64];
  socklen_t len;
  char* end;
  int fd[2];
  int err;

  len = to->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                  : sizeof(struct sockaddr_in);
  memcpy(&copy, to, len);
  /* The port is at the same place in both families. */
  ((struct sockaddr_in*) &copy)->sin_port = htons(port);
  uv_ip_name(to, text, sizeof(text));
  end = answer + strlen(answer);
  fd[0] = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
  fd[1] = socket(to->sa_family, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  err = connect(fd[0], (struct sockaddr*) &copy, len);
  end += sprintf(end, " %s %s", text, rows_outcome(err));
  err = sendto(fd[1], "x", 1, 0, (struct sockaddr*) &copy, len) < 0 ? -1 : 0;
  sprintf(end, " %s", rows_outcome(err));
  close(fd[0]);
  close(fd[1]);
}


static void finish(const char* text) {
  printf("%d %s%s\n", at, text, answer);
  fflush(stdout);
  at++;
  next();
}


static void on_found(uv_getaddrinfo_t* req, int status, struct addrinfo* list) {
  struct addrinfo* p;
  int port;

  port = req->data == NULL ? 80 : atoi(req->data);
  for (p = list; p != NULL; p = p->ai_next)
    try_address(p->ai_addr, port);

  uv_freeaddrinfo(list);
  finish(status == 0 ? "OK" : uv_err_name(status));
}


static void on_named(uv_getnameinfo_t* req,
                     int status,
                     const char* host,
                     const char* service) {
  finish(status == 0 ? host : uv_err_name(status));
}


/* The rows are: lookup NAME [PORT], reverse ADDRESS, direct ADDRESS. */
static void next(void) {
  struct addrinfo hints = { 0 };
  struct sockaddr_storage to;
  char* words[WORDS_MAX + 1];
  char name[1100];
  int err;

  if (at == count)
    return;

  answer[0] = '\0';
  rows_split(rows[at], words);
  memset(&to, 0, sizeof(to));
  if (words[1] != NULL)
    name[rows_decode(words[1], name, sizeof(name) - 1)] = '\0';

  if (strcmp(words[0], "lookup") != 0) {
    if (uv_ip4_addr(name, 80, (struct sockaddr_in*) &to) != 0)
      uv_ip6_addr(name, 80, (struct sockaddr_in6*) &to);

    if (strcmp(words[0], "direct") == 0) {
      try_address((struct sockaddr*) &to, 80);
      finish("OK");
      return;
    }

    err = uv_getnameinfo(uv_default_loop(),
                         &reverse,
                         on_named,
                         (struct sockaddr*) &to,
                         NI_NAMEREQD);
  } else {
    lookup.data = words[2];
    hints.ai_socktype = SOCK_STREAM;
    err = uv_getaddrinfo(uv_default_loop(),
                         &lookup,
                         on_found,
                         name,
                         NULL,
                         &hints);
  }

  if (err != 0)
    finish(uv_err_name(err));
}


static int end(uv_loop_t* loop) {
  return 0;
}


int main(int argc, char** argv) {
  rows = argv + 1;
  count = argc - 1;
  next();
  uvp_run_and_exit(uv_default_loop(), end);
}
