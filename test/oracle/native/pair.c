/* SPDX-License-Identifier: MIT */

/* Two handles that are connected without a network, and descriptors that are
 * taken over.
 */

#include <assert.h>

#include "oracle.h"

static actor_t one;
static actor_t other;


static void pair(uv_loop_t* loop) {
  uv_os_sock_t fds[2];
  int err;

  err = uv_socketpair(SOCK_STREAM, 0, fds, UV_NONBLOCK_PIPE, UV_NONBLOCK_PIPE);
  assert(err == 0);
  actor_init(&one, loop, "one");
  actor_init(&other, loop, "other");
  assert(0 == uv_tcp_open(&one.tcp, fds[0]));
  assert(0 == uv_tcp_open(&other.tcp, fds[1]));
}


static void look_and_end(actor_t* actor, int status) {
  actor_look(actor);
  end(actor, 0);
}


static void fresh(uv_loop_t* loop) {
  static actor_t unwanted;

  pair(loop);
  actor_look(&one);
  told(&one, "setNoDelay", uv_tcp_nodelay(&one.tcp, 1));
  told(&one, "setKeepAlive", uv_tcp_keepalive(&one.tcp, 1, 60));
  actor_bind(&one, "127.0.0.1", 0, 0);
  actor_listen(&one, NULL);
  actor_connect(&one, "127.0.0.1", 9, NULL);
  actor_accept(&one, &unwanted, "unwanted");
  end(&one, 0);
}


static void talk(uv_loop_t* loop) {
  pair(loop);
  expect_ends(2);
  actor_read(&other, 0, look_and_end);
  actor_write(&one, 1000, NULL);
  actor_write(&one, 0, NULL);
  actor_write(&one, 2000, NULL);
  actor_shutdown(&one, end);
}


static void read_other(actor_t* actor, int status) {
  actor_look(&one);
  actor_read(&other, 0, end);
}


static void held_back(uv_loop_t* loop) {
  pair(loop);
  expect_ends(2);
  actor_write(&one, FLOOD, NULL);
  actor_shutdown(&one, end);
  settle(&one, read_other);
}


static void closed(uv_loop_t* loop) {
  pair(loop);
  expect_ends(2);
  actor_read(&other, 0, look_and_end);
  actor_write(&one, 10, NULL);
  actor_close(&one, end);
}


static void write_late(actor_t* actor, int status) {
  actor_write(&other, 1, NULL);
  actor_try_write(&other, 1);
  actor_shutdown(&other, NULL);
  actor_read(&other, 0, look_and_end);
}


static void write_to_closed(uv_loop_t* loop) {
  pair(loop);
  actor_close(&one, write_late);
}


static void close_other(actor_t* actor, int status) {
  actor_close(&other, NULL);
}


static void closed_with_unread_bytes(uv_loop_t* loop) {
  pair(loop);
  actor_read(&one, 0, look_and_end);
  actor_write(&one, 10, close_other);
}


static void reset(uv_loop_t* loop) {
  pair(loop);
  expect_ends(2);
  actor_read(&other, 0, look_and_end);
  actor_close_reset(&one, end);
}


static void close_while_writing(uv_loop_t* loop) {
  pair(loop);
  actor_write(&one, FLOOD, NULL);
  actor_write(&one, 1, NULL);
  actor_shutdown(&one, NULL);
  actor_close(&one, end);
}


static void open_again(uv_loop_t* loop) {
  uv_os_fd_t fd;

  pair(loop);
  actor_serve(&server, loop, NULL);
  assert(0 == uv_fileno((uv_handle_t*) &server.tcp, &fd));
  told(&one, "open", uv_tcp_open(&one.tcp, fd));
  actor_init(&client, loop, "client");
  told(&client, "open", uv_tcp_open(&client.tcp, 12345));
  actor_names(&client);
  told(&client, "open", uv_tcp_open(&client.tcp, fd));
  end(&one, 0);
}


const struct scenario scenarios_pair[] = {
  { "fresh", fresh },
  { "it talks", talk },
  { "a writer is held back", held_back },
  { "closed", closed },
  { "written to when closed", write_to_closed },
  { "closed with unread bytes", closed_with_unread_bytes },
  { "reset", reset },
  { "closed while writing", close_while_writing },
  { "descriptors that cannot be opened", open_again },
  { NULL, NULL }
};
