/* SPDX-License-Identifier: MIT */

/* The library for TypeScript does not look up names through libuv: a loop asks
 * its host itself, which needs no memory of the module.
 */

#include "uv.h"
#include "resolver.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netdb.h>


int uvp__look(struct uv__work* w, int fd) {
  return UV_ENOSYS;
}


int uvp__look_no_more(struct uv__work* w) {
  return 0;
}


/* Only programs need the names of services and hosts in files. */
int uvp__service_ports(const char* name,
                       const struct addrinfo* hints,
                       int* ports) {
  return EAI_SERVICE;
}


int uvp__service_name(int port, int is_udp, char* name, size_t size) {
  return 0;
}


int uvp__given_host(const char* node,
                    const struct addrinfo* hints,
                    const int* ports,
                    struct addrinfo** result) {
  return 0;
}


int getifaddrs(struct ifaddrs** addresses) {
  errno = ENOSYS;
  return -1;
}


void freeifaddrs(struct ifaddrs* addresses) {
}
