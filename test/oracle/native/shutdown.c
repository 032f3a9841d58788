/* SPDX-License-Identifier: MIT */

/* shutdown(): its order among writes, and the calls that it forbids. */

#include "oracle.h"


static void look_and_end(actor_t* actor, int status) {
  actor_look(actor);
  end(actor, 0);
}


static void shut_twice_more(actor_t* actor, int status) {
  actor_look(actor);
  actor_shutdown(actor, NULL);
  end(actor, 0);
}


static void shut_twice(actor_t* actor, int status) {
  actor_shutdown(&client, shut_twice_more);
  actor_look(&client);
  actor_shutdown(&client, NULL);
}


static void twice(uv_loop_t* loop) {
  meet(loop, shut_twice);
}


static void write_and_shut(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(&peer, 0, end);
  actor_write(&client, 10, NULL);
  actor_shutdown(&client, end);
  actor_look(&client);
}


static void behind_write(uv_loop_t* loop) {
  meet(loop, write_and_shut);
}


static void read_peer(actor_t* actor, int status) {
  actor_look(&client);
  actor_read(&peer, 0, end);
}


static void flood_and_shut(actor_t* actor, int status) {
  expect_ends(2);
  actor_write(&client, FLOOD, NULL);
  actor_shutdown(&client, look_and_end);
  settle(actor, read_peer);
}


static void behind_long_write(uv_loop_t* loop) {
  meet(loop, flood_and_shut);
}


static void shut_both(actor_t* actor, int status) {
  expect_ends(4);
  actor_read(&client, 0, end);
  actor_read(&peer, 0, end);
  actor_shutdown(&client, end);
  actor_shutdown(&peer, end);
}


static void simultaneous(uv_loop_t* loop) {
  meet(loop, shut_both);
}


static void shut_and_close(actor_t* actor, int status) {
  actor_shutdown(&client, NULL);
  actor_close(&client, end);
}


static void then_close(uv_loop_t* loop) {
  meet(loop, shut_and_close);
}


static void reset_now(actor_t* actor, int status) {
  actor_close_reset(actor, end);
}


static void shut_and_reset(actor_t* actor, int status) {
  actor_shutdown(&client, reset_now);
  actor_close_reset(&client, end);
  actor_look(&client);
}


static void then_reset(uv_loop_t* loop) {
  meet(loop, shut_and_reset);
}


static void shut_peer(actor_t* actor, int status) {
  actor_shutdown(actor, end);
  actor_look(actor);
}


static void shut_after_end(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(&peer, 0, shut_peer);
  actor_read(&client, 0, end);
  actor_shutdown(&client, NULL);
}


static void after_the_end(uv_loop_t* loop) {
  meet(loop, shut_after_end);
}


static void shut_client(actor_t* actor, int status) {
  actor_shutdown(&client, look_and_end);
}


static void settle_and_shut(actor_t* actor, int status) {
  settle(actor, shut_client);
}


static void reset_then_shut(actor_t* actor, int status) {
  actor_close_reset(&peer, settle_and_shut);
}


static void after_a_reset(uv_loop_t* loop) {
  meet(loop, reset_then_shut);
}


static void close_then_shut(actor_t* actor, int status) {
  actor_close(&peer, settle_and_shut);
}


static void after_peer_closed(uv_loop_t* loop) {
  meet(loop, close_then_shut);
}


static void reset_peer(actor_t* actor, int status) {
  actor_close_reset(&peer, NULL);
}


static void flood_shut_reset(actor_t* actor, int status) {
  actor_write(&client, FLOOD, NULL);
  actor_shutdown(&client, look_and_end);
  settle(actor, reset_peer);
}


static void reset_behind_long_write(uv_loop_t* loop) {
  meet(loop, flood_shut_reset);
}


static void write_in_callback(actor_t* actor, int status) {
  actor_write(actor, 1, NULL);
  actor_read(actor, 5, end);
  actor_write(&peer, 5, NULL);
}


static void shut_then_read(actor_t* actor, int status) {
  actor_shutdown(&client, write_in_callback);
}


static void reads_on(uv_loop_t* loop) {
  meet(loop, shut_then_read);
}


const struct scenario scenarios_shutdown[] = {
  { "twice", twice },
  { "behind a write", behind_write },
  { "behind a long write", behind_long_write },
  { "both sides at once", simultaneous },
  { "then close", then_close },
  { "then closeReset", then_reset },
  { "after the peer's end", after_the_end },
  { "after a reset", after_a_reset },
  { "after the peer closed", after_peer_closed },
  { "behind a long write that is reset", reset_behind_long_write },
  { "it reads on", reads_on },
  { NULL, NULL }
};
