/* The calls for descriptors that are not the host's, in modules without files.
 */

#include "libc.h"

/* The C library's own. */
long __syscall_fcntl64(long fd, long command, ...);


int uvp__file_fcntl(int fd, int command, int argument) {
  return uvp__result(__syscall_fcntl64(fd, command, argument));
}
