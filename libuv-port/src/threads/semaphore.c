/* SPDX-License-Identifier: MIT */

/* Semaphores. A signal handler may post one, so that waiting for it may end. */

#include "threads.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <semaphore.h>
#include <string.h>

#define UVP__VALUE(semaphore) ((semaphore)->__val[0])


static int uvp__error(int err) {
  errno = err;
  return -1;
}


int sem_init(sem_t* semaphore, int shared, unsigned value) {
  if (value > SEM_VALUE_MAX)
    return uvp__error(EINVAL);

  memset(semaphore, 0, sizeof(*semaphore));
  UVP__VALUE(semaphore) = value;
  return 0;
}


int sem_destroy(sem_t* semaphore) {
  return 0;
}


int sem_post(sem_t* semaphore) {
  if (UVP__VALUE(semaphore) == SEM_VALUE_MAX)
    return uvp__error(EOVERFLOW);

  UVP__VALUE(semaphore)++;
  return 0;
}


int sem_trywait(sem_t* semaphore) {
  if (UVP__VALUE(semaphore) == 0)
    return uvp__error(EAGAIN);

  UVP__VALUE(semaphore)--;
  return 0;
}


int sem_wait(sem_t* semaphore) {
  while (UVP__VALUE(semaphore) == 0)
    if (poll(NULL, 0, -1) < 0 && UVP__VALUE(semaphore) == 0)
      return -1;

  return sem_trywait(semaphore);
}


int sem_timedwait(sem_t* restrict semaphore,
                  const struct timespec* restrict deadline) {
  int err;

  while (UVP__VALUE(semaphore) == 0) {
    err = uvp__sleep_until(CLOCK_REALTIME, deadline);
    if (err && UVP__VALUE(semaphore) == 0)
      return uvp__error(err);
  }

  return sem_trywait(semaphore);
}


int sem_getvalue(sem_t* restrict semaphore, int* restrict value) {
  *value = UVP__VALUE(semaphore);
  return 0;
}


/* One with a name is for several processes. */

sem_t* sem_open(const char* name, int flags, ...) {
  errno = ENOSYS;
  return SEM_FAILED;
}


int sem_close(sem_t* semaphore) {
  return uvp__error(EINVAL);
}


int sem_unlink(const char* name) {
  return uvp__error(ENOSYS);
}
