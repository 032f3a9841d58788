/* SPDX-License-Identifier: MIT */

/* What cannot exist here: processes, libraries to load, priorities.
 * Handles of these kinds can be initialized and closed, as far as libuv's
 * interface allows; every other operation is refused.
 */

#include "uv.h"
#include "internal.h"
#include "uv_host.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>


/* Processes. */

int uv__process_init(uv_loop_t* loop) {
  return 0;
}


int uv_spawn(uv_loop_t* loop,
             uv_process_t* process,
             const uv_process_options_t* options) {
  uv__handle_init(loop, (uv_handle_t*) process, UV_PROCESS);
  uv__queue_init(&process->queue);
  process->status = 0;
  process->pid = 0;
  process->exit_cb = NULL;

  uvh_absent(__func__, sizeof(__func__) - 1);
  return UV_ENOSYS;
}


int uv_process_kill(uv_process_t* process, int signum) {
  return UV_ESRCH;
}


int uv_kill(int pid, int signum) {
  return kill(pid, signum) ? UV__ERR(errno) : 0;
}


void uv__process_close(uv_process_t* handle) {
}


/* Libraries to load. The C library would load them through JavaScript. */

static char uvp__dlerror[256];


void* dlopen(const char* name, int flags) {
  uvh_absent(__func__, sizeof(__func__) - 1);
  snprintf(uvp__dlerror,
           sizeof(uvp__dlerror),
           "%s: libraries cannot be loaded",
           name != NULL ? name : "the program");
  return NULL;
}


void* dlsym(void* restrict library, const char* restrict name) {
  return NULL;
}


int dlclose(void* library) {
  return -1;
}


char* dlerror(void) {
  return uvp__dlerror;
}


/* No address belongs to a library, or has a name. */
int dladdr(const void* address, Dl_info* info) {
  return 0;
}


/* Priorities: libuv requests them from the C library, which has none. */

int pthread_getschedparam(pthread_t tid,
                          int* restrict policy,
                          struct sched_param* restrict param) {
  return ENOSYS;
}


int pthread_setschedparam(pthread_t tid,
                          int policy,
                          const struct sched_param* param) {
  return ENOSYS;
}


int sched_get_priority_min(int policy) {
  errno = ENOSYS;
  return -1;
}


int sched_get_priority_max(int policy) {
  errno = ENOSYS;
  return -1;
}
