/* libuv's own udp.c, as it is for Linux, whose rules our sockets have: there,
 * SO_REUSEADDR is what shares an address, and messages are sent and received
 * many at a time. libuv's headers have to be read before, as they are for us.
 *
 * Newer ones (1.52) ask Linux for errors in a way that hosts do not have; they
 * are compiled as for AIX, of which udp.c knows nothing but SO_REUSEADDR.
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
