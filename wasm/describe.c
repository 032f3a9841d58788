/* SPDX-License-Identifier: MIT */

/* The module's self-description: every number that TypeScript needs, as the
 * compiler knows it, in one JSON text. So no number has to be written down
 * twice.
 */

#include "uvw-internal.h"
#include "uv_host.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#ifdef UVW_RELEASE
#define UVW_BUILD "release"
#else
#define UVW_BUILD "debug"
#endif

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct uvw__number {
  const char* name;
  int value;
};

/* libuv uses numbers below this one for errors that the C library does not
 * have.
 */
#define UVW_OWN_ERRORS (-3000)

#define XX(name, message) { #name, UV_##name },
static const struct uvw__number uvw__statuses[] = { UV_ERRNO_MAP(XX) };
#undef XX

/* The errors that libuv has no status for. */
#define ERROR(name)                                                           \
  { #name, name }
static const struct uvw__number uvw__more_errors[] = {
  ERROR(EDOM),       ERROR(EDQUOT),       ERROR(EINPROGRESS),
  ERROR(EOPNOTSUPP), ERROR(ETOOMANYREFS),
};

#define CONSTANT(name)                                                        \
  { #name, name }
static const struct uvw__number uvw__constants[] = {
  CONSTANT(AF_UNSPEC),
  CONSTANT(AF_UNIX),
  CONSTANT(AF_INET),
  CONSTANT(AF_INET6),
  CONSTANT(SOCK_STREAM),
  CONSTANT(SOCK_DGRAM),
  CONSTANT(SOCK_RAW),
  CONSTANT(SOCK_NONBLOCK),
  CONSTANT(SOCK_CLOEXEC),
  CONSTANT(IPPROTO_TCP),
  CONSTANT(IPPROTO_IPV6),
  CONSTANT(SOL_SOCKET),
  CONSTANT(SO_ERROR),
  CONSTANT(SO_TYPE),
  CONSTANT(SO_REUSEADDR),
  CONSTANT(SO_REUSEPORT),
  CONSTANT(SO_KEEPALIVE),
  CONSTANT(SO_LINGER),
  CONSTANT(SO_SNDBUF),
  CONSTANT(SO_RCVBUF),
  CONSTANT(SO_ACCEPTCONN),
  CONSTANT(SO_DOMAIN),
  CONSTANT(SO_PROTOCOL),
  CONSTANT(SO_BROADCAST),
  CONSTANT(SO_DEBUG),
  CONSTANT(SO_DONTROUTE),
  CONSTANT(SO_PRIORITY),
  CONSTANT(SO_PASSCRED),
  CONSTANT(SO_RCVLOWAT),
  CONSTANT(SO_SNDLOWAT),
  CONSTANT(SO_RCVTIMEO),
  CONSTANT(SO_SNDTIMEO),
  CONSTANT(SO_TIMESTAMP),
  CONSTANT(SO_TIMESTAMPNS),
  CONSTANT(SO_OOBINLINE),
  CONSTANT(TCP_NODELAY),
  CONSTANT(TCP_KEEPIDLE),
  CONSTANT(TCP_KEEPINTVL),
  CONSTANT(TCP_KEEPCNT),
  CONSTANT(TCP_MAXSEG),
  CONSTANT(TCP_CORK),
  CONSTANT(TCP_LINGER2),
  CONSTANT(TCP_DEFER_ACCEPT),
  CONSTANT(TCP_INFO),
  CONSTANT(TCP_QUICKACK),
  CONSTANT(TCP_CONGESTION),
  CONSTANT(TCP_USER_TIMEOUT),
  CONSTANT(TCP_FASTOPEN),
  CONSTANT(TCP_FASTOPEN_CONNECT),
  CONSTANT(TCP_ESTABLISHED),
  CONSTANT(TCP_SYN_SENT),
  CONSTANT(TCP_FIN_WAIT2),
  CONSTANT(TCP_CLOSE),
  CONSTANT(TCP_CLOSE_WAIT),
  CONSTANT(TCP_LISTEN),
  CONSTANT(IPV6_V6ONLY),
  CONSTANT(MSG_PEEK),
  CONSTANT(MSG_NOSIGNAL),
  CONSTANT(MSG_DONTWAIT),
  CONSTANT(MSG_OOB),
  CONSTANT(MSG_DONTROUTE),
  CONSTANT(MSG_PROXY),
  CONSTANT(MSG_TRUNC),
  CONSTANT(MSG_MORE),
  CONSTANT(MSG_ERRQUEUE),
  CONSTANT(MSG_FASTOPEN),
  CONSTANT(MSG_CTRUNC),
  CONSTANT(MSG_CMSG_CLOEXEC),
  CONSTANT(SCM_RIGHTS),
  CONSTANT(SOCK_SEQPACKET),
  CONSTANT(SHUT_RD),
  CONSTANT(SHUT_WR),
  CONSTANT(SHUT_RDWR),
  CONSTANT(POLLIN),
  CONSTANT(POLLOUT),
  CONSTANT(POLLERR),
  CONSTANT(POLLHUP),
  CONSTANT(POLLRDHUP),
  CONSTANT(POLLNVAL),
  CONSTANT(F_GETFL),
  CONSTANT(FIONREAD),
  CONSTANT(TIOCOUTQ),
  CONSTANT(F_SETFL),
  CONSTANT(F_GETFD),
  CONSTANT(F_SETFD),
  CONSTANT(F_DUPFD),
  CONSTANT(F_DUPFD_CLOEXEC),
  CONSTANT(FD_CLOEXEC),
  CONSTANT(O_APPEND),
  CONSTANT(O_NONBLOCK),
  CONSTANT(O_RDWR),
  CONSTANT(O_RDONLY),
  CONSTANT(O_WRONLY),
  CONSTANT(O_CLOEXEC),
  CONSTANT(SOMAXCONN),
  CONSTANT(UV_READABLE),
  CONSTANT(UV_WRITABLE),
  CONSTANT(UV_PIPE_NO_TRUNCATE),
  CONSTANT(UV_TCP_IPV6ONLY),
  CONSTANT(UV_TCP_REUSEPORT),
  CONSTANT(UV_UDP_IPV6ONLY),
  CONSTANT(UV_UDP_REUSEADDR),
  CONSTANT(UV_UDP_REUSEPORT),
  CONSTANT(IPPROTO_UDP),
  CONSTANT(IPPROTO_IP),
  CONSTANT(IP_TTL),
  CONSTANT(IP_MULTICAST_IF),
  CONSTANT(IP_MULTICAST_TTL),
  CONSTANT(IP_MULTICAST_LOOP),
  CONSTANT(IP_ADD_MEMBERSHIP),
  CONSTANT(IP_DROP_MEMBERSHIP),
  CONSTANT(IP_ADD_SOURCE_MEMBERSHIP),
  CONSTANT(IP_DROP_SOURCE_MEMBERSHIP),
  CONSTANT(IPV6_UNICAST_HOPS),
  CONSTANT(IPV6_MULTICAST_IF),
  CONSTANT(IPV6_MULTICAST_HOPS),
  CONSTANT(IPV6_MULTICAST_LOOP),
  CONSTANT(IP_TOS),
  CONSTANT(IP_PKTINFO),
  CONSTANT(IP_MTU_DISCOVER),
  CONSTANT(IP_RECVERR),
  CONSTANT(IP_MTU),
  CONSTANT(IP_BIND_ADDRESS_NO_PORT),
  CONSTANT(IP_MULTICAST_ALL),
  CONSTANT(IPV6_MTU_DISCOVER),
  CONSTANT(IPV6_MTU),
  CONSTANT(IPV6_RECVERR),
  CONSTANT(IPV6_RECVPKTINFO),
  CONSTANT(IPV6_TCLASS),
  CONSTANT(IPV6_ADD_MEMBERSHIP),
  CONSTANT(IPV6_DROP_MEMBERSHIP),
  CONSTANT(MCAST_JOIN_SOURCE_GROUP),
  CONSTANT(MCAST_LEAVE_SOURCE_GROUP),
  CONSTANT(UV_RUN_DEFAULT),
  CONSTANT(UV_RUN_ONCE),
  CONSTANT(UV_RUN_NOWAIT),
  CONSTANT(UVH_FD_FIRST),
  CONSTANT(UVW_READ_SIZE),
  CONSTANT(UVW_SCRATCH_SIZE),
};

/* The structures one after another: first the size, then the fields. */
#define STRUCT(type)                                                          \
  { #type, sizeof(struct type) }
#define FIELD(type, field)                                                    \
  { #field, offsetof(struct type, field) }
#define END                                                                   \
  { NULL, 0 }
static const struct uvw__number uvw__layouts[] = {
  STRUCT(sockaddr_in),
  FIELD(sockaddr_in, sin_family),
  FIELD(sockaddr_in, sin_port),
  FIELD(sockaddr_in, sin_addr),
  END,
  STRUCT(sockaddr_in6),
  FIELD(sockaddr_in6, sin6_family),
  FIELD(sockaddr_in6, sin6_port),
  FIELD(sockaddr_in6, sin6_flowinfo),
  FIELD(sockaddr_in6, sin6_addr),
  FIELD(sockaddr_in6, sin6_scope_id),
  END,
  STRUCT(sockaddr_un),
  FIELD(sockaddr_un, sun_family),
  FIELD(sockaddr_un, sun_path),
  END,
  STRUCT(iovec),
  FIELD(iovec, iov_base),
  FIELD(iovec, iov_len),
  END,
  STRUCT(msghdr),
  FIELD(msghdr, msg_name),
  FIELD(msghdr, msg_namelen),
  FIELD(msghdr, msg_iov),
  FIELD(msghdr, msg_iovlen),
  FIELD(msghdr, msg_control),
  FIELD(msghdr, msg_controllen),
  FIELD(msghdr, msg_flags),
  END,
  STRUCT(cmsghdr),
  FIELD(cmsghdr, cmsg_len),
  FIELD(cmsghdr, cmsg_level),
  FIELD(cmsghdr, cmsg_type),
  END,
  STRUCT(linger),
  FIELD(linger, l_onoff),
  FIELD(linger, l_linger),
  END,
  STRUCT(tcp_info),
  FIELD(tcp_info, tcpi_state),
  FIELD(tcp_info, tcpi_snd_mss),
  FIELD(tcp_info, tcpi_rcv_mss),
  FIELD(tcp_info, tcpi_pmtu),
  FIELD(tcp_info, tcpi_snd_cwnd),
  FIELD(tcp_info, tcpi_advmss),
  END,
  STRUCT(ip_mreq),
  FIELD(ip_mreq, imr_multiaddr),
  FIELD(ip_mreq, imr_interface),
  END,
  STRUCT(ip_mreq_source),
  FIELD(ip_mreq_source, imr_multiaddr),
  FIELD(ip_mreq_source, imr_interface),
  FIELD(ip_mreq_source, imr_sourceaddr),
  END,
  STRUCT(ipv6_mreq),
  FIELD(ipv6_mreq, ipv6mr_multiaddr),
  FIELD(ipv6_mreq, ipv6mr_interface),
  END,
  STRUCT(group_source_req),
  FIELD(group_source_req, gsr_interface),
  FIELD(group_source_req, gsr_group),
  FIELD(group_source_req, gsr_source),
  END,
  STRUCT(pollfd),
  FIELD(pollfd, fd),
  FIELD(pollfd, events),
  FIELD(pollfd, revents),
  END,
  STRUCT(uvh_event),
  FIELD(uvh_event, fd),
  FIELD(uvh_event, events),
  END,
  STRUCT(uvw_address),
  FIELD(uvw_address, family),
  FIELD(uvw_address, port),
  FIELD(uvw_address, flowinfo),
  FIELD(uvw_address, scope_id),
  FIELD(uvw_address, host),
  END,
};

static char uvw__json[12288];
static size_t uvw__json_length;


static void uvw__put(const char* text) {
  for (; *text != '\0'; text++) {
    /* One byte is reserved for the terminator. */
    if (uvw__json_length == sizeof(uvw__json) - 1)
      abort();

    uvw__json[uvw__json_length++] = *text;
  }
}


static void uvw__put_number(long long value) {
  char digits[24];
  char* p;

  p = digits + sizeof(digits);
  *--p = '\0';

  if (value < 0) {
    uvw__put("-");
    value = -value;
  }

  do {
    *--p = '0' + value % 10;
    value /= 10;
  } while (value != 0);

  uvw__put(p);
}


/* Begins a member of an object: a comma if needed, and the name. */
static void uvw__put_name(const char* name) {
  if (uvw__json[uvw__json_length - 1] != '{')
    uvw__put(",");

  uvw__put("\"");
  uvw__put(name);
  uvw__put("\":");
}


static void uvw__put_member(const char* name, long long value) {
  uvw__put_name(name);
  uvw__put_number(value);
}


static void uvw__put_string(const char* name, const char* value) {
  uvw__put_name(name);
  uvw__put("\"");
  uvw__put(value);
  uvw__put("\"");
}


static void uvw__put_errnos(void) {
  size_t i;

  for (i = 0; i < ARRAY_SIZE(uvw__statuses); i++)
    if (uvw__statuses[i].value > UVW_OWN_ERRORS)
      uvw__put_member(uvw__statuses[i].name, -uvw__statuses[i].value);

  for (i = 0; i < ARRAY_SIZE(uvw__more_errors); i++)
    uvw__put_member(uvw__more_errors[i].name, uvw__more_errors[i].value);
}


static void uvw__put_statuses(void) {
  size_t i;

  for (i = 0; i < ARRAY_SIZE(uvw__statuses); i++)
    uvw__put_member(uvw__statuses[i].name, uvw__statuses[i].value);
}


static void uvw__put_constants(void) {
  size_t i;

  for (i = 0; i < ARRAY_SIZE(uvw__constants); i++)
    uvw__put_member(uvw__constants[i].name, uvw__constants[i].value);

  uvw__put_member("UVH_PAYLOAD", (uintptr_t) UVH_PAYLOAD);
}


static void uvw__put_layouts(void) {
  const struct uvw__number* number;
  const struct uvw__number* end;

  number = uvw__layouts;
  end = number + ARRAY_SIZE(uvw__layouts);

  for (; number != end; number++) {
    uvw__put_name(number->name);
    uvw__put("{");
    uvw__put_member("size", number->value);

    for (number++; number->name != NULL; number++)
      uvw__put_member(number->name, number->value);

    uvw__put("}");
  }
}


static void uvw__put_object(const char* name, void (*members)(void)) {
  uvw__put_name(name);
  uvw__put("{");
  members();
  uvw__put("}");
}


const char* uvw_describe(void) {
  if (uvw__json_length != 0)
    return uvw__json;

  uvw__put("{");
  uvw__put_string("libuv", uv_version_string());
  uvw__put_string("build", UVW_BUILD);
  uvw__put_object("errno", uvw__put_errnos);
  uvw__put_object("status", uvw__put_statuses);
  uvw__put_object("constants", uvw__put_constants);
  uvw__put_object("layout", uvw__put_layouts);
  uvw__put("}");

  return uvw__json;
}


/* libuv's own function would format unknown numbers into memory that is never
 * freed, and would link printf().
 */
const char* uvw_strerror(int status) {
  switch (status) {
#define XX(name, message)                                                     \
  case UV_##name:                                                             \
    return message;
    UV_ERRNO_MAP(XX)
#undef XX
    default:
      return "unknown error";
  }
}
