/* SPDX-License-Identifier: MIT */

#include "threads.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define UVP__CLOCK(cond) ((cond)->__u.__i[4])
#define UVP__CLOCK_BITS 0x7fffffffu
#define UVP__SHARED_BIT 0x80000000u


int pthread_cond_init(pthread_cond_t* restrict cond,
                      const pthread_condattr_t* restrict attributes) {
  memset(cond, 0, sizeof(*cond));
  if (attributes != NULL)
    UVP__CLOCK(cond) = attributes->__attr & UVP__CLOCK_BITS;
  return 0;
}


int pthread_cond_destroy(pthread_cond_t* cond) {
  return 0;
}


/* Nothing waits. */

int pthread_cond_signal(pthread_cond_t* cond) {
  return 0;
}


int pthread_cond_broadcast(pthread_cond_t* cond) {
  return 0;
}


int pthread_cond_wait(pthread_cond_t* restrict cond,
                      pthread_mutex_t* restrict mutex) {
  abort();
}


int pthread_cond_timedwait(pthread_cond_t* restrict cond,
                           pthread_mutex_t* restrict mutex,
                           const struct timespec* restrict deadline) {
  int err;
  int locked;

  err = pthread_mutex_unlock(mutex);
  if (err)
    return err;

  err = uvp__sleep_over(UVP__CLOCK(cond), deadline);
  locked = pthread_mutex_lock(mutex);
  return locked ? locked : err;
}


int pthread_condattr_init(pthread_condattr_t* attributes) {
  attributes->__attr = CLOCK_REALTIME;
  return 0;
}


int pthread_condattr_destroy(pthread_condattr_t* attributes) {
  return 0;
}


int pthread_condattr_setclock(pthread_condattr_t* attributes, clockid_t clock) {
  if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
    return EINVAL;

  attributes->__attr = (attributes->__attr & UVP__SHARED_BIT) | clock;
  return 0;
}


int pthread_condattr_setpshared(pthread_condattr_t* attributes, int shared) {
  if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
    return EINVAL;

  attributes->__attr &= UVP__CLOCK_BITS;
  if (shared == PTHREAD_PROCESS_SHARED)
    attributes->__attr |= UVP__SHARED_BIT;
  return 0;
}


/* The C library's names for its own use. */

int __pthread_cond_timedwait(pthread_cond_t* restrict cond,
                             pthread_mutex_t* restrict mutex,
                             const struct timespec* restrict deadline)
    __attribute__((alias("pthread_cond_timedwait")));


int __private_cond_signal(pthread_cond_t* cond, int count) {
  return 0;
}
