/* SPDX-License-Identifier: MIT */

/* memcpy() and its relatives as the instructions that WebAssembly has for them,
 * which is what the compiler makes of these calls with -mbulk-memory. The C
 * library's are loops for engines without, and larger than many a program.
 */

#include <string.h>


void* memcpy(void* restrict to, const void* restrict from, size_t len) {
  return __builtin_memcpy(to, from, len);
}


void* memmove(void* to, const void* from, size_t len) {
  return __builtin_memmove(to, from, len);
}


void* memset(void* to, int byte, size_t len) {
  return __builtin_memset(to, byte, len);
}
