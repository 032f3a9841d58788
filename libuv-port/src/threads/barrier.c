/* SPDX-License-Identifier: MIT */

/* Barriers, and locks that spin. */

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define UVP__COUNT(barrier) ((barrier)->__u.__i[2])


int pthread_barrier_init(pthread_barrier_t* restrict barrier,
                         const pthread_barrierattr_t* restrict attributes,
                         unsigned count) {
  if (count == 0)
    return EINVAL;

  memset(barrier, 0, sizeof(*barrier));
  UVP__COUNT(barrier) = count;
  return 0;
}


int pthread_barrier_destroy(pthread_barrier_t* barrier) {
  return 0;
}


int pthread_barrier_wait(pthread_barrier_t* barrier) {
  if (UVP__COUNT(barrier) != 1)
    abort();
  return PTHREAD_BARRIER_SERIAL_THREAD;
}


int pthread_barrierattr_init(pthread_barrierattr_t* attributes) {
  attributes->__attr = 0;
  return 0;
}


int pthread_barrierattr_destroy(pthread_barrierattr_t* attributes) {
  return 0;
}


/* The bit is musl's. */
int pthread_barrierattr_setpshared(pthread_barrierattr_t* attributes,
                                   int shared) {
  if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
    return EINVAL;

  attributes->__attr = shared == PTHREAD_PROCESS_SHARED ? 0x80000000u : 0;
  return 0;
}


int pthread_spin_init(pthread_spinlock_t* lock, int shared) {
  *lock = 0;
  return 0;
}


int pthread_spin_destroy(pthread_spinlock_t* lock) {
  return 0;
}


int pthread_spin_trylock(pthread_spinlock_t* lock) {
  if (*lock)
    return EBUSY;

  *lock = 1;
  return 0;
}


int pthread_spin_lock(pthread_spinlock_t* lock) {
  if (pthread_spin_trylock(lock))
    abort();
  return 0;
}


int pthread_spin_unlock(pthread_spinlock_t* lock) {
  *lock = 0;
  return 0;
}
