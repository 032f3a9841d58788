/* SPDX-License-Identifier: MIT */

/* libuv's own timer.c, with another heap: heap.h replaces libuv's header. */

#include "heap.h"

#include "timer.c"
