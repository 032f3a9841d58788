/* SPDX-License-Identifier: MIT */

/* Replaces emscripten_resize_heap() in modules that are linked with
 * --wrap=emscripten_resize_heap. emscripten's own function grows the memory by
 * the requested size, usually one page. Each growth creates a new buffer in the
 * host, which counts it like a new allocation of that size: a program that
 * gradually filled a few megabytes made its engine collect garbage all the
 * time.
 */

#include <stddef.h>

#define UVP__PAGE ((size_t) 65536)

/* The limit of the memory that is allocated beyond the requested size: 16 MiB.
 */
#define UVP__MAX_SPARE_PAGES ((size_t) 256)

int __wrap_emscripten_resize_heap(size_t size);


static int uvp__grow(size_t pages) {
  return __builtin_wasm_memory_grow(0, pages) != (size_t) -1;
}


/* Grows the memory to `size` bytes, which is more than it has. Returns 1, or 0
 * if there is no more memory.
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
