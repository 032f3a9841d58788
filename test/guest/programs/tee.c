/* SPDX-License-Identifier: MIT */

/* Copies standard input to standard output, both as streams of libuv, and
 * prints the final status on standard error.
 */

#include <uv/pump.h>

#include <stdio.h>
#include <stdlib.h>

static uv_pipe_t in;
static uv_pipe_t out;


static void on_alloc(uv_handle_t* handle, size_t suggested, uv_buf_t* buf) {
  *buf = uv_buf_init(malloc(suggested), suggested);
}


static void on_write(uv_write_t* req, int status) {
  if (status != 0)
    fprintf(stderr, "write: %s\n", uv_err_name(status));

  free(req->data);
  free(req);
}


static void on_read(uv_stream_t* stream, ssize_t nread, const uv_buf_t* buf) {
  uv_write_t* req;
  uv_buf_t copy;

  if (nread < 0) {
    free(buf->base);
    fprintf(stderr, "%s\n", uv_err_name((int) nread));
    uv_close((uv_handle_t*) &in, NULL);
    uv_close((uv_handle_t*) &out, NULL);
    return;
  }

  req = malloc(sizeof(*req));
  req->data = buf->base;
  copy = uv_buf_init(buf->base, nread);
  uv_write(req, (uv_stream_t*) &out, &copy, 1, on_write);
}


int main(void) {
  uv_loop_t* loop;

  loop = uv_default_loop();
  uv_pipe_init(loop, &in, 0);
  uv_pipe_init(loop, &out, 0);

  if (uv_pipe_open(&in, 0) || uv_pipe_open(&out, 1))
    return 1;

  uv_read_start((uv_stream_t*) &in, on_alloc, on_read);
  /* Left to the host, so that a run can be recorded without threads. */
  uvp_run_and_exit(loop, NULL);
}
