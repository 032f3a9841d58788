/* SPDX-License-Identifier: MIT */

/* connect(), and calls before it is finished. */

#include <assert.h>

#include "oracle.h"

static actor_t other;


/* A port without a listener, which has closed. */
static int closed_port(uv_loop_t* loop, const char* host) {
  static actor_t gone;
  int port;

  hush(1);
  actor_init(&gone, loop, "gone");
  actor_bind(&gone, host, 0, 0);
  actor_listen(&gone, NULL);
  port = actor_port(&gone);
  uv_close((uv_handle_t*) &gone.tcp, NULL);
  hush(0);
  return port;
}


static void to_nobody(uv_loop_t* loop, actor_cb then) {
  actor_init(&client, loop, "client");
  actor_connect(&client, "127.0.0.1", closed_port(loop, "127.0.0.1"), then);
}


static void look(actor_t* actor, int status) {
  actor_look(actor);
  actor_names(actor);
  end(actor, 0);
}


static void closed_ipv4(uv_loop_t* loop) {
  to_nobody(loop, look);
}


static void closed_ipv6(uv_loop_t* loop) {
  actor_init(&client, loop, "client");
  actor_connect(&client, "::1", closed_port(loop, "::1"), look);
}


static void look_later(actor_t* actor, int status) {
  settle(actor, look);
}


static void again(actor_t* actor, int status) {
  actor_serve(&server, actor->loop, NULL);
  actor_call(actor, &server, NULL);
  actor_call(actor, &server, NULL);
  look_later(actor, 0);
}


static void again_after_refusal(uv_loop_t* loop) {
  to_nobody(loop, again);
}


static void answer(actor_t* actor, int status) {
  actor_accept(actor, &peer, "peer");
  actor_names(&peer);
  end(actor, 0);
}


static void read_to_end(actor_t* actor, int status) {
  actor_accept(actor, &peer, "peer");
  actor_read(&peer, 0, end);
}


static void to(uv_loop_t* loop, const char* host, const char* to) {
  expect_ends(2);
  actor_init(&server, loop, "server");
  actor_bind(&server, host, 0, 0);
  actor_listen(&server, answer);
  actor_init(&client, loop, "client");
  actor_connect(&client, to, actor_port(&server), look);
}


static void to_wildcard(uv_loop_t* loop) {
  to(loop, "127.0.0.1", "0.0.0.0");
}


static void to_wildcard6(uv_loop_t* loop) {
  to(loop, "::1", "::");
}


static void to_mapped(uv_loop_t* loop) {
  to(loop, "127.0.0.1", "::ffff:127.0.0.1");
}


static void to_broadcast(uv_loop_t* loop) {
  actor_init(&client, loop, "client");
  actor_connect(&client, "255.255.255.255", 4, NULL);
  look(&client, 0);
}


static void to_port_0(uv_loop_t* loop) {
  actor_init(&client, loop, "client");
  actor_connect(&client, "127.0.0.1", 0, look);
}


static void ipv6_from_ipv4(uv_loop_t* loop) {
  actor_init(&client, loop, "client");
  actor_bind(&client, "127.0.0.1", 0, 0);
  actor_connect(&client, "::1", closed_port(loop, "::1"), NULL);
  look(&client, 0);
}


static void ipv4_from_ipv6(uv_loop_t* loop) {
  actor_init(&client, loop, "client");
  actor_bind(&client, "::1", 0, 0);
  actor_connect(&client, "127.0.0.1", closed_port(loop, "127.0.0.1"), NULL);
  look(&client, 0);
}


static void from_bound(uv_loop_t* loop) {
  expect_ends(2);
  actor_serve(&server, loop, answer);
  actor_init(&client, loop, "client");
  actor_bind(&client, "127.0.0.1", 0, 0);
  actor_call(&client, &server, look);
}


static void call_from_same_port(actor_t* actor, int status) {
  int port;

  if (actor == &server) {
    actor_accept(actor, &peer, "peer");
    return;
  }

  port = actor_port(&client);
  actor_init(&other, actor->loop, "other");
  actor_bind(&other, "127.0.0.1", port, 0);
  actor_call(&other, &server, NULL);
  look(&other, 0);
}


static void same_port_twice(uv_loop_t* loop) {
  actor_serve(&server, loop, call_from_same_port);
  actor_init(&client, loop, "client");
  actor_bind(&client, "127.0.0.1", 0, 0);
  actor_call(&client, &server, call_from_same_port);
}


static void twice_at_once(uv_loop_t* loop) {
  actor_serve(&server, loop, NULL);
  actor_init(&client, loop, "client");
  actor_call(&client, &server, look);
  actor_call(&client, &server, NULL);
}


static void call_again(actor_t* actor, int status) {
  actor_call(actor, &server, NULL);
  look_later(actor, 0);
}


static void again_when_connected(uv_loop_t* loop) {
  meet(loop, call_again);
}


static void accepted_calls(actor_t* actor, int status) {
  actor_call(&peer, &server, NULL);
  end(actor, 0);
}


static void when_accepted(uv_loop_t* loop) {
  meet(loop, accepted_calls);
}


static void write_early(uv_loop_t* loop) {
  actor_serve(&server, loop, read_to_end);
  actor_init(&client, loop, "client");
  actor_call(&client, &server, NULL);
  actor_write(&client, 10, NULL);
  actor_write(&client, 20, NULL);
  actor_shutdown(&client, NULL);
  actor_look(&client);
}


static void write_early_refused(uv_loop_t* loop) {
  to_nobody(loop, NULL);
  actor_write(&client, 10, NULL);
  actor_write(&client, 20, look);
}


static void accept_and_read(actor_t* actor, int status) {
  actor_accept(actor, &peer, "peer");
  actor_read(&peer, 0, NULL);
}


/* libuv does not make the shutdown when the connection is established, but only
 * at the next event.
 */
static void shutdown_early(uv_loop_t* loop) {
  actor_serve(&server, loop, accept_and_read);
  actor_init(&client, loop, "client");
  actor_call(&client, &server, look_later);
  actor_shutdown(&client, NULL);
}


static void shutdown_early_refused(uv_loop_t* loop) {
  to_nobody(loop, look_later);
  actor_shutdown(&client, NULL);
}


static void echo_end(actor_t* actor, int status) {
  actor_shutdown(actor, end);
}


static void accept_and_echo_end(actor_t* actor, int status) {
  actor_accept(actor, &peer, "peer");
  actor_read(&peer, 0, echo_end);
}


static void shut_it(actor_t* actor, int status) {
  actor_shutdown(actor, end);
}


static void read_early(uv_loop_t* loop) {
  expect_ends(3);
  actor_serve(&server, loop, accept_and_echo_end);
  actor_init(&client, loop, "client");
  actor_call(&client, &server, shut_it);
  actor_read(&client, 0, end);
  actor_look(&client);
}


static void read_early_refused(uv_loop_t* loop) {
  to_nobody(loop, NULL);
  actor_read(&client, 0, end);
}


static void close_early(uv_loop_t* loop) {
  expect_ends(2);
  actor_serve(&server, loop, read_to_end);
  actor_init(&client, loop, "client");
  actor_call(&client, &server, NULL);
  actor_write(&client, 10, NULL);
  actor_close(&client, end);
}


static void close_early_refused(uv_loop_t* loop) {
  to_nobody(loop, NULL);
  actor_write(&client, 10, NULL);
  actor_close(&client, end);
}


static void reset_early(uv_loop_t* loop) {
  expect_ends(2);
  actor_serve(&server, loop, read_to_end);
  actor_init(&client, loop, "client");
  actor_call(&client, &server, NULL);
  actor_close_reset(&client, end);
}


static void close_it(actor_t* actor, int status) {
  actor_close(actor, end);
}


static void close_in_callback(uv_loop_t* loop) {
  expect_ends(2);
  actor_serve(&server, loop, read_to_end);
  actor_init(&client, loop, "client");
  actor_call(&client, &server, close_it);
}


static void options_early(uv_loop_t* loop) {
  actor_serve(&server, loop, NULL);
  actor_init(&client, loop, "client");
  told(&client, "setNoDelay", uv_tcp_nodelay(&client.tcp, 1));
  told(&client, "setKeepAlive", uv_tcp_keepalive(&client.tcp, 1, 5));
  actor_call(&client, &server, look);
}


const struct scenario scenarios_connect[] = {
  { "a closed port", closed_ipv4 },
  { "a closed port, IPv6", closed_ipv6 },
  { "again after a refusal", again_after_refusal },
  { "the wildcard address", to_wildcard },
  { "the wildcard address, IPv6", to_wildcard6 },
  { "a mapped address", to_mapped },
  { "the broadcast address", to_broadcast },
  { "port 0", to_port_0 },
  { "IPv6 from an IPv4 socket", ipv6_from_ipv4 },
  { "IPv4 from an IPv6 socket", ipv4_from_ipv6 },
  { "from a bound address", from_bound },
  { "from one port twice", same_port_twice },
  { "twice at once", twice_at_once },
  { "again when connected", again_when_connected },
  { "when accepted", when_accepted },
  { "write and shut down early", write_early },
  { "write early, refused", write_early_refused },
  { "shut down early", shutdown_early },
  { "shut down early, refused", shutdown_early_refused },
  { "read early", read_early },
  { "read early, refused", read_early_refused },
  { "close early", close_early },
  { "close early, refused", close_early_refused },
  { "reset early", reset_early },
  { "close in the callback", close_in_callback },
  { "options before the connection", options_early },
  { NULL, NULL }
};
