/* SPDX-License-Identifier: MIT */

// Where a program in C++ starts.

#include "catching.h"

extern "C" void _start();

static int start(void*) {
  _start();
  return 0;
}

extern "C" __attribute__((export_name("_start")))
void uvp__start_cxx() {
  if (uvp__catching == nullptr)
    _start();
  else
    uvp__catching(start, nullptr);
}
