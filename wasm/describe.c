/* The module's self-description: every number that TypeScript needs to know,
 * as the compiler has it, in one JSON text. Nobody types one twice.
 */

#include "internal.h"
#include "uv_host.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#ifdef UVW_RELEASE
# define UVW_BUILD "release"
#else
# define UVW_BUILD "debug"
#endif

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct uvw__number {
  const char* name;
  int value;
};

/* libuv gives numbers below this one to errors the C library does not have. */
#define UVW_OWN_ERRORS (-3000)

#define XX(name, message) { #name, UV_##name },
static const struct uvw__number uvw__statuses[] = { UV_ERRNO_MAP(XX) };
#undef XX

/* Those that libuv has no status for. */
#define XX(name) { #name, -name },
static const struct uvw__number uvw__more_errors[] = {
#if EOPNOTSUPP != ENOTSUP
  XX(EOPNOTSUPP)
#endif
  XX(EINPROGRESS)
};
#undef XX

#define XX(name) { #name, name },
static const struct uvw__number uvw__constants[] = {
  XX(AF_UNSPEC) XX(AF_UNIX) XX(AF_INET) XX(AF_INET6)
  XX(SOCK_STREAM) XX(SOCK_DGRAM) XX(SOCK_NONBLOCK) XX(SOCK_CLOEXEC)
  XX(IPPROTO_TCP) XX(IPPROTO_IPV6)
  XX(SOL_SOCKET) XX(SO_ERROR) XX(SO_TYPE) XX(SO_REUSEADDR) XX(SO_REUSEPORT)
  XX(SO_KEEPALIVE) XX(SO_LINGER) XX(SO_SNDBUF) XX(SO_RCVBUF)
  XX(SO_ACCEPTCONN) XX(SO_DOMAIN) XX(SO_PROTOCOL) XX(SO_BROADCAST)
  XX(SO_OOBINLINE)
  XX(TCP_NODELAY) XX(TCP_KEEPIDLE) XX(TCP_KEEPINTVL) XX(TCP_KEEPCNT)
  XX(IPV6_V6ONLY)
  XX(MSG_PEEK) XX(MSG_NOSIGNAL) XX(MSG_DONTWAIT)
  XX(SHUT_RD) XX(SHUT_WR) XX(SHUT_RDWR)
  XX(POLLIN) XX(POLLOUT) XX(POLLERR) XX(POLLHUP) XX(POLLRDHUP) XX(POLLNVAL)
  XX(F_GETFL) XX(F_SETFL) XX(F_GETFD) XX(F_SETFD) XX(FD_CLOEXEC)
  XX(O_NONBLOCK) XX(O_RDWR) XX(O_RDONLY) XX(O_WRONLY) XX(O_CLOEXEC)
  XX(SOMAXCONN)
  XX(UV_TCP_IPV6ONLY) XX(UV_TCP_REUSEPORT)
  XX(UV_RUN_DEFAULT) XX(UV_RUN_ONCE) XX(UV_RUN_NOWAIT)
  XX(UVH_FD_FIRST)
  XX(UVW_READ_SIZE) XX(UVW_SCRATCH_SIZE) XX(UVW_RUN_ALIVE) XX(UVW_RUN_PARKED)
};
#undef XX

/* One structure after the other: its size, then its fields. */
#define XX(type) { #type, sizeof(struct type) },
#define YY(type, field) { #field, offsetof(struct type, field) },
#define END { NULL, 0 },
static const struct uvw__number uvw__layouts[] = {
  XX(sockaddr_in)
    YY(sockaddr_in, sin_family)
    YY(sockaddr_in, sin_port)
    YY(sockaddr_in, sin_addr)
  END
  XX(sockaddr_in6)
    YY(sockaddr_in6, sin6_family)
    YY(sockaddr_in6, sin6_port)
    YY(sockaddr_in6, sin6_flowinfo)
    YY(sockaddr_in6, sin6_addr)
    YY(sockaddr_in6, sin6_scope_id)
  END
  XX(sockaddr_un)
    YY(sockaddr_un, sun_family)
    YY(sockaddr_un, sun_path)
  END
  XX(iovec)
    YY(iovec, iov_base)
    YY(iovec, iov_len)
  END
  XX(linger)
    YY(linger, l_onoff)
    YY(linger, l_linger)
  END
  XX(uvh_event)
    YY(uvh_event, fd)
    YY(uvh_event, events)
  END
  XX(uvw_address)
    YY(uvw_address, family)
    YY(uvw_address, port)
    YY(uvw_address, flowinfo)
    YY(uvw_address, scope_id)
    YY(uvw_address, host)
  END
};
#undef XX
#undef YY
#undef END

static char uvw__json[8192];
static size_t uvw__json_length;


static void uvw__put(const char* text) {
  for (; *text != '\0'; text++) {
    /* One byte is left for the terminator. */
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


/* Starts a member of an object: its comma where one is due, and its name. */
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
    uvw__put_member(uvw__more_errors[i].name, -uvw__more_errors[i].value);
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


/* libuv's own would format unknown numbers into memory that nobody frees, and
 * bring printf() with it.
 */
const char* uvw_strerror(int status) {
  switch (status) {
#define XX(name, message) case UV_##name: return message;
    UV_ERRNO_MAP(XX)
#undef XX
    default:
      return "unknown error";
  }
}
