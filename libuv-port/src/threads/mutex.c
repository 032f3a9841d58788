/* SPDX-License-Identifier: MIT */

#include "threads.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define UVP__TYPE(mutex) ((mutex)->__u.__i[0] & 3)
#define UVP__HELD(mutex) ((mutex)->__u.__i[1])
/* How often a recursive one was locked again. */
#define UVP__AGAIN(mutex) ((mutex)->__u.__i[5])


int pthread_mutex_init(pthread_mutex_t* restrict mutex,
                       const pthread_mutexattr_t* restrict attributes) {
  memset(mutex, 0, sizeof(*mutex));
  if (attributes != NULL)
    mutex->__u.__i[0] = attributes->__attr;
  return 0;
}


int pthread_mutex_destroy(pthread_mutex_t* mutex) {
  return UVP__HELD(mutex) ? EBUSY : 0;
}


int pthread_mutex_trylock(pthread_mutex_t* mutex) {
  if (!UVP__HELD(mutex)) {
    UVP__HELD(mutex) = 1;
    return 0;
  }

  if (UVP__TYPE(mutex) != PTHREAD_MUTEX_RECURSIVE)
    return EBUSY;

  if (UVP__AGAIN(mutex) == INT_MAX)
    return EAGAIN;

  UVP__AGAIN(mutex)++;
  return 0;
}


/* The error of locking one that is held, where waiting is no way out. */
static int uvp__lock(pthread_mutex_t* mutex) {
  int err;

  err = pthread_mutex_trylock(mutex);
  if (err == EBUSY && UVP__TYPE(mutex) == PTHREAD_MUTEX_ERRORCHECK)
    return EDEADLK;
  return err;
}


int pthread_mutex_lock(pthread_mutex_t* mutex) {
  int err;

  err = uvp__lock(mutex);
  if (err == EBUSY)
    abort();
  return err;
}


int pthread_mutex_timedlock(pthread_mutex_t* restrict mutex,
                            const struct timespec* restrict deadline) {
  int err;

  err = uvp__lock(mutex);
  return err == EBUSY ? uvp__sleep_over(CLOCK_REALTIME, deadline) : err;
}


int pthread_mutex_unlock(pthread_mutex_t* mutex) {
  if (!UVP__HELD(mutex))
    return UVP__TYPE(mutex) == PTHREAD_MUTEX_NORMAL ? 0 : EPERM;

  if (UVP__AGAIN(mutex) > 0)
    UVP__AGAIN(mutex)--;
  else
    UVP__HELD(mutex) = 0;
  return 0;
}


/* An owner that has ended is what these are about. */

int pthread_mutex_consistent(pthread_mutex_t* mutex) {
  return EINVAL;
}


int pthread_mutex_getprioceiling(const pthread_mutex_t* restrict mutex,
                                 int* restrict ceiling) {
  return EINVAL;
}


int pthread_mutex_setprioceiling(pthread_mutex_t* restrict mutex,
                                 int ceiling,
                                 int* restrict old) {
  return EINVAL;
}


/* Attributes: the type, and bits as in musl, which has the functions that read
 * them.
 */

int pthread_mutexattr_init(pthread_mutexattr_t* attributes) {
  attributes->__attr = 0;
  return 0;
}


int pthread_mutexattr_destroy(pthread_mutexattr_t* attributes) {
  return 0;
}


static int uvp__set(pthread_mutexattr_t* attributes, unsigned bit, int value) {
  if (value != 0 && value != 1)
    return EINVAL;

  attributes->__attr &= ~bit;
  if (value)
    attributes->__attr |= bit;
  return 0;
}


int pthread_mutexattr_settype(pthread_mutexattr_t* attributes, int type) {
  if (type < PTHREAD_MUTEX_NORMAL || type > PTHREAD_MUTEX_ERRORCHECK)
    return EINVAL;

  attributes->__attr = (attributes->__attr & ~3u) | type;
  return 0;
}


int pthread_mutexattr_setrobust(pthread_mutexattr_t* attributes, int robust) {
  return uvp__set(attributes, 4, robust);
}


int pthread_mutexattr_setprotocol(pthread_mutexattr_t* attributes,
                                  int protocol) {
  if (protocol == PTHREAD_PRIO_PROTECT)
    return ENOTSUP;
  return uvp__set(attributes, 8, protocol);
}


int pthread_mutexattr_setpshared(pthread_mutexattr_t* attributes, int shared) {
  return uvp__set(attributes, 128, shared);
}


int pthread_mutexattr_getprioceiling(
    const pthread_mutexattr_t* restrict attributes,
    int* restrict ceiling) {
  return ENOTSUP;
}


int pthread_mutexattr_setprioceiling(pthread_mutexattr_t* attributes,
                                     int ceiling) {
  return ENOTSUP;
}


/* The C library's names for its own use. */

int __pthread_mutex_lock(pthread_mutex_t* mutex)
    __attribute__((alias("pthread_mutex_lock")));
int __pthread_mutex_trylock(pthread_mutex_t* mutex)
    __attribute__((alias("pthread_mutex_trylock")));
int __pthread_mutex_timedlock(pthread_mutex_t* restrict mutex,
                              const struct timespec* restrict deadline)
    __attribute__((alias("pthread_mutex_timedlock")));
int __pthread_mutex_unlock(pthread_mutex_t* mutex)
    __attribute__((alias("pthread_mutex_unlock")));
