/* SPDX-License-Identifier: MIT */

/* Sockets with paths: their names, and the results of calls. The behaviour of
 * streams is tested with TCP. Names are printed without their folder.
 */

#include "oracle.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The length of the longest path, without its NUL. */
#define LONGEST 108

typedef struct ear_s ear_t;

struct ear_s {
  uv_pipe_t pipe;
  const char* name;
  uv_connect_t connect_req;
  uv_shutdown_t shutdown_req;
  uv_write_t write_req;
  int received;
  void (*then)(ear_t* ear);  /* Called after a write. */
};

static ear_t hub;
static ear_t one;
static ear_t other;
static char folder[] = "/tmp/uvw-oracle-XXXXXX";
static char bytes[1024];
static char path[256];


/* The path of a name in the scenario's folder. */
static const char* at(const char* name) {
  snprintf(path, sizeof(path), "%s/%s", folder, name);
  return path;
}


/* A path of `length` bytes. */
static const char* long_path(size_t length) {
  at("");
  memset(path + strlen(path), 'x', length - strlen(path));
  path[length] = '\0';
  return path;
}


static void begin(void) {
  char* made;

  made = mkdtemp(folder);
  assert(made != NULL);
}


static void leave(uv_loop_t* loop) {
  close_all(loop);
  rmdir(folder);
  end_now(loop);
}


static void on_end(ear_t* ear) {
  leave(ear->pipe.loop);
}


static int report(const ear_t* ear, const char* call, int result) {
  say("%s %s = %s", ear->name, call, status_name(result));
  return result;
}


static void init(ear_t* ear, uv_loop_t* loop, const char* name) {
  memset(ear, 0, sizeof(*ear));
  ear->name = name;
  uv_pipe_init(loop, &ear->pipe, 0);
  ear->pipe.data = ear;
}


static void take_with(ear_t* ear, const char* name, unsigned int flags) {
  report(ear, "bind", uv_pipe_bind2(&ear->pipe, name, strlen(name), flags));
}


static void take(ear_t* ear, const char* name) {
  take_with(ear, at(name), 0);
}


static void told_name(const ear_t* ear,
                      const char* call,
                      int r,
                      size_t length) {
  static char text[256];
  const char* name;

  if (r != 0) {
    report(ear, call, r);
    return;
  }

  snprintf(text, sizeof(text), "%.*s", (int) length, path);
  name = strrchr(text, '/');
  if (length == LONGEST)
    say("%s %s is cut", ear->name, call);
  else
    say("%s %s is '%s'", ear->name, call, name == NULL ? text : name + 1);
}


static void names(const ear_t* ear) {
  size_t length;
  int r;

  length = sizeof(path);
  r = uv_pipe_getsockname(&ear->pipe, path, &length);
  told_name(ear, "sockname", r, length);

  length = sizeof(path);
  r = uv_pipe_getpeername(&ear->pipe, path, &length);
  told_name(ear, "peername", r, length);
}


static void on_alloc(uv_handle_t* handle, size_t hint, uv_buf_t* buf) {
  static char room[65536];

  *buf = uv_buf_init(room, sizeof(room));
}


static void on_read(uv_stream_t* stream, ssize_t nread, const uv_buf_t* buf) {
  ear_t* ear;

  ear = stream->data;
  if (nread >= 0) {
    ear->received += nread;
    return;
  }

  say("%s read %d %s", ear->name, ear->received, status_name(nread));
  on_end(ear);
}


static void hear(ear_t* ear) {
  int r;

  r = uv_read_start((uv_stream_t*) &ear->pipe, on_alloc, on_read);
  if (report(ear, "readStart", r) != 0)
    on_end(ear);
}


static void on_connect(uv_connect_t* req, int status) {
  ear_t* ear;

  ear = req->handle->data;
  say("%s connect %s", ear->name, status_name(status));
  if (uv_is_closing((uv_handle_t*) &ear->pipe))
    return;

  names(ear);
  if (status == 0)
    hear(ear);
  else
    on_end(ear);
}


static int call_with(ear_t* ear, const char* name, unsigned int flags) {
  return report(ear,
                "connect",
                uv_pipe_connect2(&ear->connect_req,
                                 &ear->pipe,
                                 name,
                                 strlen(name),
                                 flags,
                                 on_connect));
}


static int call(ear_t* ear, const char* name) {
  return call_with(ear, at(name), 0);
}


static void on_written(uv_write_t* req, int status) {
  ear_t* ear;

  ear = req->handle->data;
  say("%s write %s", ear->name, status_name(status));
  if (ear->then != NULL)
    ear->then(ear);
}


static void put(ear_t* ear, int length) {
  uv_buf_t buf;

  buf = uv_buf_init(bytes, length);
  report(ear,
         "write",
         uv_write(&ear->write_req,
                  (uv_stream_t*) &ear->pipe,
                  &buf,
                  1,
                  on_written));
}


static void on_shutdown(uv_shutdown_t* req, int status) {
  ear_t* ear;

  ear = req->handle->data;
  say("%s shutdown %s", ear->name, status_name(status));
}


static void finish(ear_t* ear) {
  report(ear,
         "shutdown",
         uv_shutdown(&ear->shutdown_req,
                     (uv_stream_t*) &ear->pipe,
                     on_shutdown));
}


static void hang_up(ear_t* ear) {
  uv_close((uv_handle_t*) &ear->pipe, NULL);
}


static void listen_on(ear_t* ear, uv_connection_cb then) {
  report(ear, "listen", uv_listen((uv_stream_t*) &ear->pipe, 8, then));
}


static void accept_other(uv_stream_t* stream) {
  init(&other, stream->loop, "other");
  report(&other, "accept", uv_accept(stream, (uv_stream_t*) &other.pipe));
}


static void on_caller(uv_stream_t* stream, int status) {
  accept_other(stream);
  names(&other);
  put(&other, 1000);
  finish(&other);
}


static void there(uv_loop_t* loop) {
  begin();
  init(&hub, loop, "hub");
  init(&one, loop, "one");
  names(&hub);
  take(&hub, "hub");
  names(&hub);
  listen_on(&hub, on_caller);
  names(&hub);
  call(&one, "hub");
}


/* Closing a pipe with unread bytes resets its peer. */
static void close_other(ear_t* ear) {
  accept_other((uv_stream_t*) &hub.pipe);
  hang_up(&other);
}


static void on_unheard_caller(uv_stream_t* stream, int status) {
}


static void on_polite_connect(uv_connect_t* req, int status) {
  one.then = close_other;
  put(&one, 1000);
  hear(&one);
}


static void unread(uv_loop_t* loop) {
  begin();
  init(&hub, loop, "hub");
  init(&one, loop, "one");
  take(&hub, "hub");
  listen_on(&hub, on_unheard_caller);
  uv_pipe_connect(&one.connect_req, &one.pipe, at("hub"), on_polite_connect);
}


static void nobody(uv_loop_t* loop) {
  begin();
  init(&one, loop, "one");
  call(&one, "nobody");
}


static void deaf(uv_loop_t* loop) {
  begin();
  init(&hub, loop, "hub");
  init(&one, loop, "one");
  take(&hub, "hub");
  call(&one, "hub");
}


static void taken(uv_loop_t* loop) {
  begin();
  init(&hub, loop, "hub");
  init(&one, loop, "one");
  init(&other, loop, "other");
  take(&hub, "hub");
  take(&hub, "again");
  take(&one, "hub");
  names(&one);
  take(&one, "one");
  hang_up(&hub);
  take(&other, "hub");
  leave(loop);
}


static void no_folder(uv_loop_t* loop) {
  begin();
  init(&one, loop, "one");
  take(&one, "no/such");
  call(&one, "no/such");
}


static void too_long(uv_loop_t* loop) {
  begin();
  init(&hub, loop, "hub");
  init(&one, loop, "one");
  take_with(&hub, long_path(LONGEST + 1), UV_PIPE_NO_TRUNCATE);
  names(&hub);
  call_with(&one, long_path(LONGEST + 1), UV_PIPE_NO_TRUNCATE);
  leave(loop);
}


static void cut(uv_loop_t* loop) {
  begin();
  init(&hub, loop, "hub");
  take_with(&hub, long_path(LONGEST + 10), 0);
  names(&hub);
  leave(loop);
}


static void wrong_flags(uv_loop_t* loop) {
  begin();
  init(&one, loop, "one");
  report(&one, "listen", uv_listen((uv_stream_t*) &one.pipe, 8, on_caller));
  report(&one, "chmod", uv_pipe_chmod(&one.pipe, UV_READABLE));
  finish(&one);
  take(&one, "one");
  report(&one, "chmod", uv_pipe_chmod(&one.pipe, UV_READABLE));
  report(&one, "chmod", uv_pipe_chmod(&one.pipe, UV_READABLE | UV_WRITABLE));
  finish(&one);
  leave(loop);
}


static void on_early_caller(uv_stream_t* stream, int status) {
  accept_other(stream);
  names(&other);
  hear(&other);
}


static void close_early(uv_loop_t* loop) {
  begin();
  init(&hub, loop, "hub");
  init(&one, loop, "one");
  take(&hub, "hub");
  listen_on(&hub, on_early_caller);
  call(&one, "hub");
  hang_up(&one);
}


/* A bound pipe is not readable or writable after it has connected: a bug of
 * libuv's.
 */
static void from_name(uv_loop_t* loop) {
  begin();
  init(&hub, loop, "hub");
  init(&one, loop, "one");
  take(&hub, "hub");
  listen_on(&hub, on_early_caller);
  take(&one, "one");
  call(&one, "hub");
}


const struct scenario scenarios_pipe[] = {
  { "there and back", there },
  { "closed with something unread", unread },
  { "nobody there", nobody },
  { "bound, not listening", deaf },
  { "taken", taken },
  { "no folder", no_folder },
  { "too long", too_long },
  { "cut", cut },
  { "calls too early", wrong_flags },
  { "closed early", close_early },
  { "connected by a name", from_name },
  { NULL, NULL },
};
