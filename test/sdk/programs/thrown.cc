// An exception that goes through libuv's frames.

#include <cstdio>
#include <stdexcept>
#include <uv.h>

int main() {
  uv_loop_t* loop = uv_default_loop();
  uv_timer_t timer;

  uv_timer_init(loop, &timer);
  uv_timer_start(&timer, [](uv_timer_t*) { throw std::runtime_error("thrown in a callback"); }, 0, 0);

  try {
    uv_run(loop, UV_RUN_DEFAULT);
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
  }
}
