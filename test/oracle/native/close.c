/* SPDX-License-Identifier: MIT */

/* close() and closeReset(): the results of pending requests. */

#include "oracle.h"

static actor_t one;
static actor_t two;
static actor_t three;


static void look_and_end(actor_t* actor, int status) {
  actor_look(actor);
  end(actor, 0);
}


static void never_used(uv_loop_t* loop) {
  actor_init(&one, loop, "one");
  actor_close(&one, NULL);
}


static void close_order(uv_loop_t* loop) {
  actor_init(&one, loop, "one");
  actor_init(&two, loop, "two");
  actor_init(&three, loop, "three");
  actor_close(&two, NULL);
  actor_close(&one, NULL);
  actor_close(&three, NULL);
}


static void close_two(actor_t* actor, int status) {
  actor_close(&two, NULL);
  actor_close(&three, NULL);
}


static void close_in_close(uv_loop_t* loop) {
  actor_init(&one, loop, "one");
  actor_init(&two, loop, "two");
  actor_init(&three, loop, "three");
  actor_close(&one, close_two);
}


static void flood_and_close(actor_t* actor, int status) {
  actor_read(&client, 0, NULL);
  actor_write(&client, FLOOD, NULL);
  actor_write(&client, 1, NULL);
  actor_shutdown(&client, NULL);
  actor_close(&client, end);
}


static void under_way(uv_loop_t* loop) {
  meet(loop, flood_and_close);
}


static void close_later(actor_t* actor, int status) {
  actor_look(&client);
  actor_close(&client, end);
}


static void flood_and_settle(actor_t* actor, int status) {
  actor_write(&client, FLOOD, NULL);
  actor_write(&client, 1, NULL);
  settle(&client, close_later);
}


static void while_writing(uv_loop_t* loop) {
  meet(loop, flood_and_settle);
}


static void close_after_write(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(&peer, 0, end);
  actor_write(&client, 1000, NULL);
  actor_close(&client, end);
}


static void right_after_write(uv_loop_t* loop) {
  meet(loop, close_after_write);
}


static void close_it(actor_t* actor, int status) {
  actor_close(actor, end);
}


static void close_in_read(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(&peer, 10, close_it);
  actor_read(&client, 0, end);
  actor_write(&client, 10, NULL);
}


static void in_read_callback(uv_loop_t* loop) {
  meet(loop, close_in_read);
}


static void close_in_end(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(&peer, 0, close_it);
  actor_read(&client, 0, close_it);
  actor_shutdown(&client, NULL);
}


static void in_end_callback(uv_loop_t* loop) {
  meet(loop, close_in_end);
}


static void close_in_write(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(&peer, 0, end);
  actor_write(&client, 10, close_it);
  actor_shutdown(&client, NULL);
}


static void in_write_callback(uv_loop_t* loop) {
  meet(loop, close_in_write);
}


static void close_in_shutdown(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(&peer, 0, end);
  actor_shutdown(&client, close_it);
}


static void in_shutdown_callback(uv_loop_t* loop) {
  meet(loop, close_in_shutdown);
}


/* Both ends have bytes to read in one iteration; the first to read closes the
 * other.
 */
static void close_other_end(actor_t* actor, int status) {
  actor_close(actor == &peer ? &client : &peer, end);
}


static void read_by_both(actor_t* actor, int status) {
  actor_read(&peer, 1, close_other_end);
  actor_read(&client, 1, close_other_end);
}


static void write_by_both(actor_t* actor, int status) {
  actor_write(&client, 1, NULL);
  actor_write(&peer, 1, NULL);
  settle(actor, read_by_both);
}


static void other_of_the_round(uv_loop_t* loop) {
  meet(loop, write_by_both);
}


/* The new socket gets the descriptor of a socket that has bytes to read. */
static void close_and_call(actor_t* actor, int status) {
  actor_read_stop(&client);
  actor_close(&peer, NULL);
  actor_init(&one, actor->loop, "one");
  actor_call(&one, &server, end);
}


static void read_and_reuse(actor_t* actor, int status) {
  actor_read(&client, 1, close_and_call);
  actor_read(&peer, 1, NULL);
}


static void write_and_reuse(actor_t* actor, int status) {
  actor_write(&client, 1, NULL);
  actor_write(&peer, 1, NULL);
  settle(actor, read_and_reuse);
}


static void descriptor_used_again(uv_loop_t* loop) {
  meet(loop, write_and_reuse);
}


static void close_three(actor_t* actor, int status) {
  expect_ends(3);
  actor_close(&server, end);
  actor_close(&client, end);
  actor_close(&peer, end);
}


static void all_at_once(uv_loop_t* loop) {
  meet(loop, close_three);
}


static void reset_idle(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(&peer, 0, look_and_end);
  actor_close_reset(&client, end);
}


static void reset(uv_loop_t* loop) {
  meet(loop, reset_idle);
}


static void reset_both(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(&peer, 0, NULL);
  actor_read(&client, 0, NULL);
  actor_close_reset(&client, end);
  actor_close_reset(&peer, end);
}


static void reset_by_both(uv_loop_t* loop) {
  meet(loop, reset_both);
}


static void read_what_came(actor_t* actor, int status) {
  actor_read(&peer, 0, look_and_end);
}


static void let_it_arrive(actor_t* actor, int status) {
  settle(actor, read_what_came);
}


static void flood_and_reset(actor_t* actor, int status) {
  actor_write(&client, 100, NULL);
  actor_write(&client, 200, NULL);
  actor_close_reset(&client, let_it_arrive);
}


static void reset_after_writes(uv_loop_t* loop) {
  meet(loop, flood_and_reset);
}


static void reset_later(actor_t* actor, int status) {
  actor_look(&client);
  actor_close_reset(&client, end);
}


static void flood_settle_and_reset(actor_t* actor, int status) {
  actor_write(&client, FLOOD, NULL);
  actor_write(&client, 1, NULL);
  settle(&client, reset_later);
}


static void reset_while_writing(uv_loop_t* loop) {
  meet(loop, flood_settle_and_reset);
}


static void reset_after_end(actor_t* actor, int status) {
  actor_close_reset(&peer, end);
}


static void shut_and_reset(actor_t* actor, int status) {
  expect_ends(2);
  actor_read(&peer, 0, reset_after_end);
  actor_read(&client, 0, end);
  actor_shutdown(&client, NULL);
}


static void reset_at_end(uv_loop_t* loop) {
  meet(loop, shut_and_reset);
}


static void reset_server(actor_t* actor, int status) {
  expect_ends(2);
  actor_close_reset(&server, end);
  actor_read(&peer, 0, NULL);
  actor_shutdown(&client, end);
}


static void reset_listener(uv_loop_t* loop) {
  meet(loop, reset_server);
}


static void reset_bound(uv_loop_t* loop) {
  actor_init(&one, loop, "one");
  actor_bind(&one, "127.0.0.1", 0, 0);
  actor_close_reset(&one, end);
}


const struct scenario scenarios_close[] = {
  { "never used", never_used },
  { "three, in their order", close_order },
  { "in a close callback", close_in_close },
  { "everything under way", under_way },
  { "while writing", while_writing },
  { "right after a write", right_after_write },
  { "in a read callback", in_read_callback },
  { "at the end", in_end_callback },
  { "in a write callback", in_write_callback },
  { "in a shutdown callback", in_shutdown_callback },
  { "the other of the round", other_of_the_round },
  { "its descriptor used again at once", descriptor_used_again },
  { "all at once", all_at_once },
  { "reset", reset },
  { "reset by both", reset_by_both },
  { "reset after writes", reset_after_writes },
  { "reset while writing", reset_while_writing },
  { "reset at the end", reset_at_end },
  { "reset a listener", reset_listener },
  { "reset what is only bound", reset_bound },
  { NULL, NULL }
};
