/* What cannot exist here: signals, processes, terminals, libraries to load and
 * priorities. Handles of these kinds can be made and closed, as far as libuv's
 * interface allows; whatever would have to work is refused.
 */

#include "uv.h"
#include "internal.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>


/* Signals. Upstream's loop makes a pipe for them; none is needed for these. */

void uv__signal_global_once_init(void) {
}


void uv__signal_cleanup(void) {
}


void uv__signal_loop_cleanup(uv_loop_t* loop) {
}


int uv__signal_loop_fork(uv_loop_t* loop) {
  return UV_ENOSYS;
}


int uv_signal_init(uv_loop_t* loop, uv_signal_t* handle) {
  uv__handle_init(loop, (uv_handle_t*) handle, UV_SIGNAL);
  handle->signum = 0;
  handle->caught_signals = 0;
  handle->dispatched_signals = 0;

  return 0;
}


int uv_signal_start(uv_signal_t* handle, uv_signal_cb cb, int signum) {
  return signum == 0 ? UV_EINVAL : UV_ENOSYS;
}


int uv_signal_start_oneshot(uv_signal_t* handle, uv_signal_cb cb, int signum) {
  return uv_signal_start(handle, cb, signum);
}


int uv_signal_stop(uv_signal_t* handle) {
  return 0;
}


void uv__signal_close(uv_signal_t* handle) {
}


/* The C library's raise() has JavaScript call the handler. */
void __call_sighandler(void (*handler)(int), int signum);

void __call_sighandler(void (*handler)(int), int signum) {
  handler(signum);
}


/* Newer libuvs name it in their table of watchers. None of this kind exists. */
void uv__signal_event(uv_loop_t* loop, uv__io_t* w, unsigned int events);

void uv__signal_event(uv_loop_t* loop, uv__io_t* w, unsigned int events) {
  UNREACHABLE();
}


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

  return UV_ENOSYS;
}


int uv_process_kill(uv_process_t* process, int signum) {
  return UV_ESRCH;
}


/* There is nobody but us, and our signals have no way to reach us. */
int uv_kill(int pid, int signum) {
  if (signum < 0 || signum >= _NSIG)
    return UV_EINVAL;

  if (pid != uv_os_getpid())
    return UV_ESRCH;

  return signum == 0 ? 0 : UV_ENOSYS;
}


void uv__process_close(uv_process_t* handle) {
}


/* Terminals. */

int uv_tty_init(uv_loop_t* loop, uv_tty_t* tty, uv_file fd, int unused) {
  return UV_ENOTSUP;
}


int uv_tty_set_mode(uv_tty_t* tty, uv_tty_mode_t mode) {
  return UV_ENOTSUP;
}


int uv_tty_reset_mode(void) {
  return 0;
}


int uv_tty_get_winsize(uv_tty_t* tty, int* width, int* height) {
  return UV_ENOTSUP;
}


void uv_tty_set_vterm_state(uv_tty_vtermstate_t state) {
}


int uv_tty_get_vterm_state(uv_tty_vtermstate_t* state) {
  return UV_ENOTSUP;
}


void uv__tty_close(uv_tty_t* handle) {
  UNREACHABLE();
}


/* Libraries to load. The C library has JavaScript load them. */

static char uvp__dlerror[256];


void* dlopen(const char* name, int flags) {
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


/* Priorities: libuv asks the C library for them, which has none to give. */

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
