/* SPDX-License-Identifier: MIT */

/* Ends, or runs on, in the way that its first argument names. */

#include <uv.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say(const char* text) {
  printf("%s\n", text);
  fflush(stdout);
}


__attribute__((noinline)) static void step_on_it(void) {
  __builtin_trap();
}


static void exit_in_callback(uv_timer_t* timer) {
  exit(7);
}


static void trap_in_callback(uv_timer_t* timer) {
  step_on_it();
}


static void nothing(uv_timer_t* timer) {
}


static int after(uint64_t timeout, uv_timer_cb cb) {
  uv_timer_t timer;

  uv_timer_init(uv_default_loop(), &timer);
  uv_timer_start(&timer, cb, timeout, 0);
  return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}


__attribute__((noinline)) static int dig(int depth) {
  volatile char ground[4096];

  ground[0] = 1;
  return depth == 0 ? 0 : dig(depth - 1) + ground[0];
}


static int poke(volatile char* where) {
  where[0] = 1;
  return where[0];
}


static int wait_for_ever(void) {
  uv_async_t async;

  uv_async_init(uv_default_loop(), &async, NULL);
  say("waiting");
  return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}


static int spin(void) {
  volatile int turns;

  say("spinning");
  for (turns = 0; turns >= 0; turns = !turns)
    continue;

  return 0;
}


static int spin_the_loop(void) {
  uv_idle_t idle;

  uv_idle_init(uv_default_loop(), &idle);
  uv_idle_start(&idle, (uv_idle_cb) nothing);
  say("turning");
  return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}


static int write_for_ever(void) {
  char block[4096];

  memset(block, 'x', sizeof(block));
  for (;;)
    fwrite(block, 1, sizeof(block), stdout);
}


static int copy_input(void) {
  char block[1000];
  ssize_t n;

  while ((n = read(0, block, sizeof(block))) > 0)
    if (write(1, block, n) != n)
      return 2;

  if (n < 0) {
    perror("read");
    return 1;
  }

  return 0;
}


static int list(int argc, char** argv, char** names) {
  for (; argc > 0; argc--, argv++)
    printf("%s=%s\n", *argv, getenv(*argv) == NULL ? "" : getenv(*argv));

  return 0;
}


static int measure(int ms) {
  uint64_t before;

  before = uv_hrtime();
  uv_sleep(ms);
  printf("%d\n", (int) ((uv_hrtime() - before) / 1000000));
  return 0;
}


int main(int argc, char** argv) {
  const char* how = argc > 1 ? argv[1] : "";
  int number = argc > 2 ? atoi(argv[2]) : 0;

  if (strcmp(how, "return") == 0)
    return number;
  if (strcmp(how, "exit") == 0)
    exit(number);
  if (strcmp(how, "exit-in-callback") == 0)
    return after(1, exit_in_callback);
  if (strcmp(how, "abort") == 0)
    abort();
  if (strcmp(how, "assert") == 0)
    assert(number == 4711);
  if (strcmp(how, "trap") == 0)
    step_on_it();
  if (strcmp(how, "trap-in-callback") == 0)
    return after(1, trap_in_callback);
  if (strcmp(how, "overflow") == 0)
    return dig(1000000);
  if (strcmp(how, "poke") == 0)
    return poke((char*) 0xfffffff0u);
  if (strcmp(how, "wait") == 0)
    return wait_for_ever();
  if (strcmp(how, "spin") == 0)
    return spin();
  if (strcmp(how, "turn") == 0)
    return spin_the_loop();
  if (strcmp(how, "flood") == 0)
    return write_for_ever();
  if (strcmp(how, "cat") == 0)
    return copy_input();
  if (strcmp(how, "timer") == 0)
    return after(number, nothing);
  if (strcmp(how, "sleep") == 0)
    return measure(number);
  if (strcmp(how, "env") == 0)
    return list(argc - 2, argv + 2, NULL);

  if (strcmp(how, "args") == 0) {
    for (; argc > 0; argc--, argv++)
      say(*argv);
    return 0;
  }

  fprintf(stderr, "how?\n");
  return 99;
}
