/* The C library's calls that wait. The loop does not need them: they are for
 * programs that poll, sleep and use sockets in blocking mode themselves, and
 * for a host that can wait. Where it cannot, they fail instead.
 */

#include "uv_host.h"
#include "libc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <time.h>


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


int poll(struct pollfd* fds, nfds_t nfds, int timeout) {
  return uvp__result(uvh_poll(fds, nfds, timeout));
}


/* Rounds up to milliseconds: POSIX lets it last longer, but not shorter. */
int nanosleep(const struct timespec* request, struct timespec* remaining) {
  long long ms;
  int step;
  int r;

  if (request->tv_sec < 0 || request->tv_nsec < 0 ||
      request->tv_nsec > 999999999)
    return uvp__fail(EINVAL);

  ms = request->tv_sec * 1000LL + (request->tv_nsec + 999999) / 1000000;

  for (; ms > 0; ms -= step) {
    step = ms < INT_MAX ? (int) ms : INT_MAX;

    r = uvh_poll(NULL, 0, step);
    if (r < 0)
      return uvp__fail(r == -EAGAIN ? ENOSYS : -r);
  }

  return 0;
}
