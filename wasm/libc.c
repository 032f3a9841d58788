/* What the C library would ask its environment, answered here: the module
 * imports nothing but what uv_host.h, uvw.h and WASI name.
 */

#include <errno.h>
#include <stddef.h>

int unlink(const char* path);
void emscripten_notify_memory_growth(size_t index);


/* Whoever looks into the memory sees that its buffer has changed. */
void emscripten_notify_memory_growth(size_t index) {
}


/* libuv removes the names of its named pipes. There are neither, here. */
int unlink(const char* path) {
  errno = ENOSYS;
  return -1;
}
