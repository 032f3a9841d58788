/* SPDX-License-Identifier: MIT */

/* The header of Linux, which newer versions of emscripten do not have. */

#pragma GCC system_header

#if __has_include_next(<sys/timerfd.h>)
#include_next <sys/timerfd.h>
#elif !defined(UVP_SYS_TIMERFD_H_)
#define UVP_SYS_TIMERFD_H_

#ifdef __cplusplus
extern "C" {
#endif

#include <fcntl.h>
#include <time.h>

#define TFD_NONBLOCK O_NONBLOCK
#define TFD_CLOEXEC O_CLOEXEC

#define TFD_TIMER_ABSTIME 1
#define TFD_TIMER_CANCEL_ON_SET (1 << 1)

int timerfd_create(int clock, int flags);
int timerfd_settime(int fd,
                    int flags,
                    const struct itimerspec* value,
                    struct itimerspec* old);
int timerfd_gettime(int fd, struct itimerspec* value);

#ifdef __cplusplus
}
#endif

#endif
