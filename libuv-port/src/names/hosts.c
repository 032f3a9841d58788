/* SPDX-License-Identifier: MIT */

/* Names of hosts in /etc/hosts, if a program has that file. Without it, the host
 * knows all names.
 */

#include "../sockets/addrinfo.h"
#include "../sockets/resolver.h"
#include "databases.h"

#include <errno.h>
#include <netdb.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define UVP__NAMES_MAX 64

/* The size of all addresses of a name. */
#define UVP__ADDRESSES_MAX 1024


static int uvp__has_name(char* const* names, const char* node) {
  for (; *names != NULL; names++)
    if (strcasecmp(*names, node) == 0)
      return 1;

  return 0;
}


int uvp__given_host(const char* node,
                    const struct addrinfo* hints,
                    const int* ports,
                    struct addrinfo** result) {
  char* items[UVP__NAMES_MAX + 1];
  char found[UVP__ADDRESSES_MAX];
  struct uvp__room room = { found, sizeof(found) };
  char line[UVP__LINE_MAX];
  FILE* file;
  int count;
  int err;

  err = errno;
  file = fopen("/etc/hosts", "re");
  if (file == NULL && (errno == EMFILE || errno == ENFILE))
    return -1;

  errno = err;
  if (file == NULL)
    return 0;

  count = 0;
  while (uvp__next_entry(file, line))
    if (uvp__items(line, " \t", items, UVP__NAMES_MAX) > 1 &&
        uvp__has_name(items + 1, node) && uvp__is_address(items[0]) &&
        uvp__store(&room, items[0]) != NULL)
      count++;

  fclose(file);
  return count > 0 &&
         uvp__make_list(node, found, count, ports, hints, result) == 0;
}
