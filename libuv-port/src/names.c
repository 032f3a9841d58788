/* Names of hosts and services. There is no name service: addresses in numbers
 * are understood, and "localhost", which is the loopback address everywhere
 * (RFC 6761, section 6.3). The C library's own functions are JavaScript's.
 */

#include "uv.h"
#include "uv-common.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UVP__KINDS 2

/* What getaddrinfo() answers with, in one block: the list's first entry is at
 * its start, where freeaddrinfo() finds it.
 */
struct uvp__entry {
  struct addrinfo info;
  struct sockaddr_storage addr;
};

static const struct {
  int type;
  int protocol;
} uvp__kinds[UVP__KINDS] = {
  { SOCK_STREAM, IPPROTO_TCP },
  { SOCK_DGRAM, IPPROTO_UDP },
};


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


/* Returns 0 if the name means no address of the family. */
static int uvp__resolve(const char* node,
                        int family,
                        int flags,
                        int port,
                        struct sockaddr_storage* addr) {
  const char* text;

  text = uvp__text(node, family, flags);

  if (family == AF_INET)
    return uv_ip4_addr(text, port, (struct sockaddr_in*) addr) == 0;

  return uv_ip6_addr(text, port, (struct sockaddr_in6*) addr) == 0;
}


static void uvp__append(struct uvp__entry* list,
                        int* count,
                        const struct sockaddr_storage* addr,
                        int kind) {
  struct uvp__entry* e;

  e = list + *count;
  e->addr = *addr;
  e->info.ai_family = addr->ss_family;
  e->info.ai_socktype = uvp__kinds[kind].type;
  e->info.ai_protocol = uvp__kinds[kind].protocol;
  e->info.ai_addr = (struct sockaddr*) &e->addr;
  e->info.ai_addrlen = sizeof(struct sockaddr_in);
  if (addr->ss_family == AF_INET6)
    e->info.ai_addrlen = sizeof(struct sockaddr_in6);

  if (*count > 0)
    list[*count - 1].info.ai_next = &e->info;

  ++*count;
}


static int uvp__wants_kind(const struct addrinfo* hints, int kind) {
  if (hints->ai_socktype != 0 && hints->ai_socktype != uvp__kinds[kind].type)
    return 0;

  return hints->ai_protocol == 0 ||
         hints->ai_protocol == uvp__kinds[kind].protocol;
}


int getaddrinfo(const char* restrict node,
                const char* restrict service,
                const struct addrinfo* restrict hints,
                struct addrinfo** restrict result) {
  static const struct addrinfo no_hints;
  static const int families[] = { AF_INET, AF_INET6 };
  struct sockaddr_storage addr;
  struct uvp__entry* list;
  int count;
  int port;
  int err;
  int i;
  int k;

  if (hints == NULL)
    hints = &no_hints;

  if (node == NULL && service == NULL)
    return EAI_NONAME;

  err = uvp__port(service, &port);
  if (err != 0)
    return err;

  list = calloc(ARRAY_SIZE(families) * UVP__KINDS, sizeof(*list));
  if (list == NULL)
    return EAI_MEMORY;

  count = 0;

  for (i = 0; i < (int) ARRAY_SIZE(families); i++) {
    if (hints->ai_family != AF_UNSPEC && hints->ai_family != families[i])
      continue;

    if (!uvp__resolve(node, families[i], hints->ai_flags, port, &addr))
      continue;

    for (k = 0; k < UVP__KINDS; k++)
      if (uvp__wants_kind(hints, k))
        uvp__append(list, &count, &addr, k);
  }

  if (count == 0) {
    free(list);
    return hints->ai_flags & AI_NUMERICHOST ? EAI_NONAME : EAI_FAIL;
  }

  *result = &list->info;
  return 0;
}


void freeaddrinfo(struct addrinfo* list) {
  free(list);
}


int getnameinfo(const struct sockaddr* restrict addr,
                socklen_t len,
                char* restrict host,
                socklen_t host_size,
                char* restrict service,
                socklen_t service_size,
                int flags) {
  int port;

  if (flags & NI_NAMEREQD)
    return EAI_NONAME;

  if (addr->sa_family == AF_INET)
    port = ((const struct sockaddr_in*) addr)->sin_port;
  else if (addr->sa_family == AF_INET6)
    port = ((const struct sockaddr_in6*) addr)->sin6_port;
  else
    return EAI_FAMILY;

  if (host != NULL && host_size != 0 && uv_ip_name(addr, host, host_size))
    return EAI_OVERFLOW;

  if (service == NULL || service_size == 0)
    return 0;

  if (snprintf(service, service_size, "%d", ntohs(port)) >= (int) service_size)
    return EAI_OVERFLOW;

  return 0;
}
