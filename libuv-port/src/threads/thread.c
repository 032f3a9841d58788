/* SPDX-License-Identifier: MIT */

/* The only thread: it cannot have others, but can end itself. */

#include "uv_host.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define UVP__DESTRUCTIONS 4

struct uvp__key {
  int used;
  void* value;
  void (*destroy)(void* value);
};

static struct uvp__key uvp__keys[PTHREAD_KEYS_MAX];
static struct __ptcb* uvp__cleanups;
static int uvp__cancel_state;
static int uvp__cancel_type;
static int uvp__cancelled;


int pthread_create(pthread_t* restrict thread,
                   const pthread_attr_t* restrict attributes,
                   void* (*start)(void* argument),
                   void* restrict argument) {
  uvh_absent(__func__, sizeof(__func__) - 1);
  return EAGAIN;
}


int pthread_join(pthread_t thread, void** result) {
  return thread == pthread_self() ? EDEADLK : ESRCH;
}


int pthread_tryjoin_np(pthread_t thread, void** result) {
  return thread == pthread_self() ? EBUSY : ESRCH;
}


int pthread_timedjoin_np(pthread_t thread,
                         void** result,
                         const struct timespec* deadline) {
  return pthread_join(thread, result);
}


int pthread_detach(pthread_t thread) {
  return thread == pthread_self() ? 0 : ESRCH;
}


#undef pthread_equal
int pthread_equal(pthread_t first, pthread_t second) {
  return first == second;
}


int pthread_kill(pthread_t thread, int signal) {
  if (thread != pthread_self())
    return ESRCH;

  if (signal == 0)
    return 0;

  return raise(signal) ? errno : 0;
}


int pthread_atfork(void (*prepare)(void),
                   void (*parent)(void),
                   void (*child)(void)) {
  return 0;
}


int pthread_getcpuclockid(pthread_t thread, clockid_t* clock) {
  *clock = CLOCK_THREAD_CPUTIME_ID;
  return thread == pthread_self() ? 0 : ESRCH;
}


int pthread_once(pthread_once_t* once, void (*call)(void)) {
  if (*once)
    return 0;

  call();
  *once = 1;
  return 0;
}


/* Values of the thread. */

int pthread_key_create(pthread_key_t* key, void (*destroy)(void* value)) {
  unsigned i;

  for (i = 0; i < PTHREAD_KEYS_MAX; i++) {
    if (uvp__keys[i].used)
      continue;

    uvp__keys[i] = (struct uvp__key){ 1, NULL, destroy };
    *key = i;
    return 0;
  }

  return EAGAIN;
}


static int uvp__is_key(pthread_key_t key) {
  return key < PTHREAD_KEYS_MAX && uvp__keys[key].used;
}


int pthread_key_delete(pthread_key_t key) {
  if (!uvp__is_key(key))
    return EINVAL;

  uvp__keys[key].used = 0;
  return 0;
}


void* pthread_getspecific(pthread_key_t key) {
  return uvp__is_key(key) ? uvp__keys[key].value : NULL;
}


int pthread_setspecific(pthread_key_t key, const void* value) {
  if (!uvp__is_key(key))
    return EINVAL;

  uvp__keys[key].value = (void*) value;
  return 0;
}


/* The end of the thread, which is that of the program. */

void __do_cleanup_push(struct __ptcb* cleanup) {
  cleanup->__next = uvp__cleanups;
  uvp__cleanups = cleanup;
}


void __do_cleanup_pop(struct __ptcb* cleanup) {
  uvp__cleanups = cleanup->__next;
}


static void uvp__destroy_values(void) {
  struct uvp__key* key;
  void* value;
  int again;
  int round;

  again = 1;
  for (round = 0; again && round < UVP__DESTRUCTIONS; round++) {
    again = 0;
    for (key = uvp__keys; key < uvp__keys + PTHREAD_KEYS_MAX; key++) {
      value = key->value;
      if (!key->used || key->destroy == NULL || value == NULL)
        continue;

      key->value = NULL;
      key->destroy(value);
      again = 1;
    }
  }
}


_Noreturn void pthread_exit(void* result) {
  struct __ptcb* cleanup;

  uvp__cancel_state = PTHREAD_CANCEL_DISABLE;

  while (uvp__cleanups != NULL) {
    cleanup = uvp__cleanups;
    uvp__cleanups = cleanup->__next;
    cleanup->__f(cleanup->__x);
  }

  uvp__destroy_values();
  exit(0);
}


void pthread_testcancel(void) {
  if (uvp__cancelled && uvp__cancel_state == PTHREAD_CANCEL_ENABLE)
    pthread_exit(PTHREAD_CANCELED);
}


int pthread_cancel(pthread_t thread) {
  if (thread != pthread_self())
    return ESRCH;

  uvp__cancelled = 1;
  if (uvp__cancel_type == PTHREAD_CANCEL_ASYNCHRONOUS)
    pthread_testcancel();
  return 0;
}


int pthread_setcancelstate(int state, int* old) {
  if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE)
    return EINVAL;

  if (old != NULL)
    *old = uvp__cancel_state;
  uvp__cancel_state = state;
  return 0;
}


int pthread_setcanceltype(int type, int* old) {
  if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS)
    return EINVAL;

  if (old != NULL)
    *old = uvp__cancel_type;
  uvp__cancel_type = type;
  return 0;
}


/* The C library's names for its own use. */

int __pthread_create(pthread_t* restrict thread,
                     const pthread_attr_t* restrict attributes,
                     void* (*start)(void* argument),
                     void* restrict argument)
    __attribute__((alias("pthread_create")));
int emscripten_builtin_pthread_create(pthread_t* restrict thread,
                                      const pthread_attr_t* restrict attributes,
                                      void* (*start)(void* argument),
                                      void* restrict argument)
    __attribute__((alias("pthread_create")));
int __pthread_join(pthread_t thread, void** result)
    __attribute__((alias("pthread_join")));
int emscripten_builtin_pthread_join(pthread_t thread, void** result)
    __attribute__((alias("pthread_join")));
int __pthread_detach(pthread_t thread) __attribute__((alias("pthread_detach")));
int emscripten_builtin_pthread_detach(pthread_t thread)
    __attribute__((alias("pthread_detach")));
int thrd_detach(pthread_t thread) __attribute__((alias("pthread_detach")));
int __pthread_once(pthread_once_t* once, void (*call)(void))
    __attribute__((alias("pthread_once")));
int __pthread_key_create(pthread_key_t* key, void (*destroy)(void* value))
    __attribute__((alias("pthread_key_create")));
int __pthread_key_delete(pthread_key_t key)
    __attribute__((alias("pthread_key_delete")));
_Noreturn void __pthread_exit(void* result)
    __attribute__((alias("pthread_exit")));
_Noreturn void emscripten_builtin_pthread_exit(void* result)
    __attribute__((alias("pthread_exit")));
