/* The smallest program: a loop without active handles ends at once.
 *
 *   uvcc hello.c -o hello.wasm && libuv-wasm run hello.wasm
 */

#include <stdio.h>
#include <uv.h>


int main(void) {
  printf("libuv %s says hello\n", uv_version_string());
  return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
