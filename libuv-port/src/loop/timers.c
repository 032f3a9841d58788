/* SPDX-License-Identifier: MIT */

/* libuv's own timer.c, over another heap: timer-heap.h replaces libuv's header.
 */

#include "timer-heap.h"

#include "timer.c"
