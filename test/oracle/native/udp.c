/* SPDX-License-Identifier: MIT */

/* Messages: their addresses, their delivery, and the results of calls. */

#include "oracle.h"

#include <string.h>

/* More bytes than a message may have. */
#define TOO_LONG 70000

typedef struct {
  uv_udp_t udp;
  const char* name;
  int wanted;  /* The number of events that it waits for. */
} box_t;

static box_t one;
static box_t other;
static box_t third;
static uv_udp_send_t reqs[4];
static char bytes[TOO_LONG];


static int report(const box_t* box, const char* call, int result) {
  if (result < 0)
    say("%s %s = %s", box->name, call, status_name(result));
  else
    say("%s %s = %d", box->name, call, result);

  return result;
}


static void init(box_t* box, uv_loop_t* loop, const char* name) {
  box->name = name;
  uv_udp_init(loop, &box->udp);
  box->udp.data = box;
}


static int port_of(const box_t* box) {
  struct sockaddr_in addr;
  int len;

  len = sizeof(addr);
  if (uv_udp_getsockname(&box->udp, (struct sockaddr*) &addr, &len) != 0)
    return 0;

  return ntohs(addr.sin_port);
}


static void take(box_t* box, int port, unsigned int flags) {
  struct sockaddr_storage addr;

  addr = address_of("127.0.0.1", port);
  report(box, "bind", uv_udp_bind(&box->udp, (struct sockaddr*) &addr, flags));
}


static void call(box_t* box, const char* host, int port) {
  struct sockaddr_storage addr;

  addr = address_of(host, port);
  report(box, "connect", uv_udp_connect(&box->udp, (struct sockaddr*) &addr));
}


static void hang_up(box_t* box) {
  report(box, "disconnect", uv_udp_connect(&box->udp, NULL));
}


/* Counts an event of a box, and ends the scenario with the last one. */
static void happened(box_t* box) {
  if (--box->wanted == 0)
    end_now(box->udp.loop);
}


static void on_send(uv_udp_send_t* req, int status) {
  box_t* box;

  box = req->handle->data;
  say("%s sent %s", box->name, status_name(status));
  happened(box);
}


/* Without a port it sends to the address that it is connected to. */
static void send_to(box_t* box, int index, size_t length, int port) {
  struct sockaddr_storage addr;
  uv_buf_t buf;

  buf = uv_buf_init(bytes, length);
  if (port >= 0)
    addr = address_of("127.0.0.1", port);

  report(box,
         "send",
         uv_udp_send(reqs + index,
                     &box->udp,
                     &buf,
                     1,
                     port < 0 ? NULL : (struct sockaddr*) &addr,
                     on_send));
}


static void try_to(box_t* box, size_t length, int port) {
  struct sockaddr_storage addr;
  uv_buf_t buf;

  buf = uv_buf_init(bytes, length);
  if (port >= 0)
    addr = address_of("127.0.0.1", port);

  report(box,
         "try",
         uv_udp_try_send(&box->udp,
                         &buf,
                         1,
                         port < 0 ? NULL : (struct sockaddr*) &addr));
}


static void on_alloc(uv_handle_t* handle, size_t hint, uv_buf_t* buf) {
  static char room[65536];

  *buf = uv_buf_init(room, sizeof(room));
}


static void on_message(uv_udp_t* udp,
                       ssize_t nread,
                       const uv_buf_t* buf,
                       const struct sockaddr* addr,
                       unsigned int flags) {
  box_t* box;

  if (nread == 0 && addr == NULL)
    return;

  box = udp->data;
  if (nread < 0)
    say("%s got %s", box->name, status_name(nread));
  else
    say("%s got %d", box->name, (int) nread);

  happened(box);
}


static void hear(box_t* box, int wanted) {
  box->wanted = wanted;
  report(box, "start", uv_udp_recv_start(&box->udp, on_alloc, on_message));
}


static void names(box_t* box) {
  struct sockaddr_in addr;
  char host[64];
  int len;
  int r;

  len = sizeof(addr);
  r = uv_udp_getsockname(&box->udp, (struct sockaddr*) &addr, &len);
  if (r == 0) {
    uv_ip4_name(&addr, host, sizeof(host));
    say("%s at %s%s", box->name, host, addr.sin_port == 0 ? ", no port" : "");
  } else {
    report(box, "sockname", r);
  }

  len = sizeof(addr);
  r = uv_udp_getpeername(&box->udp, (struct sockaddr*) &addr, &len);
  if (r == 0) {
    uv_ip4_name(&addr, host, sizeof(host));
    say("%s to %s", box->name, host);
  } else {
    report(box, "peername", r);
  }
}


/* A port that no socket is bound to. */
static int nobody(uv_loop_t* loop) {
  int port;

  hush(1);
  init(&third, loop, "third");
  take(&third, 0, 0);
  port = port_of(&third);
  uv_close((uv_handle_t*) &third.udp, NULL);
  uv_run(loop, UV_RUN_DEFAULT);
  hush(0);

  return port;
}


static void there(uv_loop_t* loop) {
  init(&one, loop, "one");
  init(&other, loop, "other");
  take(&other, 0, 0);
  names(&one);
  names(&other);
  hear(&other, 3);
  send_to(&one, 0, 5, port_of(&other));
  names(&one);
  send_to(&one, 1, 0, port_of(&other));
  send_to(&one, 2, 9000, port_of(&other));
}


static void too_long(uv_loop_t* loop) {
  init(&one, loop, "one");
  take(&one, 0, 0);
  one.wanted = 3;
  try_to(&one, TOO_LONG, port_of(&one));
  send_to(&one, 0, TOO_LONG, port_of(&one));
  send_to(&one, 1, 4, 0);
  send_to(&one, 2, 4, port_of(&one));
}


static void addresses(uv_loop_t* loop) {
  int port;

  port = nobody(loop);
  init(&one, loop, "one");
  try_to(&one, 4, -1);
  hang_up(&one);
  call(&one, "127.0.0.1", port);
  names(&one);
  call(&one, "127.0.0.1", port);
  try_to(&one, 4, port);
  send_to(&one, 0, 4, port);
  hang_up(&one);
  names(&one);
  hang_up(&one);
  send_to(&one, 0, 4, -1);
  call(&one, "0.0.0.0", port);
  names(&one);
  end_now(loop);
}


static void kept_port(uv_loop_t* loop) {
  int port;

  port = nobody(loop);
  init(&one, loop, "one");
  take(&one, port, 0);
  call(&one, "127.0.0.1", port);
  hang_up(&one);
  names(&one);
  end_now(loop);
}


static void taken(uv_loop_t* loop) {
  init(&one, loop, "one");
  init(&other, loop, "other");
  init(&third, loop, "third");
  take(&one, 0, 0);
  take(&other, port_of(&one), 0);
  take(&other, port_of(&one), UV_UDP_REUSEADDR);
  take(&third, 0, UV_UDP_REUSEADDR);
  take(&one, 0, 0);
  names(&other);
  end_now(loop);
}


static void shared(uv_loop_t* loop) {
  init(&one, loop, "one");
  init(&other, loop, "other");
  take(&one, 0, UV_UDP_REUSEADDR);
  take(&other, port_of(&one), UV_UDP_REUSEADDR);
  hear(&one, 1);
  hear(&other, 1);
  try_to(&one, 4, port_of(&one));
}


static void refused(uv_loop_t* loop) {
  int port;

  port = nobody(loop);
  init(&one, loop, "one");
  call(&one, "127.0.0.1", port);
  hear(&one, 2);
  send_to(&one, 0, 4, -1);
}


static void cancelled(uv_loop_t* loop) {
  int i;

  init(&one, loop, "one");
  take(&one, 0, 0);
  one.wanted = 3;
  for (i = 0; i < 3; i++)
    send_to(&one, i, 4, port_of(&one));

  say("one waits %d", (int) uv_udp_get_send_queue_count(&one.udp));
  uv_close((uv_handle_t*) &one.udp, NULL);
}


static void without_socket(uv_loop_t* loop) {
  init(&one, loop, "one");
  report(&one, "broadcast", uv_udp_set_broadcast(&one.udp, 1));
  report(&one, "ttl", uv_udp_set_ttl(&one.udp, 3));
  report(&one, "multicast ttl", uv_udp_set_multicast_ttl(&one.udp, 3));
  report(&one, "multicast loop", uv_udp_set_multicast_loop(&one.udp, 1));
  hear(&one, 1);
  report(&one, "start", uv_udp_recv_start(&one.udp, on_alloc, on_message));
  names(&one);
  report(&one, "broadcast", uv_udp_set_broadcast(&one.udp, 1));
  report(&one, "ttl", uv_udp_set_ttl(&one.udp, 3));
  end_now(loop);
}


static void broadcast(uv_loop_t* loop) {
  struct sockaddr_storage addr;
  uv_buf_t buf;
  int i;

  init(&one, loop, "one");
  take(&one, 0, 0);
  addr = address_of("127.255.255.255", port_of(&one));
  buf = uv_buf_init(bytes, 4);
  for (i = 0; i < 2; i++) {
    report(&one,
           "try",
           uv_udp_try_send(&one.udp, &buf, 1, (struct sockaddr*) &addr));
    report(&one, "broadcast", uv_udp_set_broadcast(&one.udp, 1));
  }

  end_now(loop);
}


const struct scenario scenarios_udp[] = {
  { "there", there },
  { "too long, no port, and good", too_long },
  { "addresses too many and too few", addresses },
  { "a port that was asked for stays", kept_port },
  { "taken", taken },
  { "shared", shared },
  { "nobody there", refused },
  { "closed while messages wait", cancelled },
  { "options need a socket", without_socket },
  { "everybody, when that was said", broadcast },
  { NULL, NULL },
};
