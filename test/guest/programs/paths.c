/* SPDX-License-Identifier: MIT */

/* Sockets with paths.
 *
 *   paths serve PATH      an echo server for one client
 *   paths ask PATH WORD   sends a word, and prints the answer
 */

#include <uv.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uv_pipe_t server;
static uv_pipe_t peer;
static uv_connect_t connect_req;
static uv_shutdown_t shutdown_req;
static const char* word;


static void check(const char* what, int err) {
  if (err == 0)
    return;

  printf("%s: %s\n", what, uv_err_name(err));
  exit(1);
}


static void on_alloc(uv_handle_t* handle, size_t size, uv_buf_t* buf) {
  *buf = uv_buf_init(malloc(size), size);
}


static void on_shutdown(uv_shutdown_t* req, int status) {
  uv_close((uv_handle_t*) req->handle, NULL);
}


static void on_request(uv_stream_t* stream,
                       ssize_t nread,
                       const uv_buf_t* buf) {
  uv_buf_t answer;

  if (nread > 0) {
    answer = uv_buf_init(buf->base, nread);
    uv_try_write(stream, &answer, 1);
  } else if (nread < 0) {
    uv_shutdown(&shutdown_req, stream, on_shutdown);
  }

  free(buf->base);
}


static void on_connection(uv_stream_t* handle, int status) {
  check("connection", status);
  check("init", uv_pipe_init(handle->loop, &peer, 0));
  check("accept", uv_accept(handle, (uv_stream_t*) &peer));
  uv_close((uv_handle_t*) handle, NULL);
  uv_read_start((uv_stream_t*) &peer, on_alloc, on_request);
}


static void on_answer(uv_stream_t* stream, ssize_t nread, const uv_buf_t* buf) {
  if (nread > 0)
    printf("%.*s\n", (int) nread, buf->base);
  else if (nread < 0)
    uv_close((uv_handle_t*) stream, NULL);

  free(buf->base);
}


static void on_connect(uv_connect_t* req, int status) {
  uv_buf_t buf;

  check("connect", status);
  buf = uv_buf_init((char*) word, strlen(word));
  uv_try_write(req->handle, &buf, 1);
  uv_shutdown(&shutdown_req, req->handle, NULL);
  uv_read_start(req->handle, on_alloc, on_answer);
}


int main(int argc, char** argv) {
  uv_loop_t* loop;

  if (argc < 3)
    return 2;

  setvbuf(stdout, NULL, _IONBF, 0);
  loop = uv_default_loop();

  if (strcmp(argv[1], "serve") == 0) {
    uv_pipe_init(loop, &server, 0);
    check("bind", uv_pipe_bind(&server, argv[2]));
    check("listen", uv_listen((uv_stream_t*) &server, 8, on_connection));
    printf("listening\n");
  } else {
    word = argc > 3 ? argv[3] : "";
    uv_pipe_init(loop, &peer, 0);
    uv_pipe_connect(&connect_req, &peer, argv[2], on_connect);
  }

  uv_run(loop, UV_RUN_DEFAULT);
  return uv_loop_close(loop);
}
