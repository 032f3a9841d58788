/* SPDX-License-Identifier: MIT */

/* Questions to name servers: the host does not pass them on. It answers which
 * addresses a name has; see getaddrinfo().
 */

#include <netdb.h>
#include <resolv.h>


static int uvp__no_server(void) {
  h_errno = NO_RECOVERY;
  return -1;
}


int res_query(const char* name,
              int class,
              int type,
              unsigned char* answer,
              int size) {
  return uvp__no_server();
}


int res_search(const char* name,
               int class,
               int type,
               unsigned char* answer,
               int size) {
  return uvp__no_server();
}


int res_querydomain(const char* name,
                    const char* domain,
                    int class,
                    int type,
                    unsigned char* answer,
                    int size) {
  return uvp__no_server();
}
