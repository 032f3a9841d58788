/* In place of emscripten_resize_heap() in what is linked with
 * --wrap=emscripten_resize_heap. emscripten's own grows the memory by what is
 * asked for, mostly one page. Each growth makes a new buffer of the host's, to
 * whom it looks as if so much memory were used anew: a program that fills a few
 * megabytes bit by bit made its engine collect garbage without end.
 */

#include <stddef.h>

#define UVP__PAGE ((size_t) 65536)

/* The most that is taken beyond what is asked for: 16 MiB. */
#define UVP__MAX_SPARE_PAGES ((size_t) 256)

int __wrap_emscripten_resize_heap(size_t size);


static int uvp__grow(size_t pages) {
  return __builtin_wasm_memory_grow(0, pages) != (size_t) -1;
}


/* Makes the memory `size` bytes large, which it is not. Returns 1, or 0 where
 * there is no more.
 */
int __wrap_emscripten_resize_heap(size_t size) {
  size_t needed;
  size_t pages;
  size_t spare;

  pages = __builtin_wasm_memory_size(0);
  needed = size / UVP__PAGE + (size % UVP__PAGE != 0) - pages;

  spare = pages / 4;
  if (spare > UVP__MAX_SPARE_PAGES)
    spare = UVP__MAX_SPARE_PAGES;

  return uvp__grow(needed + spare) || uvp__grow(needed);
}
