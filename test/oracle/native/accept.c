/* SPDX-License-Identifier: MIT */

/* Waiting connections, and how they are accepted. */

#include "oracle.h"

static actor_t other;
static actor_t one;
static actor_t two;


static void accept_twice(actor_t* actor, int status) {
  actor_accept(actor, &one, "one");
  actor_accept(actor, &two, "two");
  actor_names(&one);
  actor_look(&one);
  end(actor, 0);
}


static void twice(uv_loop_t* loop) {
  expect_ends(2);
  actor_serve(&server, loop, accept_twice);
  actor_init(&client, loop, "client");
  actor_call(&client, &server, end);
}


static void accept_both(actor_t* actor, int status) {
  actor_accept(&server, &one, "one");
  actor_accept(&server, &two, "two");
  actor_names(&one);
  settle(&server, end);
}


static void call_too(actor_t* actor, int status) {
  actor_init(&other, actor->loop, "other");
  actor_call(&other, &server, accept_both);
}


static void later(uv_loop_t* loop) {
  actor_serve(&server, loop, NULL);
  actor_init(&client, loop, "client");
  actor_call(&client, &server, call_too);
}


static void accept_next(actor_t* actor, int status) {
  static actor_t peers[3];
  static const char* names[] = { "one", "two", "three" };
  static int count;

  actor_accept(actor, &peers[count], names[count]);
  count++;
  end(actor, 0);
}


static void three(uv_loop_t* loop) {
  static actor_t clients[3];
  static const char* names[] = { "first", "second", "third" };
  int i;

  expect_ends(6);
  actor_serve(&server, loop, accept_next);

  for (i = 0; i < 3; i++) {
    actor_init(&clients[i], loop, names[i]);
    actor_call(&clients[i], &server, end);
  }
}


static void close_server(actor_t* actor, int status) {
  actor_close(&server, NULL);
}


static void read_then_close_server(actor_t* actor, int status) {
  actor_read(actor, 0, end);
  actor_close(&server, NULL);
}


static void nobody_accepts(uv_loop_t* loop) {
  actor_serve(&server, loop, NULL);
  actor_init(&client, loop, "client");
  actor_call(&client, &server, read_then_close_server);
}


static void listener_gone_at_once(uv_loop_t* loop) {
  expect_ends(2);
  actor_serve(&server, loop, NULL);
  actor_init(&client, loop, "client");
  actor_call(&client, &server, end);
  actor_close(&server, end);
}


static void read_it(actor_t* actor, int status) {
  actor_read(actor, 0, end);
}


static void close_in_callback(uv_loop_t* loop) {
  actor_serve(&server, loop, close_server);
  actor_init(&client, loop, "client");
  actor_call(&client, &server, read_it);
}


static void accept_and_close(actor_t* actor, int status) {
  actor_accept(actor, &peer, "peer");
  actor_close(&server, NULL);
  actor_read(&peer, 0, end);
}


static void write_and_shut(actor_t* actor, int status) {
  actor_write(actor, 10, NULL);
  actor_shutdown(actor, end);
}


static void connection_outlives_listener(uv_loop_t* loop) {
  expect_ends(2);
  actor_serve(&server, loop, accept_and_close);
  actor_init(&client, loop, "client");
  actor_call(&client, &server, write_and_shut);
}


static void accept_late(actor_t* actor, int status) {
  actor_accept(&server, &peer, "peer");
  actor_names(&peer);
  actor_read(&peer, 0, end);
}


static void accept_settled(actor_t* actor, int status) {
  settle(&server, accept_late);
}


static void close_it(actor_t* actor, int status) {
  actor_close(actor, accept_settled);
}


static void write_and_close(actor_t* actor, int status) {
  actor_write(actor, 5, close_it);
}


static void closed_before(uv_loop_t* loop) {
  actor_serve(&server, loop, NULL);
  actor_init(&client, loop, "client");
  actor_call(&client, &server, write_and_close);
}


static void reset_it(actor_t* actor, int status) {
  actor_close_reset(actor, accept_settled);
}


static void reset_before(uv_loop_t* loop) {
  actor_serve(&server, loop, NULL);
  actor_init(&client, loop, "client");
  actor_call(&client, &server, reset_it);
}


static void listen_again(actor_t* actor, int status) {
  actor_listen(&server, end);
  actor_init(&other, actor->loop, "other");
  actor_call(&other, &server, NULL);
}


static void listen_twice(uv_loop_t* loop) {
  meet(loop, listen_again);
}


static void talk_to_self(actor_t* actor, int status) {
  actor_shutdown(&peer, NULL);
  actor_close(&server, end);
  actor_look(&server);
}


static void look_at_listener(uv_loop_t* loop) {
  meet(loop, talk_to_self);
}


const struct scenario scenarios_accept[] = {
  { "twice in one callback", twice },
  { "outside of the callback", later },
  { "three at once", three },
  { "nobody accepts, the listener closes", nobody_accepts },
  { "the listener closes at once", listener_gone_at_once },
  { "the listener closes in the callback", close_in_callback },
  { "a connection outlives its listener", connection_outlives_listener },
  { "closed before it was accepted", closed_before },
  { "reset before it was accepted", reset_before },
  { "listen twice", listen_twice },
  { "a listener that closes", look_at_listener },
  { NULL, NULL }
};
