/* SPDX-License-Identifier: MIT */

/* Lookups without a resolver: numeric addresses, and localhost. */

#include "oracle.h"

#include <assert.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

static uv_getaddrinfo_t req;


static void on_found(uv_getaddrinfo_t* req, int status, struct addrinfo* list) {
  const struct addrinfo* p;
  char host[64];
  int port;

  if (status != 0)
    say("found %s", status_name(status));

  for (p = list; p != NULL; p = p->ai_next) {
    assert(0 == uv_ip_name(p->ai_addr, host, sizeof(host)));
    port = ntohs(((const struct sockaddr_in*) p->ai_addr)->sin_port);
    say("found %s %d", host, port);
  }

  uv_freeaddrinfo(list);
  end_now(req->loop);
}


/* A port of 0 is NULL for the service. */
static void ask(uv_loop_t* loop, const char* name, int family, int port) {
  struct addrinfo hints;
  char service[8];

  memset(&hints, 0, sizeof(hints));
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  sprintf(service, "%d", port);
  assert(0 == uv_getaddrinfo(loop,
                             &req,
                             on_found,
                             name,
                             port == 0 ? NULL : service,
                             &hints));
  say("alive %d", uv_loop_alive(loop));
}


static void four(uv_loop_t* loop) {
  ask(loop, "127.0.0.1", AF_UNSPEC, 80);
}


static void six(uv_loop_t* loop) {
  ask(loop, "2001:db8::1", AF_UNSPEC, 65535);
}


static void mapped(uv_loop_t* loop) {
  ask(loop, "::ffff:192.0.2.1", AF_UNSPEC, 0);
}


static void one_family(uv_loop_t* loop) {
  ask(loop, "127.0.0.1", AF_INET, 1);
}


static void other_family(uv_loop_t* loop) {
  ask(loop, "::1", AF_INET, 1);
}


static void localhost(uv_loop_t* loop) {
  ask(loop, "localhost", AF_INET, 80);
}


const struct scenario scenarios_lookup[] = {
  { "four bytes", four },
  { "sixteen bytes", six },
  { "four in sixteen", mapped },
  { "of one family", one_family },
  { "of the other family", other_family },
  { "localhost", localhost },
  { NULL, NULL },
};
