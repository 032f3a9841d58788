/* SPDX-License-Identifier: MIT */

/* Lists network interfaces in the form of the C library, from libuv's. */

#include "uv.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* One block of memory: the first entry is at its start, where freeifaddrs()
 * finds it.
 */
struct uvp__interface {
  struct ifaddrs info;
  uv_interface_address_t address;
  char name[IF_NAMESIZE];
};


static void uvp__describe(struct uvp__interface* to,
                          const uv_interface_address_t* from) {
  to->address = *from;
  strncpy(to->name, from->name, sizeof(to->name) - 1);
  to->info.ifa_name = to->name;
  to->info.ifa_flags = IFF_UP | IFF_RUNNING;
  if (from->is_internal)
    to->info.ifa_flags |= IFF_LOOPBACK;

  to->info.ifa_addr = (struct sockaddr*) &to->address.address;
  to->info.ifa_netmask = (struct sockaddr*) &to->address.netmask;
}


int getifaddrs(struct ifaddrs** list) {
  uv_interface_address_t* addresses;
  struct uvp__interface* interfaces;
  int count;
  int err;
  int i;

  *list = NULL;
  err = uv_interface_addresses(&addresses, &count);
  if (err) {
    errno = -err;
    return -1;
  }

  if (count == 0)
    return 0;

  interfaces = calloc(count, sizeof(*interfaces));
  if (interfaces != NULL) {
    for (i = 0; i < count; i++) {
      uvp__describe(interfaces + i, addresses + i);
      if (i > 0)
        interfaces[i - 1].info.ifa_next = &interfaces[i].info;
    }

    *list = &interfaces->info;
  }

  uv_free_interface_addresses(addresses, count);
  return interfaces == NULL ? -1 : 0;
}


void freeifaddrs(struct ifaddrs* list) {
  free(list);
}


/* Loopback is the only interface that is known by name. */
struct if_nameindex* if_nameindex(void) {
  struct if_nameindex* list;

  list = calloc(1, 2 * sizeof(*list) + IF_NAMESIZE);
  if (list == NULL) {
    errno = ENOBUFS;
    return NULL;
  }

  list->if_name = strcpy((char*) (list + 2), "lo");
  list->if_index = if_nametoindex(list->if_name);
  return list;
}


void if_freenameindex(struct if_nameindex* list) {
  free(list);
}
