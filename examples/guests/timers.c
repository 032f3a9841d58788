/* A repeating timer that rings a bell three times, and a second timer in the
 * background. The second timer is unreferenced, so it does not keep the loop
 * alive: the program ends when the bell's timer is closed.
 *
 *   uvcc timers.c -o timers.wasm && libuv-wasm run timers.wasm
 */

#include <stdio.h>
#include <uv.h>

#define RINGS 3

static int rings;
static int sweeps;


static void on_bell(uv_timer_t* bell) {
  rings++;
  printf("ring %d after %d ms\n", rings, 50 * rings);

  if (rings == RINGS)
    uv_close((uv_handle_t*) bell, NULL);
}


static void on_sweep(uv_timer_t* sweeper) {
  sweeps++;
}


int main(void) {
  uv_timer_t sweeper;
  uv_timer_t bell;
  uv_loop_t* loop;

  loop = uv_default_loop();

  uv_timer_init(loop, &sweeper);
  uv_timer_start(&sweeper, on_sweep, 0, 20);
  uv_unref((uv_handle_t*) &sweeper);

  uv_timer_init(loop, &bell);
  uv_timer_start(&bell, on_bell, 50, 50);

  uv_run(loop, UV_RUN_DEFAULT);
  printf("swept %s in between\n", sweeps > 0 ? "floors" : "nothing");

  return 0;
}
