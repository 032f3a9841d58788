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


int sethostname(const char* name, size_t len) {
  return uvp__fail(EPERM);
}


int setdomainname(const char* name, size_t len) {
  return uvp__fail(EPERM);
}
