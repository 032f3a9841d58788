/* SPDX-License-Identifier: MIT */

/* Every call in every state of a TCP handle. A scenario is a state; its trace
 * has the result of each call in it, on a new handle. A closing handle is not
 * among them: native libuv aborts, and the TypeScript API throws.
 */

#include <assert.h>
#include <stddef.h>

#include "oracle.h"

static uv_loop_t* loop;


/* --- The states -------------------------------------------------------------
 */

static void wake(actor_t* actor, int status) {
  uv_stop(loop);
}


static void fresh(void) {
  actor_serve(&server, loop, NULL);
  actor_init(&client, loop, "client");
}


static void socket_made(void) {
  actor_serve(&server, loop, NULL);
  actor_init(&client, loop, "client");
  uv_close((uv_handle_t*) &client.tcp, NULL);
  uv_run(loop, UV_RUN_NOWAIT);
  assert(0 == uv_tcp_init_ex(loop, &client.tcp, AF_INET));
}


static void bound(void) {
  fresh();
  actor_bind(&client, "127.0.0.1", 0, 0);
}


static void taken(void) {
  fresh();
  actor_bind(&client, "127.0.0.1", actor_port(&server), 0);
}


static void listening(void) {
  bound();
  actor_listen(&client, NULL);
}


static void connecting(void) {
  fresh();
  actor_call(&client, &server, NULL);
}


static void connected(void) {
  meet(loop, wake);
  uv_run(loop, UV_RUN_DEFAULT);
}


static void refused(void) {
  actor_t gone;
  int port;

  fresh();
  actor_serve(&gone, loop, NULL);
  port = actor_port(&gone);
  uv_close((uv_handle_t*) &gone.tcp, NULL);
  actor_connect(&client, "127.0.0.1", port, wake);
  uv_run(loop, UV_RUN_DEFAULT);
}


static void reading(void) {
  connected();
  actor_read(&client, 0, NULL);
}


static void writing(void) {
  connected();
  actor_write(&client, FLOOD, NULL);
}


static void shutting(void) {
  connected();
  actor_shutdown(&client, NULL);
}


static void shutting_behind_write(void) {
  writing();
  actor_shutdown(&client, NULL);
}


static void shut(void) {
  connected();
  actor_shutdown(&client, wake);
  uv_run(loop, UV_RUN_DEFAULT);
}


static void ended(void) {
  connected();
  actor_shutdown(&peer, NULL);
  actor_read(&client, 0, wake);
  uv_run(loop, UV_RUN_DEFAULT);
}


static void over_both_ways(void) {
  ended();
  actor_shutdown(&client, wake);
  uv_run(loop, UV_RUN_DEFAULT);
}


static void reset(void) {
  connected();
  actor_read(&client, 0, wake);
  actor_close_reset(&peer, NULL);
  uv_run(loop, UV_RUN_DEFAULT);
}


static void on_peer_closed(actor_t* actor, int status) {
  settle(&server, wake);
}


static void reset_unseen(void) {
  connected();
  actor_close_reset(&peer, on_peer_closed);
  uv_run(loop, UV_RUN_DEFAULT);
}


static void ended_unseen(void) {
  connected();
  actor_close(&peer, on_peer_closed);
  uv_run(loop, UV_RUN_DEFAULT);
}


/* --- The calls --------------------------------------------------------------
 */

static void do_look(void) {
  actor_look(&client);
}


static void do_names(void) {
  actor_names(&client);
}


static void do_fileno(void) {
  uv_os_fd_t fd;

  told(&client, "fileno", uv_fileno((uv_handle_t*) &client.tcp, &fd));
}


static void do_buffer_sizes(void) {
  int value;

  value = 0;
  told(&client,
       "sendBufferSize",
       uv_send_buffer_size((uv_handle_t*) &client.tcp, &value));
  value = 0;
  told(&client,
       "receiveBufferSize",
       uv_recv_buffer_size((uv_handle_t*) &client.tcp, &value));
}


static void do_nodelay(void) {
  told(&client, "setNoDelay", uv_tcp_nodelay(&client.tcp, 1));
}


static void do_keepalive(void) {
  told(&client, "setKeepAlive", uv_tcp_keepalive(&client.tcp, 1, 60));
}


static void do_no_keepalive(void) {
  told(&client, "setKeepAlive off", uv_tcp_keepalive(&client.tcp, 0, 0));
}


static void do_keepalive_at_once(void) {
  told(&client, "setKeepAlive 0", uv_tcp_keepalive(&client.tcp, 1, 0));
}


static void do_bind(void) {
  actor_bind(&client, "127.0.0.1", 0, 0);
}


static void do_bind6(void) {
  actor_bind(&client, "::1", 0, 0);
}


static void do_listen(void) {
  actor_listen(&client, NULL);
}


static void do_accept(void) {
  static actor_t unwanted;

  actor_accept(&client, &unwanted, "unwanted");
}


static void do_connect(void) {
  actor_call(&client, &server, NULL);
}


static void do_read_start(void) {
  actor_read(&client, 0, NULL);
}


static void do_read_stop(void) {
  actor_read_stop(&client);
}


static void do_write(void) {
  actor_write(&client, 1, NULL);
}


static void do_write_nothing(void) {
  actor_write(&client, 0, NULL);
}


static void do_try_write(void) {
  actor_try_write(&client, 1);
}


static void do_try_write_nothing(void) {
  actor_try_write(&client, 0);
}


static void do_shutdown(void) {
  actor_shutdown(&client, NULL);
}


static void do_close_reset(void) {
  actor_close_reset(&client, NULL);
}


static void (*const calls[])(void) = {
  do_look,
  do_names,
  do_fileno,
  do_buffer_sizes,
  do_nodelay,
  do_keepalive,
  do_no_keepalive,
  do_keepalive_at_once,
  do_bind,
  do_bind6,
  do_listen,
  do_accept,
  do_connect,
  do_read_start,
  do_read_stop,
  do_write,
  do_write_nothing,
  do_try_write,
  do_try_write_nothing,
  do_shutdown,
  do_close_reset,
};


static void each_call(void (*reach)(void)) {
  static uv_loop_t own_loop;
  size_t i;

  loop = &own_loop;

  for (i = 0; i < ARRAY_SIZE(calls); i++) {
    assert(0 == uv_loop_init(loop));
    hush(1);
    reach();
    hush(0);
    calls[i]();
    close_all(loop);
    assert(0 == uv_loop_close(loop));
  }
}


#define STATE(state)                                                          \
  static void in_##state(uv_loop_t* unused) {                                 \
    each_call(state);                                                         \
  }

STATE(fresh)
STATE(socket_made)
STATE(bound)
STATE(taken)
STATE(listening)
STATE(connecting)
STATE(connected)
STATE(refused)
STATE(reading)
STATE(writing)
STATE(shutting)
STATE(shutting_behind_write)
STATE(shut)
STATE(ended)
STATE(ended_unseen)
STATE(over_both_ways)
STATE(reset)
STATE(reset_unseen)

const struct scenario scenarios_states[] = {
  { "fresh", in_fresh },
  { "socket made", in_socket_made },
  { "bound", in_bound },
  { "bound to a taken port", in_taken },
  { "listening", in_listening },
  { "connecting", in_connecting },
  { "connected", in_connected },
  { "refused", in_refused },
  { "reading", in_reading },
  { "writing", in_writing },
  { "shutting down", in_shutting },
  { "shutting down behind a write", in_shutting_behind_write },
  { "shut down", in_shut },
  { "ended by the peer", in_ended },
  { "closed by the peer, unseen", in_ended_unseen },
  { "over both ways", in_over_both_ways },
  { "reset", in_reset },
  { "reset, unseen", in_reset_unseen },
  { NULL, NULL }
};
