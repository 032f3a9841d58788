/* SPDX-License-Identifier: MIT */

/* What Linux may be configured without, and a guest always is: message queues
 * and STREAMS. Programs call them if there is a header, without a test of the
 * functions, so these have to be linked, and say that they are not there.
 */

#include "../libc.h"

#include <fcntl.h>
#include <mqueue.h>
#include <stropts.h>
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


/* Only STREAMS are missing: every descriptor can be asked. */
int isastream(int fd) {
  return fcntl(fd, F_GETFD) < 0 ? -1 : 0;
}
