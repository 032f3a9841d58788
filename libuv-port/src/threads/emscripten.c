/* SPDX-License-Identifier: MIT */

/* What emscripten's C library and its headers expect beside POSIX' threads. All
 * of it is defined in the file that the others here replace, and must not be
 * linked with it.
 */

#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>


int emscripten_has_threading_support(void) {
  return 0;
}


int emscripten_num_logical_cores(void) {
  return 1;
}


void emscripten_force_num_logical_cores(int cores) {
}


int emscripten_futex_wait(volatile void* address,
                          unsigned int value,
                          double timeout) {
  return 0;
}


int emscripten_futex_wake(volatile void* address, int count) {
  return 0;
}


int emscripten_is_main_runtime_thread(void) {
  return 1;
}


void emscripten_main_thread_process_queued_calls(void) {
}


void emscripten_current_thread_process_queued_calls(void) {
}


void emscripten_thread_sleep(double milliseconds) {
  poll(NULL, 0, milliseconds > INT_MAX ? INT_MAX : (int) milliseconds);
}


/* The C library's own calls a function whose type depends on the version. */
int sched_yield(void) {
  return 0;
}


/* The C library's own locks. */

void __lock(volatile int* lock) {
}


void __unlock(volatile int* lock) {
}


void __wait(volatile int* address, volatile int* waiters, int value, int priv) {
}


void __acquire_ptc(void) {
}


void __release_ptc(void) {
}
