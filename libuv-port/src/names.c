/* Names of hosts and services. Addresses in numbers are understood here, and
 * "localhost", which is the loopback address everywhere (RFC 6761, section 6.3);
 * all other names are the host's to look up. The C library's own functions are
 * JavaScript's.
 */

#include "uv.h"
#include "uv-common.h"
#include "uv_host.h"
#include "libc.h"
#include "names.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UVP__KINDS 2

/* Room for the host's answer: what does not fit is left out. */
#define UVP__ANSWER_SIZE 1024

/* What getaddrinfo() answers with, in one block: the list's first entry is at
 * its start, where freeaddrinfo() finds it.
 */
struct uvp__entry {
  struct addrinfo info;
  struct sockaddr_storage addr;
};

struct uvp__list {
  struct uvp__entry* entries;
  int count;
};

static const struct {
  int type;
  int protocol;
} uvp__kinds[UVP__KINDS] = {
  { SOCK_STREAM, IPPROTO_TCP },
  { SOCK_DGRAM, IPPROTO_UDP },
};


/* What the C library says of the host's error. */
static int uvp__eai(int err) {
  switch (err) {
    case ENOENT:
      return EAI_NONAME;

    case EAGAIN:  /* It cannot be waited for. */
    case ETIMEDOUT:
      return EAI_AGAIN;

    case EIO:
      return EAI_FAIL;

    case ENOMEM:
      return EAI_MEMORY;
  }

  errno = err;
  return EAI_SYSTEM;
}


/* Where the host's answer is to be read: `fd` is what it began to look up with,
 * or an error. Returns 0 if there is nothing to be read yet.
 */
static int uvp__begun(int fd) {
  if (fd < 0 || uvp__lookup != UVP__LOOKUP_BEGINS)
    return fd;

  uvp__lookup = fd;
  return 0;
}


/* Reads the host's answer, and frees the descriptor. Returns its length or an
 * error.
 */
static int uvp__answer(int fd, char answer[UVP__ANSWER_SIZE]) {
  struct iovec buf;
  int r;

  buf.iov_base = answer;
  buf.iov_len = UVP__ANSWER_SIZE;

  do
    r = uvh_readv(fd, &buf, 1, 0);
  while (r == -EAGAIN && uvp__wait(fd, POLLIN, -1));

  uvh_close(fd);
  return r;
}


static int uvp__port(const char* service, int* port) {
  unsigned long n;
  char* end;

  *port = 0;
  if (service == NULL)
    return 0;

  n = strtoul(service, &end, 10);
  if (end == service || *end != '\0')
    return EAI_SERVICE;

  if (n > 65535)
    return EAI_SERVICE;

  *port = (int) n;
  return 0;
}


/* The text of an address of the family: the name itself, or what it means. */
static const char* uvp__text(const char* node, int family, int flags) {
  const char* any;
  const char* loopback;

  any = family == AF_INET ? "0.0.0.0" : "::";
  loopback = family == AF_INET ? "127.0.0.1" : "::1";

  if (node == NULL)
    return flags & AI_PASSIVE ? any : loopback;

  if (strcmp(node, "localhost") == 0 && !(flags & AI_NUMERICHOST))
    return loopback;

  return node;
}


/* Returns 0 if the text is no address of the family. */
static int uvp__parse(const char* text,
                      int family,
                      int port,
                      struct sockaddr_storage* addr) {
  if (family == AF_INET)
    return uv_ip4_addr(text, port, (struct sockaddr_in*) addr) == 0;

  return uv_ip6_addr(text, port, (struct sockaddr_in6*) addr) == 0;
}


static void uvp__append(struct uvp__list* list,
                        const struct sockaddr_storage* addr,
                        int kind) {
  struct uvp__entry* e;

  e = list->entries + list->count;
  e->addr = *addr;
  e->info.ai_family = addr->ss_family;
  e->info.ai_socktype = uvp__kinds[kind].type;
  e->info.ai_protocol = uvp__kinds[kind].protocol;
  e->info.ai_addr = (struct sockaddr*) &e->addr;
  e->info.ai_addrlen = sizeof(struct sockaddr_in);
  if (addr->ss_family == AF_INET6)
    e->info.ai_addrlen = sizeof(struct sockaddr_in6);

  if (list->count > 0)
    e[-1].info.ai_next = &e->info;

  list->count++;
}


static int uvp__wants_kind(const struct addrinfo* hints, int kind) {
  if (hints->ai_socktype != 0 && hints->ai_socktype != uvp__kinds[kind].type)
    return 0;

  return hints->ai_protocol == 0 ||
         hints->ai_protocol == uvp__kinds[kind].protocol;
}


/* Appends what a text means, in each family that is wanted. */
static void uvp__append_text(struct uvp__list* list,
                             const char* text,
                             int port,
                             const struct addrinfo* hints) {
  static const int families[] = { AF_INET, AF_INET6 };
  struct sockaddr_storage addr;
  const char* meant;
  int i;
  int k;

  for (i = 0; i < (int) ARRAY_SIZE(families); i++) {
    if (hints->ai_family != AF_UNSPEC && hints->ai_family != families[i])
      continue;

    meant = uvp__text(text, families[i], hints->ai_flags);
    if (!uvp__parse(meant, families[i], port, &addr))
      continue;

    for (k = 0; k < UVP__KINDS; k++)
      if (uvp__wants_kind(hints, k))
        uvp__append(list, &addr, k);
  }
}


/* How many texts there are in the host's answer. */
static int uvp__count(const char* answer, int length) {
  int count;
  int i;

  count = 0;
  for (i = 0; i < length; i++)
    count += answer[i] == '\0';

  return count;
}


/* Makes the list of what `count` texts mean. */
static int uvp__make_list(const char* text,
                          int count,
                          int port,
                          const struct addrinfo* hints,
                          struct addrinfo** result) {
  struct uvp__list list;

  /* A text of NULL, or localhost, means an address of both families. */
  list.count = 0;
  list.entries = calloc(2 * count * UVP__KINDS, sizeof(*list.entries));
  if (list.entries == NULL)
    return EAI_MEMORY;

  uvp__append_text(&list, text, port, hints);
  for (; count > 1; count--) {
    text += strlen(text) + 1;
    uvp__append_text(&list, text, port, hints);
  }

  if (list.count == 0) {
    free(list.entries);
    return EAI_NONAME;
  }

  *result = &list.entries->info;
  return 0;
}


/* Whether it is no name but an address in numbers, of whatever family. */
static int uvp__is_address(const char* node) {
  struct sockaddr_storage addr;

  return uvp__parse(node, AF_INET, 0, &addr) ||
         uvp__parse(node, AF_INET6, 0, &addr);
}


int getaddrinfo(const char* restrict node,
                const char* restrict service,
                const struct addrinfo* restrict hints,
                struct addrinfo** restrict result) {
  static const struct addrinfo no_hints;
  char answer[UVP__ANSWER_SIZE];
  int port;
  int err;
  int fd;
  int r;

  if (hints == NULL)
    hints = &no_hints;

  if (node == NULL && service == NULL)
    return EAI_NONAME;

  err = uvp__port(service, &port);
  if (err != 0)
    return err;

  if (node == NULL || hints->ai_flags & AI_NUMERICHOST ||
      strcmp(node, "localhost") == 0 || uvp__is_address(node))
    return uvp__make_list(node, 1, port, hints, result);

  fd = uvp__lookup;
  if (fd < 0)
    fd = uvp__begun(uvh_lookup(node, strlen(node), hints->ai_family));

  if (fd == 0)
    return 0;

  r = fd < 0 ? fd : uvp__answer(fd, answer);
  if (r < 0)
    return uvp__eai(-r);

  r = uvp__count(answer, r);
  return uvp__make_list(answer, r, port, hints, result);
}


void freeaddrinfo(struct addrinfo* list) {
  free(list);
}


/* Copies a text to where there is room for one, if there is. */
static int uvp__copy(char* to, size_t size, const char* text) {
  if (to == NULL || size == 0)
    return 0;

  return uv__strscpy(to, text, size) < 0 ? EAI_OVERFLOW : 0;
}


/* An address in numbers. */
static int uvp__name_in_numbers(const struct sockaddr* addr,
                                char* host,
                                size_t host_size,
                                char* service,
                                size_t service_size) {
  char text[8];
  int port;

  port = ((const struct sockaddr_in*) addr)->sin_port;
  if (addr->sa_family == AF_INET6)
    port = ((const struct sockaddr_in6*) addr)->sin6_port;

  if (host != NULL && host_size != 0 && uv_ip_name(addr, host, host_size))
    return EAI_OVERFLOW;

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

  if (addr->sa_family != AF_INET && addr->sa_family != AF_INET6)
    return EAI_FAMILY;

  err = uvp__name_in_numbers(addr, host, host_size, service, service_size);
  if (err != 0 || host == NULL || host_size == 0 || flags & NI_NUMERICHOST)
    return err;

  fd = uvp__lookup;
  if (fd < 0)
    fd = uvp__begun(uvh_reverse(addr, len));

  if (fd == 0)
    return 0;

  r = fd < 0 ? fd : uvp__answer(fd, answer);

  /* The numbers are there for who is content with them. */
  if (r == -ENOENT || r == -EACCES || r == -ENOTSUP)
    return flags & NI_NAMEREQD ? EAI_NONAME : 0;

  if (r < 0 || uvp__count(answer, r) != 2)
    return uvp__eai(r < 0 ? -r : EIO);

  err = uvp__copy(host, host_size, answer);
  if (err != 0 || flags & NI_NUMERICSERV)
    return err;

  return uvp__copy(service, service_size, answer + strlen(answer) + 1);
}
