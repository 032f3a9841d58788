/* Stands before libuv's own uv.h on the compiler's path: uv/unix.h knows no
 * branch for WebAssembly, so what the platform adds is declared first.
 */

#include "uv/wasm.h"

#include_next <uv.h>
