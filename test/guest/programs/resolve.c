/* SPDX-License-Identifier: MIT */

/* Prints the answers of getaddrinfo() and getnameinfo() for numeric addresses,
 * numeric services, and wrong input; both of libuv on its loop, and blocking.
 * It does not look up names, whose addresses differ from machine to machine.
 */

#include <uv.h>

#include <netdb.h>
#include <stdio.h>
#include <string.h>

#define COUNT(entries) (sizeof(entries) / sizeof(entries[0]))

static const struct {
  const char* node;
  const char* service;
  int family;
  int type;
  int flags;
} questions[] = {
  { "127.0.0.1", NULL, AF_UNSPEC, SOCK_STREAM, 0 },
  { "127.0.0.1", "80", AF_UNSPEC, SOCK_STREAM, 0 },
  { "127.0.0.1", "80", AF_UNSPEC, SOCK_DGRAM, 0 },
  { "127.0.0.1", "0", AF_INET, SOCK_STREAM, 0 },
  { "127.0.0.1", "65535", AF_INET, SOCK_STREAM, AI_NUMERICSERV },
  { "127.0.0.1", "x", AF_INET, SOCK_STREAM, AI_NUMERICSERV },
  { "127.0.0.1", "80x", AF_INET, SOCK_STREAM, AI_NUMERICSERV },
  { "127.0.0.1", "no-such-service", AF_INET, SOCK_STREAM, 0 },
  { "127.0.0.1", "80", AF_INET6, SOCK_STREAM, 0 },
  { "127.0.0.1", "80", AF_INET6, SOCK_STREAM, AI_V4MAPPED },
  { "127.0.0.1", "80", AF_INET, SOCK_STREAM, AI_CANONNAME },
  { "::1", NULL, AF_UNSPEC, SOCK_STREAM, 0 },
  { "::1", "443", AF_INET6, SOCK_STREAM, AI_NUMERICHOST },
  { "::1", "443", AF_INET, SOCK_STREAM, 0 },
  { "::ffff:192.0.2.1", "1", AF_UNSPEC, SOCK_STREAM, 0 },
  { "2001:DB8::0:1", "1", AF_UNSPEC, SOCK_STREAM, 0 },
  { "127.1", NULL, AF_UNSPEC, SOCK_STREAM, 0 },
  { "0x7f.1", NULL, AF_UNSPEC, SOCK_STREAM, 0 },
  { "2130706433", NULL, AF_UNSPEC, SOCK_STREAM, 0 },
  { "127.0.0.010", NULL, AF_UNSPEC, SOCK_STREAM, 0 },
  { "256.0.0.1", NULL, AF_UNSPEC, SOCK_STREAM, AI_NUMERICHOST },
  { "1.2.3.4.5", NULL, AF_UNSPEC, SOCK_STREAM, AI_NUMERICHOST },
  { "::g", NULL, AF_UNSPEC, SOCK_STREAM, AI_NUMERICHOST },
  { "localhost", NULL, AF_UNSPEC, SOCK_STREAM, AI_NUMERICHOST },
  { "localhost", "80", AF_INET, SOCK_STREAM, 0 },
  { "", NULL, AF_INET, SOCK_STREAM, AI_NUMERICHOST },
  { NULL, "80", AF_INET, SOCK_STREAM, 0 },
  { NULL, "80", AF_INET6, SOCK_STREAM, 0 },
  { NULL, "80", AF_INET, SOCK_STREAM, AI_PASSIVE },
  { NULL, "80", AF_INET6, SOCK_STREAM, AI_PASSIVE },
  { NULL, "80", AF_INET, SOCK_STREAM, AI_NUMERICHOST },
  { NULL, NULL, AF_INET, SOCK_STREAM, 0 },
  { "127.0.0.1", "80", AF_UNIX, SOCK_STREAM, 0 },
  { "127.0.0.1", "80", AF_INET, 99, 0 },
  { "127.0.0.1", "80", AF_INET, SOCK_STREAM, 0x40000000 },
};

static const struct {
  const char* host;
  int port;
  int flags;
} addresses[] = {
  { "127.0.0.1", 80, NI_NUMERICHOST | NI_NUMERICSERV },
  { "127.0.0.1", 0, NI_NUMERICHOST | NI_NUMERICSERV },
  { "255.255.255.255", 65535, NI_NUMERICHOST | NI_NUMERICSERV },
  { "127.0.0.1", 9, NI_NUMERICHOST | NI_NUMERICSERV | NI_DGRAM },
  { "::1", 443, NI_NUMERICHOST | NI_NUMERICSERV },
  { "2001:db8:0:0:1::1", 1, NI_NUMERICHOST | NI_NUMERICSERV },
  { "::ffff:1.2.3.4", 1, NI_NUMERICHOST | NI_NUMERICSERV },
  { "127.0.0.1", 80, NI_NUMERICHOST },
  { "127.0.0.1", 1, NI_NUMERICHOST },
  { "127.0.0.1", 65432, NI_NUMERICHOST },
  { "127.0.0.1", 80, NI_NUMERICHOST | NI_NAMEREQD | NI_NUMERICSERV },
};


static const char* shown(const char* text) {
  return text == NULL ? "NULL" : text;
}


static const char* error_name(int err) {
  static const struct {
    int err;
    const char* name;
  } names[] = {
    { EAI_AGAIN, "EAI_AGAIN" },       { EAI_BADFLAGS, "EAI_BADFLAGS" },
    { EAI_FAIL, "EAI_FAIL" },         { EAI_FAMILY, "EAI_FAMILY" },
    { EAI_NONAME, "EAI_NONAME" },     { EAI_SERVICE, "EAI_SERVICE" },
    { EAI_SOCKTYPE, "EAI_SOCKTYPE" }, { EAI_SYSTEM, "EAI_SYSTEM" },
  };
  size_t i;

  for (i = 0; i < COUNT(names); i++)
    if (names[i].err == err)
      return names[i].name;

  return "another";
}


static void print(const struct addrinfo* p) {
  char text[64];

  for (; p != NULL; p = p->ai_next) {
    uv_ip_name(p->ai_addr, text, sizeof(text));
    printf(" %s:%d/%d,%d,%d",
           text,
           ntohs(((struct sockaddr_in*) p->ai_addr)->sin_port),
           p->ai_family == AF_INET6  ? 6
           : p->ai_family == AF_INET ? 4
                                     : 0,
           p->ai_socktype,
           p->ai_protocol);
    if (p->ai_canonname != NULL)
      printf(" (%s)", p->ai_canonname);
  }

  printf("\n");
}


static void on_found(uv_getaddrinfo_t* req, int status, struct addrinfo* list) {
  if (status != 0)
    printf("  uv %s\n", uv_err_name(status));
  else {
    printf("  uv");
    print(list);
  }

  uv_freeaddrinfo(list);
}


static void on_named(uv_getnameinfo_t* req,
                     int status,
                     const char* host,
                     const char* service) {
  if (status != 0)
    printf("  uv %s\n", uv_err_name(status));
  else
    printf("  uv %s %s\n", host, service);
}


static void ask(uv_loop_t* loop, size_t i) {
  struct addrinfo hints;
  struct addrinfo* list;
  uv_getaddrinfo_t req;
  int err;

  memset(&hints, 0, sizeof(hints));
  hints.ai_family = questions[i].family;
  hints.ai_socktype = questions[i].type;
  hints.ai_flags = questions[i].flags;
  printf("%s %s", shown(questions[i].node), shown(questions[i].service));
  printf(" %s %d\n",
         hints.ai_family == AF_INET6 ? "6"
         : hints.ai_family           ? "4"
                                     : "any",
         (int) i);

  err = uv_getaddrinfo(loop,
                       &req,
                       on_found,
                       questions[i].node,
                       questions[i].service,
                       &hints);
  if (err != 0)
    printf("  uv at once %s\n", uv_err_name(err));

  uv_run(loop, UV_RUN_DEFAULT);
  err = getaddrinfo(questions[i].node, questions[i].service, &hints, &list);
  if (err != 0) {
    printf("  %s\n", error_name(err));
    return;
  }

  printf(" ");
  print(list);
  freeaddrinfo(list);
}


static void name(uv_loop_t* loop, size_t i) {
  struct sockaddr_storage addr;
  uv_getnameinfo_t req;
  char host[64];
  char service[64];
  int err;
  int len;

  len = sizeof(struct sockaddr_in);
  if (uv_ip4_addr(addresses[i].host,
                  addresses[i].port,
                  (struct sockaddr_in*) &addr) != 0) {
    len = sizeof(struct sockaddr_in6);
    uv_ip6_addr(addresses[i].host,
                addresses[i].port,
                (struct sockaddr_in6*) &addr);
  }

  printf("%s %d %d\n", addresses[i].host, addresses[i].port, (int) i);
  err = uv_getnameinfo(loop,
                       &req,
                       on_named,
                       (struct sockaddr*) &addr,
                       addresses[i].flags);
  if (err != 0)
    printf("  uv at once %s\n", uv_err_name(err));

  uv_run(loop, UV_RUN_DEFAULT);
  err = getnameinfo((struct sockaddr*) &addr,
                    len,
                    host,
                    sizeof(host),
                    service,
                    sizeof(service),
                    addresses[i].flags);
  if (err != 0)
    printf("  %s\n", error_name(err));
  else
    printf("  %s %s\n", host, service);
}


int main(void) {
  uv_loop_t* loop;
  size_t i;

  loop = uv_default_loop();
  for (i = 0; i < COUNT(questions); i++)
    ask(loop, i);

  for (i = 0; i < COUNT(addresses); i++)
    name(loop, i);

  return uv_loop_close(loop);
}
