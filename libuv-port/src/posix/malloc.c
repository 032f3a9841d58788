/* SPDX-License-Identifier: MIT */

/* Allocation that reports its failure in errno, as POSIX requires. Emscripten's
 * allocators, whichever is linked, only return NULL.
 */

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <malloc.h>

/* The allocator's own names. */
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* p, size_t size);
void* emscripten_builtin_memalign(size_t alignment, size_t size);


static void* uvp__allocated(void* p) {
  if (p == NULL)
    errno = ENOMEM;

  return p;
}


void* malloc(size_t size) {
  return uvp__allocated(__libc_malloc(size));
}


void* calloc(size_t count, size_t size) {
  return uvp__allocated(__libc_calloc(count, size));
}


/* A size of 0 frees, which is no failure. */
void* realloc(void* p, size_t size) {
  void* q;

  q = __libc_realloc(p, size);
  return size == 0 ? q : uvp__allocated(q);
}


void* reallocarray(void* p, size_t count, size_t size) {
  size_t bytes;

  if (__builtin_mul_overflow(count, size, &bytes))
    return uvp__allocated(NULL);

  return realloc(p, bytes);
}


static int uvp__is_power_of_two(size_t n) {
  return n != 0 && (n & (n - 1)) == 0;
}


void* memalign(size_t alignment, size_t size) {
  if (!uvp__is_power_of_two(alignment)) {
    errno = EINVAL;
    return NULL;
  }

  return uvp__allocated(emscripten_builtin_memalign(alignment, size));
}


void* aligned_alloc(size_t alignment, size_t size) {
  return memalign(alignment, size);
}
