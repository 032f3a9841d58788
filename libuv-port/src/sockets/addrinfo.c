/* SPDX-License-Identifier: MIT */

/* The results of getaddrinfo(): converts texts to a list of addresses. */

#include "uv.h"
#include "uv-common.h"
#include "addrinfo.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define UVP__FLAGS                                                            \
  (AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL |        \
   AI_ADDRCONFIG | AI_NUMERICSERV)

/* One block of memory: the first entry of the list is at its start, where
 * freeaddrinfo() finds it.
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


/* The text of an address of the family: the name itself, or its meaning. */
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


/* Returns 0 if the text is not an address of the family. IPv4 also has shorter
 * forms, such as 127.1; see inet_addr() in POSIX.
 */
static int uvp__parse(const char* text,
                      int family,
                      struct sockaddr_storage* addr) {
  struct sockaddr_in* addr4;

  if (family == AF_INET6)
    return uv_ip6_addr(text, 0, (struct sockaddr_in6*) addr) == 0;

  addr4 = (struct sockaddr_in*) addr;
  memset(addr4, 0, sizeof(*addr4));
  addr4->sin_family = AF_INET;
  return inet_aton(text, &addr4->sin_addr);
}


/* The same for an IPv4 address as an IPv6-mapped one. */
static int uvp__parse_mapped(const char* text, struct sockaddr_storage* addr) {
  struct sockaddr_storage addr4;
  char mapped[INET6_ADDRSTRLEN] = "::ffff:";
  size_t len;

  if (!uvp__parse(text, AF_INET, &addr4))
    return 0;

  len = strlen(mapped);
  uv_ip_name((struct sockaddr*) &addr4, mapped + len, sizeof(mapped) - len);
  return uvp__parse(mapped, AF_INET6, addr);
}


static void uvp__append(struct uvp__list* list,
                        const struct sockaddr_storage* addr,
                        int kind,
                        int port) {
  struct uvp__entry* e;

  e = list->entries + list->count;
  /* The port is at the same place in addresses of both families. */
  e->addr = *addr;
  ((struct sockaddr_in*) &e->addr)->sin_port = htons(port);
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


/* Appends an address, for each kind of socket that is requested. */
static void uvp__append_kinds(struct uvp__list* list,
                              const struct sockaddr_storage* addr,
                              const int* ports,
                              const struct addrinfo* hints) {
  int k;

  for (k = 0; k < UVP__KINDS; k++)
    if (uvp__wants_kind(hints, k) && ports[k] >= 0)
      uvp__append(list, addr, k, ports[k]);
}


/* Appends the addresses of a text, in each family that is requested. */
static void uvp__append_text(struct uvp__list* list,
                             const char* text,
                             const int* ports,
                             const struct addrinfo* hints) {
  static const int families[] = { AF_INET, AF_INET6 };
  struct sockaddr_storage addr;
  const char* meant;
  int i;

  for (i = 0; i < (int) ARRAY_SIZE(families); i++) {
    if (hints->ai_family != AF_UNSPEC && hints->ai_family != families[i])
      continue;

    meant = uvp__text(text, families[i], hints->ai_flags);
    if (uvp__parse(meant, families[i], &addr))
      uvp__append_kinds(list, &addr, ports, hints);
  }
}


int uvp__maps(const struct addrinfo* hints) {
  return hints->ai_family == AF_INET6 && hints->ai_flags & AI_V4MAPPED;
}


/* Appends the addresses of `count` texts. */
static void uvp__append_texts(struct uvp__list* list,
                              const char* text,
                              int count,
                              const int* ports,
                              const struct addrinfo* hints) {
  struct sockaddr_storage addr;
  const char* p;
  int i;

  for (i = 0, p = text; i < count; i++) {
    uvp__append_text(list, p, ports, hints);
    if (p != NULL)
      p += strlen(p) + 1;
  }

  if (list->count > 0 || text == NULL || !uvp__maps(hints))
    return;

  for (i = 0, p = text; i < count; i++, p += strlen(p) + 1)
    if (uvp__parse_mapped(p, &addr))
      uvp__append_kinds(list, &addr, ports, hints);
}


int uvp__make_list(const char* node,
                   const char* text,
                   int count,
                   const int* ports,
                   const struct addrinfo* hints,
                   struct addrinfo** result) {
  struct uvp__list list;
  size_t size;
  char* name;

  /* A text of NULL, or localhost, means an address of each family. The
   * requested name is stored after the entries.
   */
  size = 2 * count * UVP__KINDS * sizeof(*list.entries);
  list.count = 0;
  list.entries = calloc(1, size + (node == NULL ? 0 : strlen(node) + 1));
  if (list.entries == NULL)
    return EAI_MEMORY;

  uvp__append_texts(&list, text, count, ports, hints);
  if (list.count == 0) {
    free(list.entries);
    return node == text && uvp__is_address(node) ? EAI_ADDRFAMILY : EAI_NONAME;
  }

  if (node != NULL && hints->ai_flags & AI_CANONNAME) {
    name = (char*) list.entries + size;
    strcpy(name, node);
    list.entries->info.ai_canonname = name;
  }

  *result = &list.entries->info;
  return 0;
}


int uvp__check_hints(const struct addrinfo* hints) {
  int k;

  if (hints->ai_flags & ~UVP__FLAGS)
    return EAI_BADFLAGS;

  if (hints->ai_family != AF_UNSPEC && hints->ai_family != AF_INET &&
      hints->ai_family != AF_INET6)
    return EAI_FAMILY;

  for (k = 0; k < UVP__KINDS; k++)
    if (uvp__wants_kind(hints, k))
      return 0;

  return EAI_SOCKTYPE;
}


int uvp__is_address(const char* node) {
  struct sockaddr_storage addr;

  return uvp__parse(node, AF_INET, &addr) || uvp__parse(node, AF_INET6, &addr);
}
