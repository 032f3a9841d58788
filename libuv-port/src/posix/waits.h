/* SPDX-License-Identifier: MIT */

/* What the calls that wait for descriptors share. */

#ifndef UVP_WAITS_H_
#define UVP_WAITS_H_

#include <poll.h>
#include <signal.h>
#include <time.h>

/* Whether a time has a valid form: not negative, less than a second of
 * nanoseconds.
 */
int uvp__is_time(const struct timespec* time);

/* poll() for an exact time, which the caller has checked; NULL means without a
 * limit. Stores the time that is left, also after an error. `mask`, which may
 * be NULL, are the blocked signals meanwhile.
 */
int uvp__poll_for(struct pollfd* fds,
                  nfds_t nfds,
                  struct timespec* time,
                  const sigset_t* mask);

#endif  /* UVP_WAITS_H_ */
