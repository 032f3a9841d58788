/* A long computation that does not block the loop: an idle handle does a part of
 * it in each iteration, so that the timer fires in between.
 *
 *   uvcc -O2 idle.c -o idle.wasm && libuv-wasm run idle.wasm
 */

#include <stdio.h>
#include <uv.h>

#define LIMIT 20000
#define PER_TURN 50

static uv_timer_t clock_;
static unsigned int candidate = 2;
static unsigned int primes;
static int ticks;


static int is_prime(unsigned int n) {
  unsigned int i;

  for (i = 2; i * i <= n; i++)
    if (n % i == 0)
      return 0;

  return 1;
}


static void on_tick(uv_timer_t* timer) {
  ticks++;
}


static void on_idle(uv_idle_t* idle) {
  int i;

  for (i = 0; i < PER_TURN && candidate < LIMIT; i++)
    primes += is_prime(candidate++);

  if (candidate < LIMIT)
    return;

  uv_close((uv_handle_t*) idle, NULL);
  uv_close((uv_handle_t*) &clock_, NULL);
}


int main(void) {
  uv_loop_t* loop;
  uv_idle_t idle;

  loop = uv_default_loop();

  uv_timer_init(loop, &clock_);
  uv_timer_start(&clock_, on_tick, 1, 1);

  uv_idle_init(loop, &idle);
  uv_idle_start(&idle, on_idle);

  uv_run(loop, UV_RUN_DEFAULT);
  printf("%u primes below %d\n", primes, LIMIT);

  return ticks > 0 ? 0 : 1;
}
