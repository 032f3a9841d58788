/* SPDX-License-Identifier: MIT */

/* Names of hosts and services. Numeric addresses are parsed here, and
 * "localhost", which is the loopback address everywhere (RFC 6761, section
 * 6.3); the host looks up all other names. The C library's own functions are
 * implemented in JavaScript.
 */

#include "uv.h"
#include "uv-common.h"
#include "uv_host.h"
#include "addrinfo.h"
#include "../libc.h"
#include "resolver.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The size of the buffer for the host's result; what does not fit is left out.
 */
#define UVP__ANSWER_SIZE 1024


/* The C library's code for the host's error. */
static int uvp__eai(int err) {
  switch (err) {
    case ENOENT:
      return EAI_NONAME;

    case EAGAIN:  /* The program cannot wait for the result. */
    case ETIMEDOUT:
      return EAI_AGAIN;

    case EIO:
      return EAI_FAIL;

    case ENOMEM:
      return EAI_MEMORY;

    case EACCES:
      /* For this program there is no such name, and no use in trying again, as
       * programs do after EAI_AGAIN. libuv has an error that says why.
       */
      if (uvp__lookup == UVP__LOOKUP_WAITS) {
        errno = EACCES;
        return EAI_NONAME;
      }
  }

  errno = err;
  return EAI_SYSTEM;
}


/* Where to read the host's result: `fd` is the descriptor of the lookup that
 * was begun, or an error. Returns 0 if there is nothing to read yet.
 */
static int uvp__begun(int fd) {
  if (fd < 0 || uvp__lookup != UVP__LOOKUP_BEGINS)
    return fd;

  uvp__lookup = fd;
  return 0;
}


/* Reads the host's result, and frees the descriptor. Returns the length or an
 * error.
 */
static int uvp__answer(int fd, char answer[UVP__ANSWER_SIZE]) {
  struct iovec buf;
  int r;

  buf.iov_base = answer;
  buf.iov_len = UVP__ANSWER_SIZE;

  do
    r = uvh_readv(fd, &buf, 1, 0);
  while (r == -EAGAIN && uvp__wait(fd, POLLIN, -1, &r));

  uvh_close(fd);
  return r;
}


/* Finds the port for each kind of socket. */
static int uvp__ports(const char* service,
                      const struct addrinfo* hints,
                      int ports[UVP__KINDS]) {
  unsigned long n;
  char* end;

  n = 0;
  if (service != NULL) {
    n = strtoul(service, &end, 10);
    if (end == service || *end != '\0')
      return hints->ai_flags & AI_NUMERICSERV
                 ? EAI_NONAME
                 : uvp__service_ports(service, hints, ports);
  }

  if (n > 65535)
    return EAI_SERVICE;

  ports[0] = ports[1] = (int) n;
  return 0;
}


/* The number of texts in the host's result. */
static int uvp__count(const char* answer, int length) {
  int count;
  int i;

  count = 0;
  for (i = 0; i < length; i++)
    count += answer[i] == '\0';

  return count;
}


int getaddrinfo(const char* restrict node,
                const char* restrict service,
                const struct addrinfo* restrict hints,
                struct addrinfo** restrict result) {
  static const struct addrinfo no_hints;
  char answer[UVP__ANSWER_SIZE];
  int ports[UVP__KINDS];
  int err;
  int fd;
  int r;

  if (hints == NULL)
    hints = &no_hints;

  if (node == NULL && service == NULL)
    return EAI_NONAME;

  err = uvp__check_hints(hints);
  if (err == 0 && node == NULL && hints->ai_flags & AI_CANONNAME)
    err = EAI_BADFLAGS;

  if (err == 0)
    err = uvp__ports(service, hints, ports);

  if (err != 0)
    return err;

  if (node == NULL || hints->ai_flags & AI_NUMERICHOST || uvp__is_address(node))
    return uvp__make_list(node, node, 1, ports, hints, result);

  r = uvp__given_host(node, hints, ports, result);
  if (r != 0)
    return r < 0 ? EAI_NONAME : 0;

  if (strcmp(node, "localhost") == 0)
    return uvp__make_list(node, node, 1, ports, hints, result);

  fd = uvp__lookup;
  if (fd < 0)
    fd =
        uvp__begun(uvh_lookup(node,
                              strlen(node),
                              uvp__maps(hints) ? AF_UNSPEC : hints->ai_family));

  if (fd == 0)
    return 0;

  r = fd < 0 ? fd : uvp__answer(fd, answer);
  if (r < 0)
    return uvp__eai(-r);

  r = uvp__count(answer, r);
  return uvp__make_list(node, answer, r, ports, hints, result);
}


void freeaddrinfo(struct addrinfo* list) {
  free(list);
}


/* Copies a text to a buffer, if there is one. */
static int uvp__copy(char* to, size_t size, const char* text) {
  if (to == NULL || size == 0)
    return 0;

  return uv__strscpy(to, text, size) < 0 ? EAI_OVERFLOW : 0;
}


/* Formats a numeric address. */
static int uvp__name_in_numbers(const struct sockaddr* addr,
                                char* host,
                                size_t host_size,
                                char* service,
                                size_t service_size,
                                int flags) {
  char text[UVP__SERVICE_MAX];
  int port;

  port = ((const struct sockaddr_in*) addr)->sin_port;
  if (addr->sa_family == AF_INET6)
    port = ((const struct sockaddr_in6*) addr)->sin6_port;

  if (host != NULL && host_size != 0 && uv_ip_name(addr, host, host_size))
    return EAI_OVERFLOW;

  if (flags & NI_NUMERICSERV ||
      !uvp__service_name(port, flags & NI_DGRAM, text, sizeof(text)))
    snprintf(text, sizeof(text), "%d", ntohs(port));

  return uvp__copy(service, service_size, text);
}


int getnameinfo(const struct sockaddr* restrict addr,
                socklen_t len,
                char* restrict host,
                socklen_t host_size,
                char* restrict service,
                socklen_t service_size,
                int flags) {
  char answer[UVP__ANSWER_SIZE];
  int err;
  int fd;
  int r;

  if ((addr->sa_family != AF_INET || len < sizeof(struct sockaddr_in)) &&
      (addr->sa_family != AF_INET6 || len < sizeof(struct sockaddr_in6)))
    return EAI_FAMILY;

  err =
      uvp__name_in_numbers(addr, host, host_size, service, service_size, flags);
  if (err != 0 || host == NULL || host_size == 0)
    return err;

  if (flags & NI_NUMERICHOST)
    return flags & NI_NAMEREQD ? EAI_NONAME : 0;

  fd = uvp__lookup;
  if (fd < 0)
    fd = uvp__begun(uvh_reverse(addr, len));

  if (fd == 0)
    return 0;

  r = fd < 0 ? fd : uvp__answer(fd, answer);

  /* The numbers are sufficient, unless a name is required. */
  if (r == -ENOENT || r == -EACCES || r == -ENOTSUP)
    return flags & NI_NAMEREQD ? EAI_NONAME : 0;

  if (r < 0 || uvp__count(answer, r) != 2)
    return uvp__eai(r < 0 ? -r : EIO);

  return uvp__copy(host, host_size, answer);
}
