/* SPDX-License-Identifier: MIT */

/* Writes: their order, and their failures. */

#include "oracle.h"

static actor_t other;


static void look_and_end(actor_t* actor, int status) {
  actor_look(actor);
  end(actor, 0);
}


static void in_a_row(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(&peer, 6, end);
  actor_write(&client, 1, NULL);
  actor_write(&client, 2, NULL);
  actor_write(&client, 3, look_and_end);
  actor_look(&client);
}


static void row(uv_loop_t* loop) {
  meet(loop, in_a_row);
}


static void nothing_between(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(&peer, 3, end);
  actor_write(&client, 1, NULL);
  actor_write(&client, 0, NULL);
  actor_write(&client, 2, end);
  actor_try_write(&client, 0);
}


static void nothing(uv_loop_t* loop) {
  meet(loop, nothing_between);
}


static void only_nothing(actor_t* actor, int status) {
  actor_write(&client, 0, look_and_end);
  actor_look(&client);
}


static void just_nothing(uv_loop_t* loop) {
  meet(loop, only_nothing);
}


static void write_more(actor_t* actor, int status) {
  actor_write(actor, 3, end);
  actor_try_write(actor, 4);
}


static void from_callback(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(&peer, 10, end);
  actor_write(&client, 1, write_more);
  actor_write(&client, 2, NULL);
}


static void in_callback(uv_loop_t* loop) {
  meet(loop, from_callback);
}


static void try_behind(actor_t* actor, int status) {
  actor_write(&client, FLOOD, NULL);
  actor_try_write(&client, 1);
  actor_look(&client);
  end(actor, 0);
}


static void try_behind_write(uv_loop_t* loop) {
  meet(loop, try_behind);
}


static void try_until_full(actor_t* actor, int status) {
  hush(1);

  while (actor_try_write(&client, 65536) > 0) {
  }

  hush(0);
  actor_try_write(&client, 65536);
  actor_look(&client);
  end(actor, 0);
}


static void try_full(uv_loop_t* loop) {
  meet(loop, try_until_full);
}


static void write_after_shutdown(actor_t* actor, int status) {
  actor_write(actor, 1, NULL);
  actor_try_write(actor, 1);
  end(actor, 0);
}


static void shut_and_write(actor_t* actor, int status) {
  actor_shutdown(&client, write_after_shutdown);
  actor_write(&client, 1, NULL);
  actor_try_write(&client, 1);
}


static void after_shutdown(uv_loop_t* loop) {
  meet(loop, shut_and_write);
}


static void write_twice_more(actor_t* actor, int status) {
  actor_write(&client, 1, NULL);
  actor_write(&client, 1, look_and_end);
}


static void settle_and_write(actor_t* actor, int status) {
  settle(&client, write_twice_more);
}


static void write_to_closed(actor_t* actor, int status) {
  actor_write(&client, 1, settle_and_write);
}


static void peer_closes(actor_t* actor, int status) {
  actor_close(&peer, write_to_closed);
}


static void after_peer_closed(uv_loop_t* loop) {
  meet(loop, peer_closes);
}


static void read_settle_and_write(actor_t* actor, int status) {
  actor_read(&client, 0, NULL);
  actor_write(&client, 1, settle_and_write);
}


static void peer_closes_reader(actor_t* actor, int status) {
  actor_close(&peer, read_settle_and_write);
}


static void after_peer_closed_reading(uv_loop_t* loop) {
  meet(loop, peer_closes_reader);
}


static void peer_resets(actor_t* actor, int status) {
  actor_close_reset(&peer, settle_and_write);
}


static void after_reset(uv_loop_t* loop) {
  meet(loop, peer_resets);
}


static void try_then_read(actor_t* actor, int status) {
  actor_try_write(&client, 1);
  actor_try_write(&client, 1);
  actor_look(&client);
  actor_read(&client, 0, look_and_end);
}


static void settle_and_try(actor_t* actor, int status) {
  settle(&client, try_then_read);
}


static void peer_resets_trier(actor_t* actor, int status) {
  actor_close_reset(&peer, settle_and_try);
}


static void try_after_reset(uv_loop_t* loop) {
  meet(loop, peer_resets_trier);
}


static void write_at_once(actor_t* actor, int status) {
  actor_close_reset(&peer, NULL);
  actor_write(&client, 1, NULL);
  actor_write(&client, 1, look_and_end);
}


static void reset_at_once(uv_loop_t* loop) {
  meet(loop, write_at_once);
}


static void try_at_once(actor_t* actor, int status) {
  actor_close_reset(&peer, NULL);
  actor_try_write(&client, 1);
  actor_try_write(&client, 1);
  end(actor, 0);
}


static void reset_and_try_at_once(uv_loop_t* loop) {
  meet(loop, try_at_once);
}


static void reset_peer(actor_t* actor, int status) {
  actor_look(&client);
  actor_close_reset(&peer, NULL);
}


static void flood_thrice(actor_t* actor) {
  actor_write(&client, FLOOD, NULL);
  actor_write(&client, 1, NULL);
  actor_write(&client, 2, look_and_end);
}


static void reset_under_flood(actor_t* actor, int status) {
  flood_thrice(actor);
  settle(actor, reset_peer);
}


static void reset_while_writing(uv_loop_t* loop) {
  meet(loop, reset_under_flood);
}


static void reset_under_flood_reading(actor_t* actor, int status) {
  expect_ends(2);
  flood_thrice(actor);
  actor_read(&client, 0, look_and_end);
  settle(actor, reset_peer);
}


static void reset_while_writing_and_reading(uv_loop_t* loop) {
  meet(loop, reset_under_flood_reading);
}


static void close_peer(actor_t* actor, int status) {
  actor_look(&client);
  actor_close(&peer, NULL);
}


static void close_under_flood(actor_t* actor, int status) {
  flood_thrice(actor);
  settle(actor, close_peer);
}


static void close_while_writing(uv_loop_t* loop) {
  meet(loop, close_under_flood);
}


static void shut_under_flood(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(&client, 0, look_and_end);
  actor_shutdown(&peer, NULL);
  actor_write(&client, FLOOD, NULL);
  actor_shutdown(&client, NULL);
  actor_read(&peer, 0, end);
}


static void shut_while_writing(uv_loop_t* loop) {
  meet(loop, shut_under_flood);
}


static void close_it(actor_t* actor, int status) {
  actor_close(actor, end);
}


static void close_in_first(actor_t* actor, int status) {
  actor_write(&client, 1, close_it);
  actor_write(&client, 2, NULL);
  actor_write(&client, FLOOD, NULL);
  actor_write(&client, 3, NULL);
}


static void closed_in_callback(uv_loop_t* loop) {
  meet(loop, close_in_first);
}


static void write_by_both(actor_t* actor, int status) {
  expect_ends(4);
  actor_read(&client, 0, end);
  actor_read(&peer, 0, end);
  actor_write(&client, FLOOD, NULL);
  actor_write(&peer, FLOOD, NULL);
  actor_shutdown(&client, end);
  actor_shutdown(&peer, end);
}


static void both_ways(uv_loop_t* loop) {
  meet(loop, write_by_both);
}


static void no_fd(uv_loop_t* loop) {
  actor_init(&other, loop, "other");
  actor_write(&other, 1, NULL);
  actor_try_write(&other, 1);
  end(&other, 0);
}


const struct scenario scenarios_write[] = {
  { "three in a row", row },
  { "nothing, between others", nothing },
  { "nothing", just_nothing },
  { "from a callback", in_callback },
  { "tryWrite behind a write", try_behind_write },
  { "tryWrite until it is full", try_full },
  { "after shutdown", after_shutdown },
  { "after the peer closed", after_peer_closed },
  { "after the peer closed, reading", after_peer_closed_reading },
  { "after a reset", after_reset },
  { "tryWrite after a reset", try_after_reset },
  { "right after a reset", reset_at_once },
  { "tryWrite right after a reset", reset_and_try_at_once },
  { "a reset while writing", reset_while_writing },
  { "a reset while writing and reading", reset_while_writing_and_reading },
  { "the peer closes while writing", close_while_writing },
  { "the peer ends while writing", shut_while_writing },
  { "closed in the first callback", closed_in_callback },
  { "both ways at once", both_ways },
  { "without a socket", no_fd },
  { NULL, NULL }
};
