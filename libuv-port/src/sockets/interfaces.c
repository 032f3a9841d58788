/* SPDX-License-Identifier: MIT */

/* Network interfaces. The host does not list them; only the loopback interface
 * is known to exist. The C library would query them through sockets that the
 * host does not have.
 */

#include "uv.h"
#include "internal.h"
#include "uv_host.h"

#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <string.h>

#define UVP__LOOPBACK "lo"
#define UVP__LOOPBACK_INDEX 1


/* A decimal number is an index itself, as in RFC 4007, section 11.2: on some
 * hosts interfaces have no other names. Returns 0 if it is not a number.
 */
static unsigned int uvp__index_in_digits(const char* name) {
  unsigned long long n;
  const char* p;

  n = 0;
  for (p = name; *p >= '0' && *p <= '9' && n <= UINT_MAX; p++)
    n = n * 10 + (*p - '0');

  return *p == '\0' && n <= UINT_MAX ? (unsigned int) n : 0;
}


unsigned int if_nametoindex(const char* name) {
  unsigned int index;
  int r;

  index = uvp__index_in_digits(name);
  if (index != 0)
    return index;

  r = uvh_interface_index(name, strlen(name));
  if (r > 0)
    return r;

  /* It exists everywhere, whether or not the host may name it. */
  if (strcmp(name, UVP__LOOPBACK) == 0)
    return UVP__LOOPBACK_INDEX;

  errno = ENODEV;
  return 0;
}


char* if_indextoname(unsigned int index, char* name) {
  if (index != 0 && if_nametoindex(UVP__LOOPBACK) == index)
    return strcpy(name, UVP__LOOPBACK);

  errno = ENXIO;
  return NULL;
}


static int uvp__has_family(int domain) {
  int fd;

  fd = uv__socket(domain, SOCK_STREAM, 0);
  if (fd < 0)
    return 0;

  uv__close(fd);
  return 1;
}


static void uvp__loopback(uv_interface_address_t* address,
                          const char* host,
                          const char* mask) {
  memset(address, 0, sizeof(*address));
  address->name = UVP__LOOPBACK;
  address->is_internal = 1;

  if (uv_ip4_addr(host, 0, &address->address.address4) == 0) {
    uv_ip4_addr(mask, 0, &address->netmask.netmask4);
    return;
  }

  uv_ip6_addr(host, 0, &address->address.address6);
  uv_ip6_addr(mask, 0, &address->netmask.netmask6);
}


/* Only the loopback interface is known to exist: with each family that the host
 * has.
 */
int uv_interface_addresses(uv_interface_address_t** addresses, int* count) {
  static const char ip6_mask[] = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  uv_interface_address_t* list;
  int n;

  *addresses = NULL;
  *count = 0;

  list = uv__calloc(2, sizeof(*list));
  if (list == NULL)
    return UV_ENOMEM;

  n = 0;

  if (uvp__has_family(AF_INET))
    uvp__loopback(list + n++, "127.0.0.1", "255.0.0.0");

  if (uvp__has_family(AF_INET6))
    uvp__loopback(list + n++, "::1", ip6_mask);

  *addresses = list;
  *count = n;
  return 0;
}


void uv_free_interface_addresses(uv_interface_address_t* addresses, int count) {
  uv__free(addresses);
}
