/* SPDX-License-Identifier: MIT */

/* Looks names up, and prints the answers.
 *
 *   names wait NAME          with getaddrinfo(), which waits
 *   names look NAME [CANCEL] with uv_getaddrinfo(), which a second argument
 *                            cancels; prints whether its loop ran meanwhile
 *   names reverse ADDRESS PORT [NUMERIC]   with uv_getnameinfo()
 *   names zone ADDRESS       with uv_ip6_addr(), and binds to it
 */

#include <uv.h>

#include <netdb.h>
#include <stdio.h>
#include <string.h>

static uv_idle_t idle;
static int turns;


static void print(const struct addrinfo* list) {
  const struct addrinfo* p;
  char text[64];

  for (p = list; p != NULL; p = p->ai_next) {
    uv_ip_name(p->ai_addr, text, sizeof(text));
    printf("%s\n", text);
  }
}


static int with_waiting(const char* name, const struct addrinfo* hints) {
  struct addrinfo* list;
  int err;

  err = getaddrinfo(name, NULL, hints, &list);
  if (err != 0) {
    printf("error %d\n", err);
    return 1;
  }

  print(list);
  freeaddrinfo(list);
  return 0;
}


static void on_idle(uv_idle_t* handle) {
  turns++;
}


static void on_found(uv_getaddrinfo_t* req, int status, struct addrinfo* list) {
  uv_close((uv_handle_t*) &idle, NULL);

  if (status != 0)
    printf("%s\n", uv_err_name(status));

  print(list);
  uv_freeaddrinfo(list);
}


static int look(const char* name, const struct addrinfo* hints, int cancels) {
  uv_getaddrinfo_t req;
  uv_loop_t* loop;
  int err;

  loop = uv_default_loop();
  uv_idle_init(loop, &idle);
  uv_idle_start(&idle, on_idle);

  err = uv_getaddrinfo(loop, &req, on_found, name, NULL, hints);
  if (err != 0) {
    printf("%s\n", uv_err_name(err));
    return 1;
  }

  /* The lookup starts in the loop's first iterations. */
  while (cancels && turns < 3)
    uv_run(loop, UV_RUN_NOWAIT);

  if (cancels)
    printf("cancel: %d\n", uv_cancel((uv_req_t*) &req));

  uv_run(loop, UV_RUN_DEFAULT);
  printf("turned %d\n", turns > 0);
  return uv_loop_close(loop);
}


static void on_named(uv_getnameinfo_t* req,
                     int status,
                     const char* host,
                     const char* service) {
  if (status != 0)
    printf("%s\n", uv_err_name(status));
  else
    printf("%s %s\n", host, service);
}


static int reverse(const char* text, int port, int flags) {
  struct sockaddr_storage addr;
  uv_getnameinfo_t req;
  uv_loop_t* loop;

  if (uv_ip4_addr(text, port, (struct sockaddr_in*) &addr) != 0 &&
      uv_ip6_addr(text, port, (struct sockaddr_in6*) &addr) != 0)
    return 2;

  loop = uv_default_loop();
  uv_getnameinfo(loop, &req, on_named, (struct sockaddr*) &addr, flags);
  uv_run(loop, UV_RUN_DEFAULT);
  return uv_loop_close(loop);
}


static int zone(const char* text) {
  struct sockaddr_in6 addr;
  uv_loop_t* loop;
  uv_tcp_t tcp;
  int err;

  err = uv_ip6_addr(text, 0, &addr);
  if (err != 0) {
    printf("%s\n", uv_err_name(err));
    return 1;
  }

  loop = uv_default_loop();
  uv_tcp_init(loop, &tcp);
  err = uv_tcp_bind(&tcp, (struct sockaddr*) &addr, 0);
  printf("%u %s\n", addr.sin6_scope_id, err == 0 ? "bound" : uv_err_name(err));
  uv_close((uv_handle_t*) &tcp, NULL);
  uv_run(loop, UV_RUN_DEFAULT);
  return uv_loop_close(loop);
}


int main(int argc, char** argv) {
  struct addrinfo hints;
  int port;

  if (argc < 3)
    return 2;

  memset(&hints, 0, sizeof(hints));
  hints.ai_socktype = SOCK_STREAM;

  if (strcmp(argv[1], "wait") == 0)
    return with_waiting(argv[2], &hints);

  if (strcmp(argv[1], "look") == 0)
    return look(argv[2], &hints, argc > 3);

  if (strcmp(argv[1], "zone") == 0)
    return zone(argv[2]);

  if (argc < 4 || sscanf(argv[3], "%d", &port) != 1)
    return 2;

  return reverse(argv[2], port, argc > 4 ? NI_NUMERICHOST : 0);
}
