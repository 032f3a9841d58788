/* SPDX-License-Identifier: MIT */

/* Attributes of a thread that is never created, and of the only one. */

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>

/* As in musl, which has the functions that read them. */
#define UVP__STACK_SIZE(attr) ((attr)->__u.__s[0])
#define UVP__GUARD_SIZE(attr) ((attr)->__u.__s[1])
#define UVP__STACK_END(attr) ((attr)->__u.__s[2])
#define UVP__DETACHED(attr) ((attr)->__u.__i[3])
#define UVP__EXPLICIT(attr) ((attr)->__u.__i[4])
#define UVP__POLICY(attr) ((attr)->__u.__i[5])
#define UVP__PRIORITY(attr) ((attr)->__u.__i[6])

/* Linux' own. */
#define UVP__DEFAULT_STACK (8 << 20)
#define UVP__DEFAULT_GUARD 4096
#define UVP__NAME_MAX 15

/* The end of the stack, which is below all data, in the layout of uvcc. */
extern char __global_base;

static char uvp__name[UVP__NAME_MAX + 1];


int pthread_attr_init(pthread_attr_t* attr) {
  memset(attr, 0, sizeof(*attr));
  UVP__STACK_SIZE(attr) = UVP__DEFAULT_STACK;
  UVP__GUARD_SIZE(attr) = UVP__DEFAULT_GUARD;
  return 0;
}


int pthread_attr_destroy(pthread_attr_t* attr) {
  return 0;
}


int pthread_attr_setdetachstate(pthread_attr_t* attr, int state) {
  if (state != PTHREAD_CREATE_JOINABLE && state != PTHREAD_CREATE_DETACHED)
    return EINVAL;

  UVP__DETACHED(attr) = state;
  return 0;
}


int pthread_attr_setstacksize(pthread_attr_t* attr, size_t size) {
  if (size < PTHREAD_STACK_MIN)
    return EINVAL;

  UVP__STACK_SIZE(attr) = size;
  return 0;
}


int pthread_attr_setstack(pthread_attr_t* attr, void* address, size_t size) {
  if (size < PTHREAD_STACK_MIN)
    return EINVAL;

  UVP__STACK_SIZE(attr) = size;
  UVP__STACK_END(attr) = (size_t) address + size;
  return 0;
}


int pthread_attr_setguardsize(pthread_attr_t* attr, size_t size) {
  UVP__GUARD_SIZE(attr) = size;
  return 0;
}


int pthread_attr_setinheritsched(pthread_attr_t* attr, int inherit) {
  if (inherit != PTHREAD_INHERIT_SCHED && inherit != PTHREAD_EXPLICIT_SCHED)
    return EINVAL;

  UVP__EXPLICIT(attr) = inherit;
  return 0;
}


int pthread_attr_setschedpolicy(pthread_attr_t* attr, int policy) {
  if (policy != SCHED_OTHER && policy != SCHED_FIFO && policy != SCHED_RR)
    return EINVAL;

  UVP__POLICY(attr) = policy;
  return 0;
}


int pthread_attr_setschedparam(pthread_attr_t* restrict attr,
                               const struct sched_param* restrict param) {
  UVP__PRIORITY(attr) = param->sched_priority;
  return 0;
}


int pthread_attr_setscope(pthread_attr_t* attr, int scope) {
  if (scope == PTHREAD_SCOPE_PROCESS)
    return ENOTSUP;
  return scope == PTHREAD_SCOPE_SYSTEM ? 0 : EINVAL;
}


int pthread_getattr_np(pthread_t thread, pthread_attr_t* attr) {
  if (thread != pthread_self())
    return ESRCH;

  pthread_attr_init(attr);
  UVP__GUARD_SIZE(attr) = 0;
  UVP__STACK_SIZE(attr) = (size_t) &__global_base;
  UVP__STACK_END(attr) = (size_t) &__global_base;
  return 0;
}


int pthread_getattr_default_np(pthread_attr_t* attr) {
  return pthread_attr_init(attr);
}


int pthread_setattr_default_np(const pthread_attr_t* attr) {
  return 0;
}


int pthread_setname_np(pthread_t thread, const char* name) {
  if (thread != pthread_self())
    return ESRCH;

  if (strlen(name) > UVP__NAME_MAX)
    return ERANGE;

  strcpy(uvp__name, name);
  return 0;
}


int pthread_getname_np(pthread_t thread, char* name, size_t size) {
  if (thread != pthread_self())
    return ESRCH;

  if (size <= strlen(uvp__name))
    return ERANGE;

  strcpy(name, uvp__name);
  return 0;
}


int pthread_getconcurrency(void) {
  return 0;
}


int pthread_setconcurrency(int level) {
  return level < 0 ? EINVAL : 0;
}


int pthread_setschedprio(pthread_t thread, int priority) {
  if (thread != pthread_self())
    return ESRCH;
  return priority == 0 ? 0 : EINVAL;
}


/* There is one processor. */

int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t* set) {
  if (thread != pthread_self())
    return ESRCH;

  if (size == 0)
    return EINVAL;

  memset(set, 0, size);
  CPU_SET_S(0, size, set);
  return 0;
}


int pthread_setaffinity_np(pthread_t thread,
                           size_t size,
                           const cpu_set_t* set) {
  if (thread != pthread_self())
    return ESRCH;
  return CPU_ISSET_S(0, size, set) ? 0 : EINVAL;
}
