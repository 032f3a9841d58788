/* SPDX-License-Identifier: MIT */

/* The calls for names of hosts from before getaddrinfo(), over it. */

#include "databases.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#define UVP__HOST_SIZE 2048

/* The results of the calls that are not reentrant. */
static struct hostent uvp__host;
static char uvp__host_texts[UVP__HOST_SIZE];


/* The C library's code for an error of getaddrinfo(). */
static int uvp__h_errno(int err) {
  switch (err) {
    case EAI_NONAME:
      return HOST_NOT_FOUND;
    case EAI_AGAIN:
      return TRY_AGAIN;
    case EAI_FAMILY:
      return NO_DATA;
  }

  return NO_RECOVERY;
}


/* The part of a socket's address that a host has. */
static const void* uvp__host_address(const struct sockaddr* addr,
                                     size_t* size) {
  if (addr->sa_family == AF_INET6) {
    *size = sizeof(struct in6_addr);
    return &((const struct sockaddr_in6*) addr)->sin6_addr;
  }

  *size = sizeof(struct in_addr);
  return &((const struct sockaddr_in*) addr)->sin_addr;
}


/* Returns 0 or ERANGE. */
static int uvp__store_host(const char* name,
                           const struct addrinfo* list,
                           struct hostent* host,
                           char* buffer,
                           size_t buffer_size) {
  struct uvp__room room = { buffer, buffer_size };
  const struct addrinfo* info;
  size_t size;
  int n;

  n = 0;
  for (info = list; info != NULL; info = info->ai_next)
    n++;

  host->h_addrtype = list->ai_family;
  host->h_aliases = uvp__store_all(&room, NULL, 0);
  host->h_addr_list = uvp__reserve(&room, (n + 1) * sizeof(char*));
  if (host->h_addr_list == NULL)
    return ERANGE;

  n = 0;
  for (info = list; info != NULL; info = info->ai_next) {
    const void* address = uvp__host_address(info->ai_addr, &size);

    host->h_length = size;
    host->h_addr_list[n] = uvp__reserve(&room, size);
    if (host->h_addr_list[n] == NULL)
      return ERANGE;

    memcpy(host->h_addr_list[n++], address, size);
  }

  host->h_addr_list[n] = NULL;
  host->h_name = uvp__store(&room, name);
  return host->h_name == NULL ? ERANGE : 0;
}


int gethostbyname2_r(const char* name,
                     int family,
                     struct hostent* host,
                     char* buffer,
                     size_t size,
                     struct hostent** result,
                     int* h_error) {
  struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM };
  struct addrinfo* list;
  int err;

  *result = NULL;
  err = getaddrinfo(name, NULL, &hints, &list);
  if (err) {
    *h_error = uvp__h_errno(err);
    if (err == EAI_MEMORY)
      return ENOMEM;

    return err == EAI_SYSTEM ? errno : 0;
  }

  err = uvp__store_host(name, list, host, buffer, size);
  freeaddrinfo(list);
  if (err)
    *h_error = NO_RECOVERY;
  else
    *result = host;

  return err;
}


int gethostbyname_r(const char* name,
                    struct hostent* host,
                    char* buffer,
                    size_t size,
                    struct hostent** result,
                    int* h_error) {
  return gethostbyname2_r(name, AF_INET, host, buffer, size, result, h_error);
}


struct hostent* gethostbyname2(const char* name, int family) {
  struct hostent* result;

  gethostbyname2_r(name,
                   family,
                   &uvp__host,
                   uvp__host_texts,
                   sizeof(uvp__host_texts),
                   &result,
                   &h_errno);
  return result;
}


struct hostent* gethostbyname(const char* name) {
  return gethostbyname2(name, AF_INET);
}


/* Makes a socket's address of an address. Returns whether it is one. */
static int uvp__socket_address(const void* address,
                               socklen_t len,
                               int family,
                               struct sockaddr_storage* addr,
                               struct addrinfo* info) {
  struct sockaddr_in6* addr6;
  struct sockaddr_in* addr4;

  memset(addr, 0, sizeof(*addr));
  memset(info, 0, sizeof(*info));
  addr->ss_family = family;
  info->ai_family = family;
  info->ai_addr = (struct sockaddr*) addr;

  if (family == AF_INET && len == sizeof(addr4->sin_addr)) {
    addr4 = (struct sockaddr_in*) addr;
    memcpy(&addr4->sin_addr, address, len);
    info->ai_addrlen = sizeof(*addr4);
    return 1;
  }

  if (family == AF_INET6 && len == sizeof(addr6->sin6_addr)) {
    addr6 = (struct sockaddr_in6*) addr;
    memcpy(&addr6->sin6_addr, address, len);
    info->ai_addrlen = sizeof(*addr6);
    return 1;
  }

  return 0;
}


int gethostbyaddr_r(const void* address,
                    socklen_t len,
                    int family,
                    struct hostent* host,
                    char* buffer,
                    size_t size,
                    struct hostent** result,
                    int* h_error) {
  struct sockaddr_storage addr;
  struct addrinfo info;
  char name[NI_MAXHOST];
  int err;

  *result = NULL;
  if (!uvp__socket_address(address, len, family, &addr, &info)) {
    *h_error = NO_RECOVERY;
    return EINVAL;
  }

  err = getnameinfo(info.ai_addr,
                    info.ai_addrlen,
                    name,
                    sizeof(name),
                    NULL,
                    0,
                    NI_NAMEREQD);
  if (err) {
    *h_error = uvp__h_errno(err);
    return err == EAI_SYSTEM ? errno : 0;
  }

  err = uvp__store_host(name, &info, host, buffer, size);
  if (err)
    *h_error = NO_RECOVERY;
  else
    *result = host;

  return err;
}


struct hostent* gethostbyaddr(const void* address, socklen_t len, int family) {
  struct hostent* result;

  gethostbyaddr_r(address,
                  len,
                  family,
                  &uvp__host,
                  uvp__host_texts,
                  sizeof(uvp__host_texts),
                  &result,
                  &h_errno);
  return result;
}
