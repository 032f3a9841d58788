/* SPDX-License-Identifier: MIT */

/* What libuv's tests ask of the system themselves, and no guest has. The tests
 * that do are about signals between threads, which are not there either.
 */

#include <errno.h>
#include <pthread.h>

int pthread_kill(pthread_t tid, int signum);


int pthread_kill(pthread_t tid, int signum) {
  return ENOSYS;
}
