/* SPDX-License-Identifier: MIT */

/* The events of a reader, to the end and after it. */

#include "oracle.h"


static void write_three_times(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(&peer, 0, end);
  actor_write(&client, 1000, NULL);
  actor_write(&client, 2000, NULL);
  actor_write(&client, 3000, NULL);
  actor_shutdown(&client, end);
}


static void to_the_end(uv_loop_t* loop) {
  meet(loop, write_three_times);
}


static void look_and_end(actor_t* actor, int status) {
  actor_look(actor);
  end(actor, 0);
}


static void read_again(actor_t* actor, int status) {
  actor_look(actor);
  actor_read(actor, 0, look_and_end);
}


static void read_past_end(actor_t* actor, int status) {
  actor_read(&peer, 0, read_again);
  actor_write(&client, 5, NULL);
  actor_shutdown(&client, NULL);
}


static void beyond_the_end(uv_loop_t* loop) {
  meet(loop, read_past_end);
}


static void start_twice(actor_t* actor, int status) {
  actor_read(&peer, 0, end);
  actor_read(&peer, 0, end);
  actor_look(&peer);
  actor_read_stop(&peer);
  actor_read_stop(&peer);
  actor_look(&peer);
  actor_read(&peer, 0, end);
  actor_write(&client, 10, NULL);
  actor_shutdown(&client, NULL);
}


static void twice(uv_loop_t* loop) {
  meet(loop, start_twice);
}


static void go_on(actor_t* actor, int status) {
  actor_look(&peer);
  actor_read(&peer, 0, look_and_end);
}


static void stop_and_settle(actor_t* actor, int status) {
  actor_read_stop(&peer);
  actor_look(&peer);
  actor_write(&client, 700, NULL);
  actor_shutdown(&client, NULL);
  settle(actor, go_on);
}


static void stop_in_callback(actor_t* actor, int status) {
  actor_read(&peer, 300, stop_and_settle);
  actor_write(&client, 300, NULL);
}


static void stopped(uv_loop_t* loop) {
  meet(loop, stop_in_callback);
}


static void read_all(actor_t* actor, int status) {
  actor_look(&client);
  actor_read(&peer, 0, end);
}


static void flood(actor_t* actor, int status) {
  expect_ends(2);
  actor_write(&client, FLOOD, NULL);
  actor_shutdown(&client, end);
  settle(actor, read_all);
}


static void held_back(uv_loop_t* loop) {
  meet(loop, flood);
}


static void answer(actor_t* actor, int status) {
  actor_look(&peer);
  actor_write(&peer, 1000, NULL);
  actor_write(&peer, 2000, NULL);
  actor_shutdown(&peer, end);
}


static void half_close(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(&peer, 0, answer);
  actor_read(&client, 0, end);
  actor_shutdown(&client, NULL);
}


static void after_half_close(uv_loop_t* loop) {
  meet(loop, half_close);
}


static void look_again(actor_t* actor, int status) {
  actor_look(actor);
  actor_names(actor);
  actor_read(actor, 0, NULL);
  actor_write(actor, 1, NULL);
  actor_shutdown(actor, NULL);
  end(actor, 0);
}


static void reset_idle(actor_t* actor, int status) {
  actor_read(&peer, 0, look_again);
  actor_close_reset(&client, NULL);
}


static void reset(uv_loop_t* loop) {
  meet(loop, reset_idle);
}


static void reset_it(actor_t* actor, int status) {
  actor_close_reset(actor, NULL);
}


static void write_and_reset(actor_t* actor, int status) {
  actor_read(&peer, 0, end);
  actor_write(&client, 500, reset_it);
}


static void reset_behind_bytes(uv_loop_t* loop) {
  meet(loop, write_and_reset);
}


static void read_late(actor_t* actor, int status) {
  actor_read(&peer, 0, look_and_end);
}


static void settle_and_read(actor_t* actor, int status) {
  settle(actor, read_late);
}


static void reset_and_settle(actor_t* actor, int status) {
  actor_close_reset(actor, settle_and_read);
}


static void write_reset_and_settle(actor_t* actor, int status) {
  actor_write(&client, 500, reset_and_settle);
}


static void reset_behind_bytes_unseen(uv_loop_t* loop) {
  meet(loop, write_reset_and_settle);
}


static void close_and_settle(actor_t* actor, int status) {
  actor_close(actor, settle_and_read);
}


static void write_close_and_settle(actor_t* actor, int status) {
  actor_write(&client, 500, close_and_settle);
}


static void closed_behind_bytes_unseen(uv_loop_t* loop) {
  meet(loop, write_close_and_settle);
}


static void close_peer(actor_t* actor, int status) {
  actor_close(&peer, NULL);
}


static void settle_and_close_peer(actor_t* actor, int status) {
  settle(actor, close_peer);
}


static void write_unread(actor_t* actor, int status) {
  actor_read(&client, 0, look_and_end);
  actor_write(&client, 100, settle_and_close_peer);
}


static void closed_with_unread_bytes(uv_loop_t* loop) {
  meet(loop, write_unread);
}


static void close_both(actor_t* actor, int status) {
  actor_close(&client, end);
  actor_close(&peer, end);
}


static void end_twice(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(&peer, 0, NULL);
  actor_read(&client, 10, close_both);
  actor_write(&peer, 10, NULL);
}


static void close_while_reading(uv_loop_t* loop) {
  meet(loop, end_twice);
}


const struct scenario scenarios_read[] = {
  { "to the end", to_the_end },
  { "beyond the end", beyond_the_end },
  { "start twice, stop twice", twice },
  { "stopped in the callback", stopped },
  { "a writer is held back", held_back },
  { "half-closed", after_half_close },
  { "reset", reset },
  { "reset behind bytes", reset_behind_bytes },
  { "reset behind bytes, read later", reset_behind_bytes_unseen },
  { "closed behind bytes, read later", closed_behind_bytes_unseen },
  { "closed with unread bytes", closed_with_unread_bytes },
  { "both close while reading", close_while_reading },
  { NULL, NULL }
};
