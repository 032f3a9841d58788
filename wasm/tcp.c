/* SPDX-License-Identifier: MIT */

/* TCP handles. */

#include "uvw-internal.h"
#include "uvp.h"

#include <unistd.h>


uv_tcp_t* uvw_tcp_init(int id, unsigned int flags) {
  uv_tcp_t* tcp;

  tcp = uvw__handle_alloc(sizeof(*tcp), id);
  if (tcp == NULL)
    return uvw__handle_result(NULL, UV_ENOMEM);

  return uvw__handle_result(tcp, uv_tcp_init_ex(&uvw__loop, tcp, flags));
}


int uvw_tcp_adopt(uv_tcp_t* tcp, uv_tcp_t* from) {
  int err;
  int fd;

  fd = uvp_stream_detach((uv_stream_t*) from);
  if (fd < 0)
    return fd;

  err = uv_tcp_open(tcp, fd);
  if (err)
    close(fd);

  return err;
}


void uvw__on_connect(uv_connect_t* req, int status) {
  uvh_on_connect(uvw__req_id((uv_req_t*) req), status);
  uvw_free(req);
}


int uvw_tcp_connect(uv_tcp_t* tcp,
                    int id,
                    const char* host,
                    int port,
                    unsigned int flowinfo,
                    unsigned int scope_id) {
  struct sockaddr_storage addr;
  uv_connect_t* req;
  int err;

  err = uvw__address_parse(host, port, flowinfo, scope_id, &addr);
  if (err)
    return err;

  /* The handle listens. libuv would return the same error, but first it would
   * make the stream readable and writable, and abort if it is used so.
   */
  if (tcp->connection_cb != NULL)
    return UV_EISCONN;

  req = uvw__req_alloc(sizeof(*req), id);
  if (req == NULL)
    return UV_ENOMEM;

  err = uv_tcp_connect(req, tcp, (struct sockaddr*) &addr, uvw__on_connect);
  if (err)
    uvw_free(req);

  return err;
}


int uvw_tcp_nodelay(uv_tcp_t* tcp, int enable) {
  return uv_tcp_nodelay(tcp, enable);
}


int uvw_tcp_keepalive(uv_tcp_t* tcp, int enable, unsigned int delay) {
  return uv_tcp_keepalive(tcp, enable, delay);
}


int uvw_tcp_simultaneous_accepts(uv_tcp_t* tcp, int enable) {
  return uv_tcp_simultaneous_accepts(tcp, enable);
}


int uvw_tcp_close_reset(uv_tcp_t* tcp) {
  return uv_tcp_close_reset(tcp, uvw__on_close);
}


int uvw_socketpair(int fds[2]) {
  return uv_socketpair(SOCK_STREAM, 0, fds, UV_NONBLOCK_PIPE, UV_NONBLOCK_PIPE);
}
