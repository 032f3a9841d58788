/* SPDX-License-Identifier: MIT */

/* Programs that leave their loop to the host. The first argument says which. */

#include "uv/pump.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* From uv_pump.h: libuv's own tests run their loops with it. */
__attribute__((import_module("uv_pump_1"), import_name("run"))) int
uvh_pump_run(uv_loop_t* loop);

static int rest;


static void on_timer(uv_timer_t* timer) {
  int* left;

  /* A variable of main(), which has been left without a return. */
  left = (int*) timer->data;
  printf("%d left\n", --*left);
  if (*left == 0)
    uv_close((uv_handle_t*) timer, NULL);
}


static void on_stop(uv_timer_t* timer) {
  uv_stop(timer->loop);
  rest++;
}


static void on_exit_timer(uv_timer_t* timer) {
  exit(9);
}


static void on_sleep(uv_timer_t* timer) {
  usleep(1000);
  on_stop(timer);
}


/* More than a stream passes on before it gives the host a turn. */
static void on_print(uv_timer_t* timer) {
  int i;

  for (i = 0; i < 30000; i++)
    printf("line %d\n", i);

  on_stop(timer);
}


static void on_abort(uv_timer_t* timer) {
  abort();
}


static void on_other(uv_timer_t* timer) {
  uv_loop_t other;
  uv_timer_t slow;

  uv_loop_init(&other);
  uv_timer_init(&other, &slow);
  uv_timer_start(&slow, on_stop, 50, 0);
  uv_run(&other, UV_RUN_DEFAULT);
}


static int end(uv_loop_t* loop) {
  printf("end, %d alive, %d\n", uv_loop_alive(loop), rest);
  return 3;
}


static int again(uv_loop_t* loop) {
  printf("again\n");
  uv_timer_start((uv_timer_t*) loop->data, on_stop, 1, 0);
  uvp_run_and_exit(loop, end);
}


static void at_exit(void) {
  printf("at exit\n");
}


int main(int argc, char** argv) {
  uv_timer_t timer;
  uv_loop_t* loop;
  char byte;
  int left;

  left = 3;
  loop = uv_default_loop();
  loop->data = &timer;
  uv_timer_init(loop, &timer);
  timer.data = &left;
  atexit(at_exit);

  if (strcmp(argv[1], "timers") == 0)
    uv_timer_start(&timer, on_timer, 1, 1);
  else if (strcmp(argv[1], "stop") == 0)
    uv_timer_start(&timer, on_stop, 1, 1);
  else if (strcmp(argv[1], "exit") == 0)
    uv_timer_start(&timer, on_exit_timer, 1, 1);
  else if (strcmp(argv[1], "sleep") == 0)
    uv_timer_start(&timer, on_sleep, 1, 1);
  else if (strcmp(argv[1], "print") == 0)
    uv_timer_start(&timer, on_print, 1, 1);
  else if (strcmp(argv[1], "abort") == 0)
    uv_timer_start(&timer, on_abort, 1, 1);
  else if (strcmp(argv[1], "other") == 0)
    uv_timer_start(&timer, on_other, 1, 1);
  else if (strcmp(argv[1], "for-ever") == 0)
    uv_timer_start(&timer, on_timer, 3600000, 1);
  else if (strcmp(argv[1], "wait") == 0) {
    uv_timer_start(&timer, on_timer, 1, 1);
    uv_run(loop, UV_RUN_DEFAULT);
  } else if (strcmp(argv[1], "read") == 0) {
    while (read(0, &byte, 1) == 1)
      putchar(byte);
  } else if (strcmp(argv[1], "return") == 0) {
    return 5;
  }

  if (argc > 2) {
    uvh_pump_run(loop);
    return end(loop);
  }

  if (strcmp(argv[1], "none") == 0)
    uvp_run_and_exit(loop, NULL);

  uvp_run_and_exit(loop, strcmp(argv[1], "again") == 0 ? again : end);
}
