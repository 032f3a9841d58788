/* libuv's own timer.c with a heap of ours, whose header takes the place of
 * libuv's: see there.
 */

#include "heap.h"

#include "timer.c"
