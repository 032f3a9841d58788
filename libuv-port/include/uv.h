/* SPDX-License-Identifier: MIT */

/* Precedes libuv's own uv.h on the compiler's include path: uv/unix.h has no
 * branch for WebAssembly, so the platform's declarations come first.
 */

#include "uv/wasm.h"

#include_next <uv.h>
