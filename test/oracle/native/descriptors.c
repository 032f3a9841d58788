/* SPDX-License-Identifier: MIT */

/* Calls in a process that has run out of descriptors. */

#include <assert.h>
#include <sys/resource.h>

#include "oracle.h"

/* More descriptors than this process has open. */
#define LIMIT 64

static uv_tcp_t fillers[LIMIT];
static int filled;


/* Closes the socket that was bound last. */
static void release(void) {
  uv_close((uv_handle_t*) &fillers[--filled], NULL);
}


/* Binds sockets until there is no descriptor left. */
static void fill(uv_loop_t* loop) {
  struct sockaddr_storage addr;
  struct rlimit limit;
  int err;

  limit.rlim_cur = LIMIT;
  limit.rlim_max = LIMIT;
  assert(0 == setrlimit(RLIMIT_NOFILE, &limit));
  addr = address_of("127.0.0.1", 0);

  do {
    assert(0 == uv_tcp_init(loop, &fillers[filled]));
    err = uv_tcp_bind(&fillers[filled++], (struct sockaddr*) &addr, 0);
  } while (err == 0);

  /* The socket that could not be bound. */
  release();
  say("fill %s", status_name(err));
}


static int make_socket(actor_t* actor, uv_loop_t* loop, const char* name) {
  actor_init(actor, loop, name);
  uv_close((uv_handle_t*) &actor->tcp, NULL);
  uv_run(loop, UV_RUN_NOWAIT);
  return told(actor, "socket", uv_tcp_init_ex(loop, &actor->tcp, AF_INET));
}


static void one_too_many(uv_loop_t* loop) {
  static actor_t one;
  static actor_t other;

  fill(loop);
  make_socket(&one, loop, "one");
  release();
  make_socket(&one, loop, "one");
  make_socket(&other, loop, "other");
  release();
  make_socket(&other, loop, "other");
  end(&one, 0);
}


static void fresh_handle(uv_loop_t* loop) {
  static actor_t one;

  fill(loop);
  actor_init(&one, loop, "one");
  actor_bind(&one, "127.0.0.1", 0, 0);
  actor_look(&one);
  actor_names(&one);
  end(&one, 0);
}


static void each_call(uv_loop_t* loop) {
  static actor_t one;
  static actor_t two;
  static actor_t three;

  fill(loop);
  actor_init(&one, loop, "one");
  actor_init(&two, loop, "two");
  actor_init(&three, loop, "three");
  actor_bind(&one, "127.0.0.1", 0, 0);
  actor_listen(&two, NULL);
  actor_connect(&three, "127.0.0.1", 9, NULL);
  release();
  actor_bind(&one, "127.0.0.1", 0, 0);
  actor_listen(&one, NULL);
  actor_listen(&two, NULL);
  release();
  actor_listen(&two, NULL);
  end(&one, 0);
}


static void accept_it(actor_t* actor, int status) {
  actor_accept(actor, &peer, "peer");
  end(actor, 0);
}


static void call_again(actor_t* actor, int status) {
  static actor_t again;

  release();
  release();
  actor_init(&again, actor->loop, "again");
  actor_call(&again, &server, end);
}


static void read_it(actor_t* actor, int status) {
  actor_read(actor, 0, call_again);
}


static void nothing_to_accept_with(uv_loop_t* loop) {
  expect_ends(2);
  actor_serve(&server, loop, accept_it);
  actor_init(&client, loop, "client");
  fill(loop);
  release();
  actor_call(&client, &server, read_it);
}


const struct scenario scenarios_descriptors[] = {
  { "one too many", one_too_many },
  { "a handle without a socket", fresh_handle },
  { "calls that need one", each_call },
  { "nothing to accept with", nothing_to_accept_with },
  { NULL, NULL }
};
