/* SPDX-License-Identifier: MIT */

/* Pipes: streams that are named by paths. */

#include "uvw-internal.h"


uv_pipe_t* uvw_pipe_init(int id) {
  uv_pipe_t* pipe;

  pipe = uvw__handle_alloc(sizeof(*pipe), id);
  if (pipe == NULL)
    return uvw__handle_result(NULL, UV_ENOMEM);

  return uvw__handle_result(pipe, uv_pipe_init(&uvw__loop, pipe, 0));
}


int uvw_pipe_bind(uv_pipe_t* pipe,
                  const char* name,
                  size_t len,
                  unsigned int flags) {
  return uv_pipe_bind2(pipe, name, len, flags);
}


int uvw_pipe_connect(uv_pipe_t* pipe,
                     int id,
                     const char* name,
                     size_t len,
                     unsigned int flags) {
  uv_connect_t* req;
  int err;

  /* libuv would lose the first request. */
  if (pipe->connect_req != NULL)
    return UV_EALREADY;

  /* The error of connect() for a pipe that listens. libuv would report it
   * later, and abort then.
   */
  if (pipe->connection_cb != NULL)
    return UV_EINVAL;

  req = uvw__req_alloc(sizeof(*req), id);
  if (req == NULL)
    return UV_ENOMEM;

  err = uv_pipe_connect2(req, pipe, name, len, flags, uvw__on_connect);
  if (err)
    uvw_free(req);

  return err;
}


static int uvw__pipe_name(int (*get)(const uv_pipe_t*, char*, size_t*),
                          const uv_pipe_t* pipe,
                          char* out) {
  size_t size;
  int err;

  size = UVW_SCRATCH_SIZE;
  err = get(pipe, out, &size);
  return err ? err : (int) size;
}


int uvw_pipe_getsockname(const uv_pipe_t* pipe, char* out) {
  return uvw__pipe_name(uv_pipe_getsockname, pipe, out);
}


int uvw_pipe_getpeername(const uv_pipe_t* pipe, char* out) {
  return uvw__pipe_name(uv_pipe_getpeername, pipe, out);
}


int uvw_pipe_chmod(uv_pipe_t* pipe, int mode) {
  return uv_pipe_chmod(pipe, mode);
}
