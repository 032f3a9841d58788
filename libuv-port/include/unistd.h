/* SPDX-License-Identifier: MIT */

/* emscripten's unistd.h, with what glibc has in addition. */

#pragma GCC system_header

#include_next <unistd.h>

#if defined(_GNU_SOURCE) && !defined(UVP_UNISTD_H_)
#define UVP_UNISTD_H_

#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1U << 1)
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Closes all descriptors from a number on. */
void closefrom(int first);

/* Closes those from `first` to `last`, or with CLOSE_RANGE_CLOEXEC sets their
 * FD_CLOEXEC. EINVAL if `first` is larger, or for other flags.
 */
int close_range(unsigned int first, unsigned int last, int flags);

#ifdef __cplusplus
}
#endif

#endif
