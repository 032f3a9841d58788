/* SPDX-License-Identifier: MIT */

/* How getaddrinfo() and getnameinfo() wait for the host. By default they wait,
 * if that is possible at all. The thread pool's loop must not wait: it calls
 * them with UVP__LOOKUP_BEGINS. If they have to ask the host, they then return
 * 0, store the descriptor of the lookup in its place, and do nothing else. Once
 * it is readable they are called again, with the same arguments, and read the
 * result.
 */

#ifndef UVP_RESOLVER_H_
#define UVP_RESOLVER_H_

#include <stddef.h>

#define UVP__LOOKUP_WAITS (-1)
#define UVP__LOOKUP_BEGINS (-2)

/* The size of a service's name. */
#define UVP__SERVICE_MAX 64

struct addrinfo;
struct uv__work;

/* One of these, or a descriptor that is readable. */
extern int uvp__lookup;

/* Performs a piece of work, or begins it, with `lookup` in uvp__lookup. */
void uvp__perform(struct uv__work* w, int lookup);

/* Performs a piece of work when `fd` is readable, on its loop. UV_ENOMEM, or
 * UV_ENOSYS if there are no names.
 */
int uvp__look(struct uv__work* w, int fd);

/* Cancels that lookup, and closes its descriptor. Returns 0 if there is none.
 */
int uvp__look_no_more(struct uv__work* w);

/* Finds the port of a service for each kind of socket: see uvp__make_list().
 * Returns EAI_SERVICE if there is none for the hints.
 */
int uvp__service_ports(const char* name,
                       const struct addrinfo* hints,
                       int* ports);

/* Finds the name of the service at a port, which is in network order. Returns
 * whether it has one.
 */
int uvp__service_name(int port, int is_udp, char* name, size_t size);

/* Makes the list of a host's addresses, if a file of the program has any.
 * Returns 1 if it has, 0 if not, and -1 if no descriptor is left to read it.
 */
int uvp__given_host(const char* node,
                    const struct addrinfo* hints,
                    const int* ports,
                    struct addrinfo** result);

#endif  /* UVP_RESOLVER_H_ */
