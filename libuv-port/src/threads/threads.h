/* SPDX-License-Identifier: MIT */

/* POSIX threads for a program that has one thread. They replace those of
 * emscripten's C library, whose locks are never held and whose waits never
 * wait.
 *
 * No other thread can hold a lock, so a lock that is held is held by the caller.
 * What would wait for another thread would wait forever: that is a bug of the
 * program, and calls abort(). With a deadline it waits until then.
 *
 * The structures are musl's, so that its initializers and its functions that
 * read attributes apply.
 */

#ifndef UVP_THREADS_H_
#define UVP_THREADS_H_

#include <time.h>

/* Waits until a time of a clock, or until a signal handler has run.
 *
 * Returns ETIMEDOUT, EINTR, or EINVAL if it is no time.
 */
int uvp__sleep_until(clockid_t clock, const struct timespec* deadline);

/* The same, but goes on waiting after a signal. */
int uvp__sleep_over(clockid_t clock, const struct timespec* deadline);

#endif  /* UVP_THREADS_H_ */
