/* SPDX-License-Identifier: MIT */

/* The header of Linux, which newer versions of emscripten do not have. */

#pragma GCC system_header

#if __has_include_next(<sys/eventfd.h>)
#include_next <sys/eventfd.h>
#elif !defined(UVP_SYS_EVENTFD_H_)
#define UVP_SYS_EVENTFD_H_

#ifdef __cplusplus
extern "C" {
#endif

#include <fcntl.h>
#include <stdint.h>

typedef uint64_t eventfd_t;

#define EFD_SEMAPHORE 1
#define EFD_CLOEXEC O_CLOEXEC
#define EFD_NONBLOCK O_NONBLOCK

int eventfd(unsigned int value, int flags);
int eventfd_read(int fd, eventfd_t* value);
int eventfd_write(int fd, eventfd_t value);

#ifdef __cplusplus
}
#endif

#endif
