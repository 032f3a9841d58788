/* SPDX-License-Identifier: MIT */

#include "threads.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* How many readers hold it; -1 for a writer. */
#define UVP__HOLDERS(rwlock) ((rwlock)->__u.__i[0])


int pthread_rwlock_init(pthread_rwlock_t* restrict rwlock,
                        const pthread_rwlockattr_t* restrict attributes) {
  memset(rwlock, 0, sizeof(*rwlock));
  return 0;
}


int pthread_rwlock_destroy(pthread_rwlock_t* rwlock) {
  return 0;
}


int pthread_rwlock_tryrdlock(pthread_rwlock_t* rwlock) {
  if (UVP__HOLDERS(rwlock) < 0)
    return EBUSY;

  UVP__HOLDERS(rwlock)++;
  return 0;
}


int pthread_rwlock_rdlock(pthread_rwlock_t* rwlock) {
  return pthread_rwlock_tryrdlock(rwlock) ? EDEADLK : 0;
}


int pthread_rwlock_timedrdlock(pthread_rwlock_t* restrict rwlock,
                               const struct timespec* restrict deadline) {
  return pthread_rwlock_rdlock(rwlock);
}


int pthread_rwlock_trywrlock(pthread_rwlock_t* rwlock) {
  if (UVP__HOLDERS(rwlock) != 0)
    return EBUSY;

  UVP__HOLDERS(rwlock) = -1;
  return 0;
}


int pthread_rwlock_wrlock(pthread_rwlock_t* rwlock) {
  if (UVP__HOLDERS(rwlock) < 0)
    return EDEADLK;

  if (pthread_rwlock_trywrlock(rwlock))
    abort();
  return 0;
}


int pthread_rwlock_timedwrlock(pthread_rwlock_t* restrict rwlock,
                               const struct timespec* restrict deadline) {
  if (UVP__HOLDERS(rwlock) < 0)
    return EDEADLK;

  if (pthread_rwlock_trywrlock(rwlock))
    return uvp__sleep_over(CLOCK_REALTIME, deadline);
  return 0;
}


int pthread_rwlock_unlock(pthread_rwlock_t* rwlock) {
  if (UVP__HOLDERS(rwlock) > 0)
    UVP__HOLDERS(rwlock)--;
  else
    UVP__HOLDERS(rwlock) = 0;
  return 0;
}


int pthread_rwlockattr_init(pthread_rwlockattr_t* attributes) {
  memset(attributes, 0, sizeof(*attributes));
  return 0;
}


int pthread_rwlockattr_destroy(pthread_rwlockattr_t* attributes) {
  return 0;
}


int pthread_rwlockattr_setpshared(pthread_rwlockattr_t* attributes,
                                  int shared) {
  if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
    return EINVAL;

  attributes->__attr[0] = shared;
  return 0;
}
