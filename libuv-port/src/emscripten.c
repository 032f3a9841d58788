/* SPDX-License-Identifier: MIT */

/* Functions of the C library that emscripten implements in JavaScript, as far
 * as they make sense without it.
 */

#include "uv_host.h"
#include "libc.h"
#include "uv-common.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <wasi/api.h>

#define UVP__ENTROPY_MAX 256

/* The second half of a 64-bit result, for compiled code: setjmp() needs it. */
uint32_t getTempRet0(void);
void setTempRet0(uint32_t value);

static uint32_t uvp__temp_ret;


uint32_t getTempRet0(void) {
  return uvp__temp_ret;
}


void setTempRet0(uint32_t value) {
  uvp__temp_ret = value;
}


/* There is no shell, and no way to run one. */
int system(const char* command) {
  if (command == NULL)
    return 0;

  uvh_absent(__func__, sizeof(__func__) - 1);
  return uvp__fail(ENOSYS);
}


ssize_t getrandom(void* buf, size_t len, unsigned int flags) {
  return uvp__wasi_result(__wasi_random_get(buf, len), len);
}


int getentropy(void* buf, size_t len) {
  if (len > UVP__ENTROPY_MAX)
    return uvp__fail(EIO);

  return uvp__wasi_result(__wasi_random_get(buf, len), 0);
}


/* The two protocols that sockets here can have. */
static char* uvp__no_aliases[1];

static struct protoent uvp__protocols[] = {
  { "tcp", uvp__no_aliases, IPPROTO_TCP },
  { "udp", uvp__no_aliases, IPPROTO_UDP },
};


struct protoent* getprotobyname(const char* name) {
  unsigned int i;

  for (i = 0; i < ARRAY_SIZE(uvp__protocols); i++)
    if (strcmp(uvp__protocols[i].p_name, name) == 0)
      return uvp__protocols + i;

  return NULL;
}


struct protoent* getprotobynumber(int number) {
  unsigned int i;

  for (i = 0; i < ARRAY_SIZE(uvp__protocols); i++)
    if (uvp__protocols[i].p_proto == number)
      return uvp__protocols + i;

  return NULL;
}
