/* SPDX-License-Identifier: MIT */

/* The header of Linux, which newer versions of emscripten do not have. */

#pragma GCC system_header

#if __has_include_next(<sys/epoll.h>)
#include_next <sys/epoll.h>
#elif !defined(UVP_SYS_EPOLL_H_)
#define UVP_SYS_EPOLL_H_

#ifdef __cplusplus
extern "C" {
#endif

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>

#define EPOLL_CLOEXEC O_CLOEXEC
#define EPOLL_NONBLOCK O_NONBLOCK

#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define EPOLL_CTL_MOD 3

enum EPOLL_EVENTS {
  EPOLL__DUMMY
};

#define EPOLLIN 0x001
#define EPOLLPRI 0x002
#define EPOLLOUT 0x004
#define EPOLLERR 0x008
#define EPOLLHUP 0x010
#define EPOLLNVAL 0x020
#define EPOLLRDNORM 0x040
#define EPOLLRDBAND 0x080
#define EPOLLWRNORM 0x100
#define EPOLLWRBAND 0x200
#define EPOLLMSG 0x400
#define EPOLLRDHUP 0x2000
#define EPOLLEXCLUSIVE (1U << 28)
#define EPOLLWAKEUP (1U << 29)
#define EPOLLONESHOT (1U << 30)
#define EPOLLET (1U << 31)

typedef union epoll_data {
  void* ptr;
  int fd;
  uint32_t u32;
  uint64_t u64;
} epoll_data_t;

struct epoll_event {
  uint32_t events;
  epoll_data_t data;
};

int epoll_create(int size);
int epoll_create1(int flags);
int epoll_ctl(int epoll, int operation, int fd, struct epoll_event* event);
int epoll_wait(int epoll, struct epoll_event* events, int max, int timeout);
int epoll_pwait(int epoll,
                struct epoll_event* events,
                int max,
                int timeout,
                const sigset_t* mask);

#ifdef __cplusplus
}
#endif

#endif
