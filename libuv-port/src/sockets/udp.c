/* SPDX-License-Identifier: MIT */

/* libuv's own udp.c, compiled as for Linux, which has the same rules for
 * sockets: there, SO_REUSEADDR shares an address, and messages are sent and
 * received in batches. libuv's headers have to be included before, as they are
 * for this platform.
 *
 * Newer versions (1.52) request errors from Linux in a way that hosts do not
 * support; they are compiled as for AIX, for which udp.c has no special case
 * but SO_REUSEADDR.
 */

#include "uv.h"
#include "internal.h"

#include <sys/un.h>

#if UV_VERSION_HEX < 0x013400
#define __linux__ 1
#else
#define _AIX73 1
#endif

#include "unix/udp.c"
