/* SPDX-License-Identifier: MIT */

/* The names of the system. That of the machine can be looked up everywhere. */

#include "../libc.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>


int uname(struct utsname* names) {
  *names = (struct utsname){ 0 };
  strcpy(names->sysname, "libuv-wasm");
  strcpy(names->nodename, "localhost");
  strcpy(names->release, "1");
  strcpy(names->version, "#1");
  strcpy(names->machine, "wasm32");
  strcpy(names->domainname, "(none)");
  return 0;
}


/* musl's own cuts a name without saying so; glibc reports it. */
int gethostname(char* name, size_t len) {
  struct utsname names;
  size_t size;

  uname(&names);
  size = strlen(names.nodename) + 1;
  memcpy(name, names.nodename, len < size ? len : size);

  return len < size ? uvp__fail(ENAMETOOLONG) : 0;
}


int sethostname(const char* name, size_t len) {
  return uvp__fail(EPERM);
}


int setdomainname(const char* name, size_t len) {
  return uvp__fail(EPERM);
}
