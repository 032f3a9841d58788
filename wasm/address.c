/* SPDX-License-Identifier: MIT */

/* Conversion of addresses between text and the C library's structures. */

#include "uvw-internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>


int uvw__address_parse(const char* host,
                       int port,
                       unsigned int flowinfo,
                       unsigned int scope_id,
                       struct sockaddr_storage* out) {
  struct sockaddr_in6* in6;

  if (uv_ip4_addr(host, port, (struct sockaddr_in*) out) == 0)
    return 0;

  in6 = (struct sockaddr_in6*) out;
  if (uv_ip6_addr(host, port, in6) != 0)
    return UV_EINVAL;

  in6->sin6_flowinfo = htonl(flowinfo);

  /* uv_ip6_addr() has used the zone, if the text has one. */
  if (scope_id != 0)
    in6->sin6_scope_id = scope_id;

  return 0;
}


/* Formats an address as text. */
static int uvw__address_format(const struct sockaddr_storage* addr,
                               struct uvw_address* out) {
  const struct sockaddr_in6* in6;
  const struct sockaddr_in* in;

  memset(out, 0, sizeof(*out));
  out->family = addr->ss_family;

  if (addr->ss_family == AF_INET) {
    in = (const struct sockaddr_in*) addr;
    out->port = ntohs(in->sin_port);
    return uv_ip4_name(in, out->host, sizeof(out->host));
  }

  if (addr->ss_family == AF_INET6) {
    in6 = (const struct sockaddr_in6*) addr;
    out->port = ntohs(in6->sin6_port);
    out->flowinfo = ntohl(in6->sin6_flowinfo);
    out->scope_id = in6->sin6_scope_id;
    return uv_ip6_name(in6, out->host, sizeof(out->host));
  }

  return 0;
}


/* libuv allows sharing a port only on systems that it knows by name, and this
 * is not one of them. Here the host decides whether it can.
 */
static int uvw__tcp_bind(uv_tcp_t* tcp,
                         const struct sockaddr* name,
                         unsigned int flags) {
  int err;
  int on;

  err = uv_tcp_bind(tcp, name, flags);
  if (err != UV_ENOTSUP || !(flags & UV_TCP_REUSEPORT))
    return err;

  /* uv_tcp_bind() has created the socket before checking the flag. Without the
   * option the answer is libuv's own for systems that lack it.
   */
  on = 1;
  if (setsockopt(tcp->io_watcher.fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)))
    return errno == ENOPROTOOPT ? err : uv_translate_sys_error(errno);

  return uv_tcp_bind(tcp, name, flags & ~UV_TCP_REUSEPORT);
}


int uvw_bind(uv_handle_t* handle,
             const char* host,
             int port,
             unsigned int flowinfo,
             unsigned int scope_id,
             unsigned int flags) {
  struct sockaddr_storage addr;
  const struct sockaddr* name;
  int err;

  err = uvw__address_parse(host, port, flowinfo, scope_id, &addr);
  if (err)
    return err;

  name = (const struct sockaddr*) &addr;
  if (handle->type == UV_UDP)
    return uv_udp_bind((uv_udp_t*) handle, name, flags);

  return uvw__tcp_bind((uv_tcp_t*) handle, name, flags);
}


/* Calls the function of the handle's kind. */
static int uvw__address_ask(
    const uv_handle_t* handle,
    int (*ask_udp)(const uv_udp_t*, struct sockaddr*, int*),
    int (*ask_tcp)(const uv_tcp_t*, struct sockaddr*, int*),
    struct uvw_address* out) {
  struct sockaddr_storage addr;
  struct sockaddr* name;
  int len;
  int err;

  len = sizeof(addr);
  name = (struct sockaddr*) &addr;
  if (handle->type == UV_UDP)
    err = ask_udp((const uv_udp_t*) handle, name, &len);
  else
    err = ask_tcp((const uv_tcp_t*) handle, name, &len);

  return err ? err : uvw__address_format(&addr, out);
}


int uvw_getsockname(const uv_handle_t* handle, struct uvw_address* out) {
  return uvw__address_ask(handle, uv_udp_getsockname, uv_tcp_getsockname, out);
}


int uvw_getpeername(const uv_handle_t* handle, struct uvw_address* out) {
  return uvw__address_ask(handle, uv_udp_getpeername, uv_tcp_getpeername, out);
}
