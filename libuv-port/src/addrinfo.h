/* What getaddrinfo() answers with. */

#ifndef UVP_ADDRINFO_H_
#define UVP_ADDRINFO_H_

struct addrinfo;

/* What is wrong with the hints, as one of EAI_*; or 0. */
int uvp__check_hints(const struct addrinfo* hints);

/* Whether addresses of IPv4 do, where there are none of IPv6. */
int uvp__maps(const struct addrinfo* hints);

/* Whether it is no name but an address in numbers, of whatever family. */
int uvp__is_address(const char* node);

/* Makes the list of what `count` texts mean, one behind the other, which are
 * addresses of `node`. EAI_NONAME if there are none, EAI_MEMORY. The list is the
 * caller's, to be freed in one piece.
 */
int uvp__make_list(const char* node,
                   const char* text,
                   int count,
                   int port,
                   const struct addrinfo* hints,
                   struct addrinfo** result);

#endif  /* UVP_ADDRINFO_H_ */
