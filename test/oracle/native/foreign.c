/* SPDX-License-Identifier: MIT */

/* A peer process without libuv: it is killed, resets, ends. */

#include "oracle.h"


/* Called once the process has connected. */
static actor_cb met;


static void accept_foreign(actor_t* actor, int status) {
  actor_accept(actor, &peer, "peer");
  met(&peer, 0);
}


static void play(uv_loop_t* loop, const char* script, actor_cb then) {
  met = then;
  hush(1);
  actor_serve(&server, loop, accept_foreign);
  hush(0);
  peer_start(&server, script, end);
}


static void look_and_end(actor_t* actor, int status) {
  actor_look(actor);
  end(actor, 0);
}


static void kill_and_read(actor_t* actor, int status) {
  peer_kill();
  actor_read_stop(actor);
  actor_read(actor, 0, look_and_end);
}


/* The number of bytes that it had sent is not determined. */
static void read_then_kill(actor_t* actor, int status) {
  expect_ends(2);
  actor->uncounted = 1;
  actor_read(actor, 1000, kill_and_read);
}


static void killed_while_it_writes(uv_loop_t* loop) {
  play(loop, "flood", read_then_kill);
}


static void kill_it(actor_t* actor, int status) {
  actor_look(&peer);
  peer_kill();
}


static void write_then_kill(actor_t* actor, int status) {
  expect_ends(2);
  actor_write(actor, FLOOD, NULL);
  actor_write(actor, 1, look_and_end);
  settle(actor, kill_it);
}


static void killed_while_we_write(uv_loop_t* loop) {
  play(loop, "wait", write_then_kill);
}


static void read_write_then_kill(actor_t* actor, int status) {
  expect_ends(3);
  actor_read(actor, 0, look_and_end);
  actor_write(actor, FLOOD, NULL);
  actor_write(actor, 1, look_and_end);
  settle(actor, kill_it);
}


static void killed_while_we_write_and_read(uv_loop_t* loop) {
  play(loop, "wait", read_write_then_kill);
}


static void read_idle_then_kill(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(actor, 0, look_and_end);
  settle(actor, kill_it);
}


static void killed_idle(uv_loop_t* loop) {
  play(loop, "wait", read_idle_then_kill);
}


static void write_on(actor_t* actor, int status) {
  actor_write(&peer, 1, NULL);
  actor_write(&peer, 1, look_and_end);
}


static void write_late(actor_t* actor, int status) {
  actor_write(&peer, 1, NULL);
  settle(actor, write_on);
}


static void do_nothing(actor_t* actor, int status) {
}


static void play_then(uv_loop_t* loop, const char* script, actor_cb then) {
  met = do_nothing;
  hush(1);
  actor_serve(&server, loop, accept_foreign);
  hush(0);
  peer_start(&server, script, then);
}


static void write_after_it_closed(uv_loop_t* loop) {
  play_then(loop, "shut", write_late);
}


static void write_after_it_reset(uv_loop_t* loop) {
  play_then(loop, "reset", write_late);
}


static void read_late(actor_t* actor, int status) {
  actor_read(&peer, 0, look_and_end);
}


static void read_after_it_reset(uv_loop_t* loop) {
  play_then(loop, "write:10000 reset", read_late);
}


static void read_after_it_closed(uv_loop_t* loop) {
  play_then(loop, "write:10000", read_late);
}


static void read_at_once(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(actor, 0, look_and_end);
}


static void resets(uv_loop_t* loop) {
  play(loop, "reset", read_at_once);
}


static void answer(actor_t* actor, int status) {
  actor_look(actor);
  actor_write(actor, 500, NULL);
  actor_shutdown(actor, end);
}


static void read_and_answer(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(actor, 0, answer);
}


static void half_closes(uv_loop_t* loop) {
  play(loop, "write:1000 shut read:500 end", read_and_answer);
}


static void answer_long(actor_t* actor, int status) {
  actor_write(actor, FLOOD, NULL);
  actor_shutdown(actor, end);
}


static void read_and_answer_long(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(actor, 0, answer_long);
}


static void half_closes_and_reads(uv_loop_t* loop) {
  play(loop, "shut end", read_and_answer_long);
}


static void write_unread(actor_t* actor, int status) {
  expect_ends(3);
  actor_write(actor, 500, end);
  actor_read(actor, 0, look_and_end);
}


static void closes_with_unread_bytes(uv_loop_t* loop) {
  play(loop, "peek", write_unread);
}


const struct scenario scenarios_foreign[] = {
  { "killed while it writes", killed_while_it_writes },
  { "killed while we write", killed_while_we_write },
  { "killed while we write and read", killed_while_we_write_and_read },
  { "killed while nothing happens", killed_idle },
  { "we write after it closed", write_after_it_closed },
  { "we write after it reset", write_after_it_reset },
  { "we read after it wrote and reset", read_after_it_reset },
  { "we read after it wrote and closed", read_after_it_closed },
  { "it resets", resets },
  { "it half-closes", half_closes },
  { "it half-closes and reads on", half_closes_and_reads },
  { "it closes with unread bytes", closes_with_unread_bytes },
  { NULL, NULL }
};
