/* SPDX-License-Identifier: MIT */

/* Waiting for signals. */

#include "signals.h"
#include "uv_host.h"
#include "../libc.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <time.h>

#define UVP__NSEC_PER_SEC 1000000000


/* Waits until a handler has run. Returns EINTR, or ENOSYS if the host does not
 * wait.
 */
static int uvp__await_handler(void) {
  while (uvp__deliver() == UVP__NO_SIGNAL)
    if (uvh_poll(NULL, 0, -1) == -EAGAIN)
      return ENOSYS;

  return EINTR;
}


int pause(void) {
  return uvp__fail(uvp__await_handler());
}


int sigsuspend(const sigset_t* set) {
  sigset_t old;
  int err;

  uvp__begin_mask(set, &old);
  err = uvp__await_handler();
  uvp__end_mask(&old);

  return uvp__fail(err);
}


/* Waits for one of the signals until the deadline. Returns its number or a
 * negated errno.
 */
static int uvp__await(uvp__sigset signals, siginfo_t* info, double deadline) {
  int signum;
  int timeout;

  for (;;) {
    signum = uvp__dequeue(signals, info);
    if (signum != 0)
      return signum;

    if (uvp__deliver() != UVP__NO_SIGNAL)
      return -EINTR;

    timeout = uvp__until(deadline);
    if (timeout == 0)
      return -EAGAIN;

    if (uvh_poll(NULL, 0, timeout) == -EAGAIN)
      return -ENOSYS;
  }
}


/* The signals are blocked meanwhile, so that they neither run a handler nor end
 * the program.
 */
int sigtimedwait(const sigset_t* restrict set,
                 siginfo_t* restrict info,
                 const struct timespec* restrict timeout) {
  siginfo_t unused;
  uvp__sigset blocked;
  double deadline;
  int r;

  deadline = INFINITY;
  if (timeout != NULL) {
    if (timeout->tv_sec < 0 || timeout->tv_nsec < 0 ||
        timeout->tv_nsec >= UVP__NSEC_PER_SEC)
      return uvp__fail(EINVAL);

    deadline = uvh_clock() + timeout->tv_sec * 1e9 + timeout->tv_nsec;

    /* What has come in the meantime. */
    uvh_poll(NULL, 0, 0);
  }

  blocked = uvp__blocked;
  uvp__block(blocked | uvp__read_set(set));
  uvp__tell_host();
  r = uvp__await(uvp__read_set(set), info != NULL ? info : &unused, deadline);
  uvp__block(blocked);
  uvp__tell_host();

  return uvp__result(r);
}


int sigwaitinfo(const sigset_t* restrict set, siginfo_t* restrict info) {
  return sigtimedwait(set, info, NULL);
}


int sigwait(const sigset_t* restrict set, int* restrict signum) {
  int r;

  do
    r = sigtimedwait(set, NULL, NULL);
  while (r < 0 && errno == EINTR);

  if (r < 0)
    return errno;

  *signum = r;
  return 0;
}
