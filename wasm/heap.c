/* SPDX-License-Identifier: MIT */

/* Memory: the allocator of libuv and of this folder, which counts the blocks
 * that are not freed yet, and the buffer for the arguments of a call.
 */

#include "uvw-internal.h"

#include <stdlib.h>

static int uvw__blocks;


char* uvw_scratch(void) {
  static char scratch[UVW_SCRATCH_SIZE];

  return scratch;
}


int uvw_heap_blocks(void) {
  return uvw__blocks;
}


void* uvw_malloc(size_t size) {
  void* block;

  block = malloc(size);
  uvw__blocks += block != NULL;
  return block;
}


void uvw_free(void* block) {
  uvw__blocks -= block != NULL;
  free(block);
}


static void* uvw__calloc(size_t count, size_t size) {
  void* block;

  block = calloc(count, size);
  uvw__blocks += block != NULL;
  return block;
}


/* libuv frees a block instead of requesting a size of 0. */
static void* uvw__realloc(void* block, size_t size) {
  void* grown;

  grown = realloc(block, size);
  uvw__blocks += block == NULL && grown != NULL;
  return grown;
}


void uvw__heap_init(void) {
  uv_replace_allocator(uvw_malloc, uvw__realloc, uvw__calloc, uvw_free);
}
