/* What the C library would ask its environment, answered here: the module
 * imports nothing but what uv_host.h, uvw.h and WASI name.
 */

#include <errno.h>
#include <stddef.h>

long __syscall_unlink(long path);
long __syscall_chmod(long path, long mode);
long __syscall_stat64(long path, long buf);
int __cxa_atexit(void (*f)(void*), void* arg, void* handle);
void emscripten_notify_memory_growth(size_t index);
int uvp__blocks(int fd);
int uvp__wait(int fd, int events, int timeout);


/* Whoever looks into the memory sees that its buffer has changed. */
void emscripten_notify_memory_growth(size_t index) {
}


/* What is no socket's name would be a file, and there are none. */
long __syscall_unlink(long path) {
  return -ENOENT;
}


long __syscall_chmod(long path, long mode) {
  return -ENOENT;
}


long __syscall_stat64(long path, long buf) {
  return -ENOENT;
}


/* Nothing leaves this module by exit(): it is dropped. */
__attribute__((used)) int __cxa_atexit(void (*f)(void*),
                                       void* arg,
                                       void* handle) {
  return 0;
}


/* Who calls this module never waits, so a descriptor never blocks: see libc.h
 * in libuv-port/src.
 */
int uvp__blocks(int fd) {
  return 0;
}


int uvp__wait(int fd, int events, int timeout) {
  return 0;
}
