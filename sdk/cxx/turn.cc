/* SPDX-License-Identifier: MIT */

// Where a program in C++ goes on whose host runs its loop.

#include "catching.h"
#include "uvp.h"

extern "C" int __real_uvp_run(uv_loop_t* loop, uv_run_mode mode);
extern "C" int __wrap_uvp_run(uv_loop_t* loop, uv_run_mode mode);

struct turn {
  uv_loop_t* loop;
  uv_run_mode mode;
};

static int run(void* argument) {
  turn* that = static_cast<turn*>(argument);
  return __real_uvp_run(that->loop, that->mode);
}

int __wrap_uvp_run(uv_loop_t* loop, uv_run_mode mode) {
  turn that = { loop, mode };
  return uvp__catching == nullptr ? run(&that) : uvp__catching(run, &that);
}
