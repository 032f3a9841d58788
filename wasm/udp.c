/* SPDX-License-Identifier: MIT */

/* UDP handles. */

#include "uvw-internal.h"
#include "uv_host.h"

/* An address, or NULL if there is none. */
#define UVW_SOCKADDR(host, addr)                                              \
  ((host) == NULL ? NULL : (const struct sockaddr*) (addr))


uv_udp_t* uvw_udp_init(int id, unsigned int flags) {
  uv_udp_t* udp;

  udp = uvw__handle_alloc(sizeof(*udp), id);
  if (udp == NULL)
    return uvw__handle_result(NULL, UV_ENOMEM);

  return uvw__handle_result(udp, uv_udp_init_ex(&uvw__loop, udp, flags));
}


/* The address of a peer, which may be absent. */
static int uvw__target(const char* host,
                       int port,
                       unsigned int flowinfo,
                       unsigned int scope_id,
                       struct sockaddr_storage* out) {
  if (host == NULL)
    return 0;

  return uvw__address_parse(host, port, flowinfo, scope_id, out);
}


int uvw_udp_connect(uv_udp_t* udp,
                    const char* host,
                    int port,
                    unsigned int flowinfo,
                    unsigned int scope_id) {
  struct sockaddr_storage addr;
  int err;

  err = uvw__target(host, port, flowinfo, scope_id, &addr);
  if (err)
    return err;

  return uv_udp_connect(udp, UVW_SOCKADDR(host, &addr));
}


static void uvw__on_udp_send(uv_udp_send_t* req, int status) {
  uvh_on_udp_send(uvw__req_id((uv_req_t*) req), status);
  uvw_free(req);
}


int uvw_udp_send(uv_udp_t* udp,
                 int id,
                 unsigned int length,
                 const char* host,
                 int port,
                 unsigned int flowinfo,
                 unsigned int scope_id) {
  struct sockaddr_storage addr;
  uv_udp_send_t* req;
  uv_buf_t buf;
  int err;

  err = uvw__target(host, port, flowinfo, scope_id, &addr);
  if (err)
    return err;

  req = uvw__req_alloc(sizeof(*req), id);
  if (req == NULL)
    return UV_ENOMEM;

  buf = uv_buf_init(UVH_PAYLOAD + id, length);
  err = uv_udp_send(req,
                    udp,
                    &buf,
                    1,
                    UVW_SOCKADDR(host, &addr),
                    uvw__on_udp_send);
  if (err)
    uvw_free(req);

  return err;
}


int uvw_udp_try_send(uv_udp_t* udp,
                     unsigned int length,
                     const char* host,
                     int port,
                     unsigned int flowinfo,
                     unsigned int scope_id) {
  struct sockaddr_storage addr;
  uv_buf_t buf;
  int err;

  err = uvw__target(host, port, flowinfo, scope_id, &addr);
  if (err)
    return err;

  buf = uv_buf_init(UVH_PAYLOAD, length);
  return uv_udp_try_send(udp, &buf, 1, UVW_SOCKADDR(host, &addr));
}


static void uvw__on_udp_alloc(uv_handle_t* handle, size_t hint, uv_buf_t* buf) {
  buf->base = UVH_PAYLOAD;
  buf->len = UVW_READ_SIZE;
}


static void uvw__on_message(uv_udp_t* udp,
                            ssize_t nread,
                            const uv_buf_t* buf,
                            const struct sockaddr* addr,
                            unsigned int flags) {
  /* Nothing was received after all. */
  if (nread == 0 && addr == NULL)
    return;

  uvh_on_message(uvw__handle_id((uv_handle_t*) udp), (int) nread);
}


int uvw_udp_recv_start(uv_udp_t* udp) {
  return uv_udp_recv_start(udp, uvw__on_udp_alloc, uvw__on_message);
}


int uvw_udp_recv_stop(uv_udp_t* udp) {
  return uv_udp_recv_stop(udp);
}


int uvw_udp_set_broadcast(uv_udp_t* udp, int on) {
  return uv_udp_set_broadcast(udp, on);
}


int uvw_udp_set_ttl(uv_udp_t* udp, int ttl) {
  return uv_udp_set_ttl(udp, ttl);
}


int uvw_udp_set_multicast_ttl(uv_udp_t* udp, int ttl) {
  return uv_udp_set_multicast_ttl(udp, ttl);
}


int uvw_udp_set_multicast_loop(uv_udp_t* udp, int on) {
  return uv_udp_set_multicast_loop(udp, on);
}


int uvw_udp_set_multicast_interface(uv_udp_t* udp, const char* iface) {
  return uv_udp_set_multicast_interface(udp, iface);
}


int uvw_udp_set_membership(uv_udp_t* udp,
                           const char* group,
                           const char* iface,
                           const char* source,
                           int join) {
  uv_membership membership;

  membership = join ? UV_JOIN_GROUP : UV_LEAVE_GROUP;
  if (source == NULL)
    return uv_udp_set_membership(udp, group, iface, membership);

  return uv_udp_set_source_membership(udp, group, iface, source, membership);
}


unsigned int uvw_udp_send_queue_count(const uv_udp_t* udp) {
  return (unsigned int) uv_udp_get_send_queue_count(udp);
}
