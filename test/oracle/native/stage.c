/* SPDX-License-Identifier: MIT */

/* The start and the end of scenarios, and their peer process. */

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "oracle.h"

static int ends;
static int met;
static actor_cb met_then;
static struct {
  uv_tcp_t listener;
  uv_tcp_t caller;
  uv_connect_t req;
} late[2];
static actor_t* settled_actor;
static actor_cb settled_then;
static uv_process_t peer_process;
static actor_t peer_actor;
static actor_cb peer_then;

actor_t server;
actor_t client;
actor_t peer;


/* --- The peer process -------------------------------------------------------
 */

static void on_peer_closed(uv_handle_t* handle) {
  if (peer_then != NULL)
    peer_then(&peer_actor, 0);
}


static void on_peer_exit(uv_process_t* process, int64_t status, int signal) {
  say("process gone");
  uv_close((uv_handle_t*) process, on_peer_closed);
}


void peer_start(const actor_t* server, const char* script, actor_cb then) {
  static char program[4096];
  static char port[16];
  char* args[4];
  uv_process_options_t options;
  size_t size;

  size = sizeof(program);
  assert(0 == uv_exepath(program, &size));
  strcpy(strrchr(program, '/'), "/peer");
  snprintf(port, sizeof(port), "%d", actor_port(server));
  args[0] = program;
  args[1] = port;
  args[2] = (char*) script;
  args[3] = NULL;
  memset(&options, 0, sizeof(options));
  options.file = program;
  options.args = args;
  options.exit_cb = on_peer_exit;
  peer_actor.loop = server->loop;
  peer_then = then;
  assert(0 == uv_spawn(server->loop, &peer_process, &options));
}


void peer_kill(void) {
  assert(0 == uv_process_kill(&peer_process, SIGKILL));
}


static void close_one(uv_handle_t* handle, void* arg) {
  if (!uv_is_closing(handle))
    uv_close(handle, NULL);
}


void close_all(uv_loop_t* loop) {
  hush(1);
  uv_walk(loop, close_one, NULL);
  uv_run(loop, UV_RUN_DEFAULT);
  hush(0);
}


/* --- The start and the end of scenarios -------------------------------------
 */

static void on_met(actor_t* actor, int status) {
  if (actor == &server) {
    server.on_connection = NULL;
    actor_accept(&server, &peer, "peer");
  }

  if (++met < 2)
    return;

  hush(0);
  met_then(&client, 0);
}


void meet(uv_loop_t* loop, actor_cb then) {
  met = 0;
  met_then = then;
  hush(1);
  actor_serve(&server, loop, on_met);
  actor_init(&client, loop, "client");
  actor_call(&client, &server, on_met);
}


static void call_late(int way);


static void on_late_connect(uv_connect_t* req, int status) {
}


static void on_late(uv_stream_t* stream, int status) {
  if (stream == (uv_stream_t*) &late[0].listener)
    call_late(1);
  else
    settled_then(settled_actor, 0);
}


static void call_late(int way) {
  struct sockaddr_storage addr;
  uv_loop_t* loop;
  uv_tcp_t* listener;
  int length;

  loop = settled_actor->loop;
  listener = &late[way].listener;
  length = sizeof(addr);
  assert(0 == uv_tcp_init(loop, listener));
  assert(0 == uv_listen((uv_stream_t*) listener, 1, on_late));
  assert(0 == uv_tcp_getsockname(listener, (struct sockaddr*) &addr, &length));
  assert(0 == uv_tcp_init(loop, &late[way].caller));
  assert(0 == uv_tcp_connect(&late[way].req,
                             &late[way].caller,
                             (struct sockaddr*) &addr,
                             on_late_connect));
}


void settle(actor_t* actor, actor_cb then) {
  settled_actor = actor;
  settled_then = then;
  call_late(0);
}


void expect_ends(int count) {
  ends = count;
}


void end(actor_t* actor, int status) {
  if (--ends <= 0)
    end_now(actor->loop);
}


void end_now(uv_loop_t* loop) {
  hush(1);
  uv_stop(loop);
}
