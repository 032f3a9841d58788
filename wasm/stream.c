/* SPDX-License-Identifier: MIT */

/* Streams: listening, reading, writing. */

#include "uvw-internal.h"
#include "uv_host.h"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>

/* The number of completed write requests that are kept for reuse. */
#define UVW_WRITE_REQS_MAX 64

/* Linked through `data`. */
static uv_write_t* uvw__write_reqs;
static int uvw__write_reqs_count;


static uv_write_t* uvw__write_req_take(int id) {
  uv_write_t* req;

  req = uvw__write_reqs;
  if (req == NULL)
    return uvw__req_alloc(sizeof(*req), id);

  uvw__write_reqs = req->data;
  uvw__write_reqs_count--;
  req->data = (void*) (intptr_t) id;
  return req;
}


static void uvw__write_req_give(uv_write_t* req) {
  if (uvw__write_reqs_count == UVW_WRITE_REQS_MAX) {
    uvw_free(req);
    return;
  }

  req->data = uvw__write_reqs;
  uvw__write_reqs = req;
  uvw__write_reqs_count++;
}


void uvw__write_reqs_free(void) {
  while (uvw__write_reqs_count != 0)
    uvw_free(uvw__write_req_take(0));
}


static void uvw__on_connection(uv_stream_t* server, int status) {
  uvh_on_connection(uvw__handle_id((uv_handle_t*) server), status);
}


int uvw_listen(uv_stream_t* server, int backlog) {
  /* The stream is connected, or was asked to connect. libuv would abort if it
   * has work pending for that.
   */
  if (uv_is_readable(server) || uv_is_writable(server))
    return UV_EINVAL;

  if (server->accepted_fd == -1)
    return uv_listen(server, backlog, uvw__on_connection);

  /* A connection is waiting for uvw_accept(). uv_listen() would watch for the
   * next one nevertheless, and libuv aborts when that arrives.
   */
  if (listen(server->io_watcher.fd, backlog))
    return uv_translate_sys_error(errno);

  return 0;
}


int uvw_accept(uv_stream_t* server, uv_stream_t* client) {
  return uv_accept(server, client);
}


static void uvw__on_alloc(uv_handle_t* handle, size_t hint, uv_buf_t* buf) {
  buf->base = UVH_PAYLOAD;
  buf->len = UVW_READ_SIZE;
}


static void uvw__on_read(uv_stream_t* stream,
                         ssize_t nread,
                         const uv_buf_t* buf) {
  uvh_on_read(uvw__handle_id((uv_handle_t*) stream), (int) nread);
}


int uvw_read_start(uv_stream_t* stream) {
  return uv_read_start(stream, uvw__on_alloc, uvw__on_read);
}


int uvw_read_stop(uv_stream_t* stream) {
  return uv_read_stop(stream);
}


static void uvw__on_write(uv_write_t* req, int status) {
  int id;

  /* First, so that a write from within the callback can reuse it. */
  id = uvw__req_id((uv_req_t*) req);
  uvw__write_req_give(req);
  uvh_on_write(id, status);
}


int uvw_write(uv_stream_t* stream, int id, int weight) {
  uv_write_t* req;
  uv_buf_t buf;
  int err;

  /* libuv adds up the weights in a size_t, and each request takes more memory
   * than its weight. So the sum cannot overflow, whatever the number of bytes.
   */
  if (weight != 0 && weight != 1)
    return UV_EINVAL;

  req = uvw__write_req_take(id);
  if (req == NULL)
    return UV_ENOMEM;

  buf = uv_buf_init(UVH_PAYLOAD + id, weight);
  err = uv_write(req, stream, &buf, 1, uvw__on_write);
  if (err)
    uvw__write_req_give(req);

  return err;
}


int uvw_try_write(uv_stream_t* stream, unsigned int length) {
  uv_buf_t buf;

  if (length > INT_MAX)
    return UV_EINVAL;

  buf = uv_buf_init(UVH_PAYLOAD, length);
  return uv_try_write(stream, &buf, 1);
}


static void uvw__on_shutdown(uv_shutdown_t* req, int status) {
  uvh_on_shutdown(uvw__req_id((uv_req_t*) req), status);
  uvw_free(req);
}


int uvw_shutdown(uv_stream_t* stream, int id) {
  uv_shutdown_t* req;
  int err;

  req = uvw__req_alloc(sizeof(*req), id);
  if (req == NULL)
    return UV_ENOMEM;

  err = uv_shutdown(req, stream, uvw__on_shutdown);
  if (err)
    uvw_free(req);

  return err;
}


int uvw_is_readable(const uv_stream_t* stream) {
  return uv_is_readable(stream);
}


int uvw_is_writable(const uv_stream_t* stream) {
  return uv_is_writable(stream);
}
