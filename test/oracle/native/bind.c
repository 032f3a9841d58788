/* SPDX-License-Identifier: MIT */

/* Local addresses: when one may be bound, and which call reports that it is in
 * use.
 */

#include "oracle.h"

static actor_t one;
static actor_t other;


/* `one` is bound to the port of `server`, which listens. */
static void take(uv_loop_t* loop) {
  actor_serve(&server, loop, NULL);
  actor_init(&one, loop, "one");
  actor_bind(&one, "127.0.0.1", actor_port(&server), 0);
}


static void taken_then_listen(uv_loop_t* loop) {
  take(loop);
  actor_listen(&one, NULL);
  actor_listen(&one, NULL);
  end(&one, 0);
}


static void taken_then_sockname(uv_loop_t* loop) {
  take(loop);
  actor_names(&one);
  actor_look(&one);
  end(&one, 0);
}


static void taken_then_connect(uv_loop_t* loop) {
  take(loop);
  actor_call(&one, &server, end);
}


static void taken_then_bind_elsewhere(uv_loop_t* loop) {
  take(loop);
  actor_bind(&one, "127.0.0.1", 0, 0);
  actor_names(&one);
  actor_listen(&one, NULL);
  end(&one, 0);
}


static void wildcard_over_taken(uv_loop_t* loop) {
  actor_serve(&server, loop, NULL);
  actor_init(&one, loop, "one");
  actor_bind(&one, "0.0.0.0", actor_port(&server), 0);
  actor_listen(&one, NULL);
  end(&one, 0);
}


static void other_loopback_address(uv_loop_t* loop) {
  actor_serve(&server, loop, NULL);
  actor_init(&one, loop, "one");
  actor_bind(&one, "127.0.0.2", actor_port(&server), 0);
  actor_listen(&one, NULL);
  actor_names(&one);
  end(&one, 0);
}


static void two_bound(uv_loop_t* loop) {
  actor_init(&one, loop, "one");
  actor_init(&other, loop, "other");
  actor_bind(&one, "127.0.0.1", 0, 0);
  actor_bind(&other, "127.0.0.1", actor_port(&one), 0);
  actor_listen(&one, NULL);
  actor_listen(&other, NULL);
  actor_names(&other);
  end(&one, 0);
}


static void no_bind(uv_loop_t* loop) {
  actor_init(&one, loop, "one");
  actor_listen(&one, NULL);
  actor_names(&one);
  end(&one, 0);
}


static void not_ours(uv_loop_t* loop) {
  actor_init(&one, loop, "one");
  actor_bind(&one, "192.0.2.1", 0, 0);
  actor_names(&one);
  actor_bind(&one, "2001:db8::1", 0, 0);
  end(&one, 0);
}


static void v6only_on_ipv4(uv_loop_t* loop) {
  actor_init(&one, loop, "one");
  actor_bind(&one, "127.0.0.1", 0, UV_TCP_IPV6ONLY);
  actor_names(&one);
  end(&one, 0);
}


static void ipv4_on_ipv6(uv_loop_t* loop) {
  actor_init(&one, loop, "one");
  actor_bind(&one, "::1", 0, 0);
  actor_bind(&one, "127.0.0.1", 0, 0);
  actor_names(&one);
  end(&one, 0);
}


static void mapped(uv_loop_t* loop) {
  actor_init(&one, loop, "one");
  actor_bind(&one, "::ffff:127.0.0.1", 0, 0);
  actor_names(&one);
  actor_init(&other, loop, "other");
  actor_bind(&other, "::ffff:127.0.0.1", 0, UV_TCP_IPV6ONLY);
  actor_names(&other);
  end(&one, 0);
}


static void answer(actor_t* actor, int status) {
  actor_accept(&server, &peer, "peer");
  actor_names(&peer);
  end(&server, 0);
}


static void connected(actor_t* actor, int status) {
  actor_names(actor);
  end(actor, 0);
}


/* A port that is free both in IPv6 and in IPv4. An IPv6-only socket that binds
 * to port 0 may get one that another program uses in IPv4.
 */
static int free_port(uv_loop_t* loop) {
  static actor_t both;
  int port;

  hush(1);
  actor_init(&both, loop, "both");
  actor_bind(&both, "::", 0, 0);
  port = actor_port(&both);
  actor_close(&both, NULL);
  uv_run(loop, UV_RUN_NOWAIT);
  hush(0);

  return port;
}


static void serve_on(uv_loop_t* loop, const char* host, unsigned int flags) {
  int port;

  port = free_port(loop);
  actor_init(&server, loop, "server");
  actor_bind(&server, host, port, flags);
  actor_listen(&server, answer);
  actor_names(&server);
}


static void dual_stack(uv_loop_t* loop) {
  expect_ends(2);
  serve_on(loop, "::", 0);
  actor_init(&client, loop, "client");
  actor_connect(&client, "127.0.0.1", actor_port(&server), connected);
}


static void v6only_from_ipv6(uv_loop_t* loop) {
  expect_ends(2);
  serve_on(loop, "::", UV_TCP_IPV6ONLY);
  actor_init(&client, loop, "client");
  actor_connect(&client, "::1", actor_port(&server), connected);
}


static void v6only_from_ipv4(uv_loop_t* loop) {
  serve_on(loop, "::", UV_TCP_IPV6ONLY);
  actor_init(&client, loop, "client");
  actor_connect(&client, "127.0.0.1", actor_port(&server), end);
}


static void beside(uv_loop_t* loop, unsigned int flags) {
  serve_on(loop, "::", flags);
  actor_init(&one, loop, "one");
  actor_bind(&one, "0.0.0.0", actor_port(&server), 0);
  actor_listen(&one, NULL);
  end(&one, 0);
}


static void beside_v6only(uv_loop_t* loop) {
  beside(loop, UV_TCP_IPV6ONLY);
}


static void beside_dual_stack(uv_loop_t* loop) {
  beside(loop, 0);
}


static void free_again(uv_loop_t* loop) {
  int port;

  expect_ends(3);
  actor_serve(&server, loop, NULL);
  port = actor_port(&server);
  actor_close(&server, end);
  actor_init(&one, loop, "one");
  actor_bind(&one, "127.0.0.1", port, 0);
  actor_listen(&one, end);
  actor_init(&client, loop, "client");
  actor_connect(&client, "127.0.0.1", port, end);
}


static void listen_where_it_was(actor_t* actor, int status) {
  int port;

  port = actor_port(&server);
  actor_close(&server, NULL);
  actor_init(&one, actor->loop, "one");
  actor_bind(&one, "127.0.0.1", port, 0);
  actor_listen(&one, end);
  actor_init(&other, actor->loop, "other");
  actor_connect(&other, "127.0.0.1", port, NULL);
}


static void free_beside_connection(uv_loop_t* loop) {
  meet(loop, listen_where_it_was);
}


static void bind_where_client_is(actor_t* actor, int status) {
  actor_init(&one, actor->loop, "one");
  actor_bind(&one, "127.0.0.1", actor_port(&client), 0);
  actor_listen(&one, NULL);
  end(&one, 0);
}


static void port_of_a_client(uv_loop_t* loop) {
  meet(loop, bind_where_client_is);
}


static void bind_where_peer_is(actor_t* actor, int status) {
  int port;

  port = actor_port(&peer);
  actor_close(&server, NULL);
  actor_init(&one, actor->loop, "one");
  actor_bind(&one, "127.0.0.1", port, 0);
  actor_names(&one);
  end(&one, 0);
}


static void port_of_an_accepted(uv_loop_t* loop) {
  meet(loop, bind_where_peer_is);
}


static void shared_port(uv_loop_t* loop) {
  actor_init(&one, loop, "one");
  actor_bind(&one, "127.0.0.1", 0, UV_TCP_REUSEPORT);
  end(&one, 0);
}


const struct scenario scenarios_bind[] = {
  { "a taken port, then listen twice", taken_then_listen },
  { "a taken port, then sockname", taken_then_sockname },
  { "a taken port, then connect", taken_then_connect },
  { "a taken port, then bind elsewhere", taken_then_bind_elsewhere },
  { "the wildcard on a taken port", wildcard_over_taken },
  { "a taken port on another address", other_loopback_address },
  { "two on one port, both listen", two_bound },
  { "listen without bind", no_bind },
  { "addresses of nobody here", not_ours },
  { "IPV6ONLY with an IPv4 address", v6only_on_ipv4 },
  { "an IPv4 address on an IPv6 socket", ipv4_on_ipv6 },
  { "a mapped address", mapped },
  { "dual stack, from IPv4", dual_stack },
  { "IPV6ONLY, from IPv6", v6only_from_ipv6 },
  { "IPV6ONLY, from IPv4", v6only_from_ipv4 },
  { "IPv4 beside IPV6ONLY", beside_v6only },
  { "IPv4 beside dual stack", beside_dual_stack },
  { "a port that was free again", free_again },
  { "a port with a connection left on it", free_beside_connection },
  { "the port of a client", port_of_a_client },
  { "the port of an accepted connection", port_of_an_accepted },
  { "a shared port", shared_port },
  { NULL, NULL }
};
