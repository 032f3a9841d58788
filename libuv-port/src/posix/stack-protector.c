/* SPDX-License-Identifier: MIT */

/* What -fstack-protector calls, which emscripten's C library lacks. */

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

uintptr_t __stack_chk_guard = 0x00000aff;

static void uvp__choose_guard(void) __attribute__((constructor(101)));


/* The first byte in memory is 0, where a string that is too long would end, as
 * it is natively.
 */
static void uvp__choose_guard(void) {
  uintptr_t guard;

  if (getentropy(&guard, sizeof(guard)) == 0)
    __stack_chk_guard = guard << 8;
}


_Noreturn void __stack_chk_fail(void) {
  static const char text[] = "*** stack smashing detected ***: terminated\n";

  write(STDERR_FILENO, text, sizeof(text) - 1);
  abort();
}
