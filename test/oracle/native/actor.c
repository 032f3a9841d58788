/* SPDX-License-Identifier: MIT */

/* The calls of actors, and the lines that they print. */

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

/* A request, and the function to call when it is finished. */
struct task {
  union {
    uv_connect_t connect;
    uv_write_t write;
    uv_shutdown_t shutdown;
  } req;
  actor_t* actor;
  actor_cb then;
};

static int silent;
static char flood[FLOOD];


/* --- Printing ---------------------------------------------------------------
 */

void hush(int yes) {
  silent += yes ? 1 : -1;
}


void say(const char* format, ...) {
  va_list args;

  if (silent)
    return;

  va_start(args, format);
  vprintf(format, args);
  va_end(args);
  putchar('\n');
  fflush(stdout);
}


const char* status_name(int status) {
  return status == 0 ? "0" : uv_err_name(status);
}


int told(const actor_t* actor, const char* call, int result) {
  if (result > 0)
    say("%s %s = %d", actor->name, call, result);
  else
    say("%s %s = %s", actor->name, call, status_name(result));

  return result;
}


/* --- Calls of actors --------------------------------------------------------
 */

static void finish(struct task* task, const char* event, int status) {
  actor_t* actor;
  actor_cb then;

  actor = task->actor;
  then = task->then;
  free(task);
  say("%s %s %s", actor->name, event, status_name(status));

  if (then != NULL)
    then(actor, status);
}


static struct task* task_new(actor_t* actor, actor_cb then) {
  struct task* task;

  task = calloc(1, sizeof(*task));
  assert(task != NULL);
  task->actor = actor;
  task->then = then;
  return task;
}


static int task_begun(struct task* task, const char* call, int status) {
  told(task->actor, call, status);

  if (status != 0)
    free(task);

  return status;
}


void actor_init(actor_t* actor, uv_loop_t* loop, const char* name) {
  memset(actor, 0, sizeof(*actor));
  actor->name = name;
  actor->loop = loop;
  assert(0 == uv_tcp_init(loop, &actor->tcp));
  actor->tcp.data = actor;
}


struct sockaddr_storage address_of(const char* host, int port) {
  struct sockaddr_storage storage;

  memset(&storage, 0, sizeof(storage));

  if (uv_ip4_addr(host, port, (struct sockaddr_in*) &storage) != 0)
    assert(0 == uv_ip6_addr(host, port, (struct sockaddr_in6*) &storage));

  return storage;
}


int actor_bind(actor_t* actor, const char* host, int port, unsigned int flags) {
  struct sockaddr_storage addr;

  addr = address_of(host, port);
  return told(actor,
              "bind",
              uv_tcp_bind(&actor->tcp, (struct sockaddr*) &addr, flags));
}


static void on_connection(uv_stream_t* stream, int status) {
  actor_t* actor;

  actor = stream->data;
  say("%s connection %s", actor->name, status_name(status));

  if (actor->on_connection != NULL)
    actor->on_connection(actor, status);
}


int actor_listen(actor_t* actor, actor_cb then) {
  actor->on_connection = then;
  return told(actor,
              "listen",
              uv_listen((uv_stream_t*) &actor->tcp, 128, on_connection));
}


void actor_serve(actor_t* actor, uv_loop_t* loop, actor_cb then) {
  struct sockaddr_storage addr;

  actor_init(actor, loop, "server");
  addr = address_of("127.0.0.1", 0);
  assert(0 == uv_tcp_bind(&actor->tcp, (struct sockaddr*) &addr, 0));
  assert(0 == uv_listen((uv_stream_t*) &actor->tcp, 128, on_connection));
  actor->on_connection = then;
}


int actor_accept(actor_t* actor, actor_t* peer, const char* name) {
  int err;

  actor_init(peer, actor->loop, name);
  err = uv_accept((uv_stream_t*) &actor->tcp, (uv_stream_t*) &peer->tcp);

  if (err != 0)
    uv_close((uv_handle_t*) &peer->tcp, NULL);

  return told(actor, "accept", err);
}


static void on_connect(uv_connect_t* req, int status) {
  finish((struct task*) req, "connect", status);
}


int actor_connect(actor_t* actor, const char* host, int port, actor_cb then) {
  struct sockaddr_storage addr;
  struct task* task;

  addr = address_of(host, port);
  task = task_new(actor, then);
  return task_begun(task,
                    "connect",
                    uv_tcp_connect(&task->req.connect,
                                   &actor->tcp,
                                   (struct sockaddr*) &addr,
                                   on_connect));
}


int actor_call(actor_t* actor, const actor_t* server, actor_cb then) {
  return actor_connect(actor, "127.0.0.1", actor_port(server), then);
}


static void on_alloc(uv_handle_t* handle, size_t size, uv_buf_t* buf) {
  static char slab[65536];

  *buf = uv_buf_init(slab, sizeof(slab));
}


static void on_read(uv_stream_t* stream, ssize_t nread, const uv_buf_t* buf) {
  actor_t* actor;
  size_t received;

  actor = stream->data;

  if (nread > 0)
    actor->received += nread;

  if (nread >= 0 && (actor->wanted == 0 || actor->received < actor->wanted))
    return;

  received = actor->uncounted ? 0 : actor->received;
  actor->received = 0;

  if (nread >= 0 && actor->uncounted)
    say("%s read", actor->name);
  else if (nread >= 0)
    say("%s read %u", actor->name, (unsigned int) received);
  else if (received == 0)
    say("%s read %s", actor->name, status_name(nread));
  else
    say("%s read %u %s",
        actor->name,
        (unsigned int) received,
        status_name(nread));

  if (actor->on_read != NULL)
    actor->on_read(actor, nread < 0 ? nread : 0);
}


int actor_read(actor_t* actor, size_t wanted, actor_cb then) {
  actor->wanted = wanted;
  actor->on_read = then;
  return told(actor,
              "readStart",
              uv_read_start((uv_stream_t*) &actor->tcp, on_alloc, on_read));
}


int actor_read_stop(actor_t* actor) {
  return told(actor, "readStop", uv_read_stop((uv_stream_t*) &actor->tcp));
}


static void on_write(uv_write_t* req, int status) {
  finish((struct task*) req, "write", status);
}


int actor_write(actor_t* actor, size_t length, actor_cb then) {
  struct task* task;
  uv_buf_t buf;

  assert(length <= FLOOD);
  buf = uv_buf_init(flood, length);
  task = task_new(actor, then);
  return task_begun(task,
                    "write",
                    uv_write(&task->req.write,
                             (uv_stream_t*) &actor->tcp,
                             &buf,
                             1,
                             on_write));
}


int actor_try_write(actor_t* actor, size_t length) {
  uv_buf_t buf;

  buf = uv_buf_init(flood, length);
  return told(actor,
              "tryWrite",
              uv_try_write((uv_stream_t*) &actor->tcp, &buf, 1));
}


static void on_shutdown(uv_shutdown_t* req, int status) {
  finish((struct task*) req, "shutdown", status);
}


int actor_shutdown(actor_t* actor, actor_cb then) {
  struct task* task;

  task = task_new(actor, then);
  return task_begun(task,
                    "shutdown",
                    uv_shutdown(&task->req.shutdown,
                                (uv_stream_t*) &actor->tcp,
                                on_shutdown));
}


static void on_close(uv_handle_t* handle) {
  actor_t* actor;

  actor = handle->data;
  say("%s close", actor->name);

  if (actor->on_close != NULL)
    actor->on_close(actor, 0);
}


void actor_close(actor_t* actor, actor_cb then) {
  actor->on_close = then;
  uv_close((uv_handle_t*) &actor->tcp, on_close);
}


int actor_close_reset(actor_t* actor, actor_cb then) {
  int err;

  err = uv_tcp_close_reset(&actor->tcp, on_close);

  if (err == 0)
    actor->on_close = then;

  return told(actor, "closeReset", err);
}


void actor_look(const actor_t* actor) {
  const uv_stream_t* stream;

  stream = (const uv_stream_t*) &actor->tcp;
  say("%s %s %s %s %s",
      actor->name,
      uv_is_readable(stream) ? "readable" : "not-readable",
      uv_is_writable(stream) ? "writable" : "not-writable",
      uv_is_active((const uv_handle_t*) stream) ? "active" : "not-active",
      uv_stream_get_write_queue_size(stream) > 0 ? "queue" : "no-queue");
}


static void say_name(const actor_t* actor,
                     const char* call,
                     int err,
                     const struct sockaddr_storage* addr) {
  char host[64];
  int port;

  if (err != 0) {
    say("%s %s = %s", actor->name, call, status_name(err));
    return;
  }

  assert(0 == uv_ip_name((const struct sockaddr*) addr, host, sizeof(host)));
  port = ntohs(((const struct sockaddr_in*) addr)->sin_port);
  say("%s %s = %s %s", actor->name, call, host, port == 0 ? "no port" : "port");
}


void actor_names(const actor_t* actor) {
  struct sockaddr_storage addr;
  int length;
  int err;

  length = sizeof(addr);
  err = uv_tcp_getsockname(&actor->tcp, (struct sockaddr*) &addr, &length);
  say_name(actor, "sockname", err, &addr);

  length = sizeof(addr);
  err = uv_tcp_getpeername(&actor->tcp, (struct sockaddr*) &addr, &length);
  say_name(actor, "peername", err, &addr);
}


int actor_port(const actor_t* actor) {
  struct sockaddr_storage addr;
  int length;

  length = sizeof(addr);

  if (uv_tcp_getsockname(&actor->tcp, (struct sockaddr*) &addr, &length) != 0)
    return 0;

  /* The port has the same offset in both families. */
  return ntohs(((struct sockaddr_in*) &addr)->sin_port);
}
