/* SPDX-License-Identifier: MIT */

/* Assertions of the release module. They are kept, because libuv's state is
 * driven from outside of the module, and a trap is better than corrupted
 * memory. But they print nothing, because their texts and printf() are larger
 * than libuv.
 */

#include_next <assert.h>

#undef assert
#define assert(expression) ((expression) ? (void) 0 : __builtin_trap())
