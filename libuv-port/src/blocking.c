/* What makes a descriptor in blocking mode block. A file of its own, so that
 * whoever links libuv for a host that never waits can put a uvp__wait() in its
 * place that says so.
 */

#include "uv_host.h"
#include "libc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>


int uvp__wait(int fd, int events) {
  struct pollfd p;
  int flags;
  int r;

  flags = uvh_fcntl(fd, F_GETFL, 0);
  if (flags < 0 || flags & O_NONBLOCK)
    return 0;

  p.fd = fd;
  p.events = events;
  p.revents = 0;

  do
    r = uvh_poll(&p, 1, -1);
  while (r == -EINTR);

  return r > 0;
}
