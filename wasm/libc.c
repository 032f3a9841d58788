/* What the C library would ask its environment, answered here: the module
 * imports nothing but what uv_host.h, uvw.h and WASI name.
 */

#include <errno.h>
#include <stddef.h>

int unlink(const char* path);
int __cxa_atexit(void (*f)(void*), void* arg, void* handle);
void emscripten_notify_memory_growth(size_t index);
int uvp__blocks(int fd);
int uvp__wait(int fd, int events, int timeout);


/* Whoever looks into the memory sees that its buffer has changed. */
void emscripten_notify_memory_growth(size_t index) {
}


/* libuv removes the names of its named pipes. There are neither, here. */
int unlink(const char* path) {
  errno = ENOSYS;
  return -1;
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
