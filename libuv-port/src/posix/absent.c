/* SPDX-License-Identifier: MIT */

/* What Linux may be configured without, and a guest always is: message queues,
 * notifications of changed files, STREAMS, and the settings of a process.
 * Programs call them if there is a header, without a test of the functions, so
 * these have to be linked, and say that they are not there.
 */

#include "../libc.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdarg.h>
#include <stropts.h>
#include <stdint.h>

/* Newer versions of emscripten do not have these. */
#if __has_include(<sys/inotify.h>)
#include <sys/inotify.h>
#endif
#if __has_include(<sys/prctl.h>)
#include <sys/prctl.h>
#endif
#include <sys/mman.h>
#include <unistd.h>


int acct(const char* path) {
  return uvp__absent(__func__);
}


int mincore(void* address, size_t size, unsigned char* pages) {
  return uvp__absent(__func__);
}


mqd_t mq_open(const char* name, int flags, ...) {
  return uvp__absent(__func__);
}


int mq_close(mqd_t queue) {
  return uvp__absent(__func__);
}


int mq_getattr(mqd_t queue, struct mq_attr* attributes) {
  return uvp__absent(__func__);
}


int mq_setattr(mqd_t queue,
               const struct mq_attr* restrict attributes,
               struct mq_attr* restrict old) {
  return uvp__absent(__func__);
}


int mq_notify(mqd_t queue, const struct sigevent* event) {
  return uvp__absent(__func__);
}


ssize_t mq_receive(mqd_t queue,
                   char* message,
                   size_t size,
                   unsigned* priority) {
  return uvp__absent(__func__);
}


ssize_t mq_timedreceive(mqd_t queue,
                        char* restrict message,
                        size_t size,
                        unsigned* restrict priority,
                        const struct timespec* restrict deadline) {
  return uvp__absent(__func__);
}


int mq_send(mqd_t queue, const char* message, size_t size, unsigned priority) {
  return uvp__absent(__func__);
}


int mq_timedsend(mqd_t queue,
                 const char* message,
                 size_t size,
                 unsigned priority,
                 const struct timespec* deadline) {
  return uvp__absent(__func__);
}


int mq_unlink(const char* name) {
  return uvp__absent(__func__);
}


int inotify_init(void) {
  return uvp__absent(__func__);
}


int inotify_init1(int flags) {
  return uvp__absent(__func__);
}


int inotify_add_watch(int fd, const char* path, uint32_t mask) {
  return uvp__absent(__func__);
}


int inotify_rm_watch(int fd, int watch) {
  return uvp__absent(__func__);
}


/* Only STREAMS are missing: every descriptor can be asked. */
int isastream(int fd) {
  return fcntl(fd, F_GETFD) < 0 ? -1 : 0;
}


/* A guest has no capabilities, so that those that a program gives up are gone.
 * Linux answers with EINVAL for an operation that it does not know.
 */
int prctl(int operation, ...) {
  unsigned long argument;
  va_list arguments;

  va_start(arguments, operation);
  argument = va_arg(arguments, unsigned long);
  va_end(arguments);

  if (operation == PR_CAP_AMBIENT) {
    switch (argument) {
      case PR_CAP_AMBIENT_CLEAR_ALL:
      case PR_CAP_AMBIENT_IS_SET:
      case PR_CAP_AMBIENT_LOWER:
        return 0;

      case PR_CAP_AMBIENT_RAISE:
        errno = EPERM;
        return -1;
    }
  }

  errno = EINVAL;
  return -1;
}
