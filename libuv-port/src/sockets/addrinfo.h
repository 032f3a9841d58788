/* SPDX-License-Identifier: MIT */

/* The results of getaddrinfo(). */

#ifndef UVP_ADDRINFO_H_
#define UVP_ADDRINFO_H_

struct addrinfo;

/* The kinds of sockets: streams (TCP), and messages (UDP). */
#define UVP__KINDS 2

/* Checks the hints. Returns one of EAI_*, or 0. */
int uvp__check_hints(const struct addrinfo* hints);

/* Whether IPv4 addresses are accepted if there are none of IPv6. */
int uvp__maps(const struct addrinfo* hints);

/* Whether it is a numeric address of any family, and not a name. */
int uvp__is_address(const char* node);

/* Makes the list for `count` consecutive texts, which are addresses of `node`.
 * `ports` has a port for each kind of socket, or -1 to leave that kind out.
 * EAI_NONAME if there are none, EAI_MEMORY. The caller owns the list, which is
 * one block of memory.
 */
int uvp__make_list(const char* node,
                   const char* text,
                   int count,
                   const int* ports,
                   const struct addrinfo* hints,
                   struct addrinfo** result);

#endif  /* UVP_ADDRINFO_H_ */
