/**
 * The limits of a single call of a guest. The numbers are those of Linux. They are checked by length, before anything
 * is allocated, decoded or copied.
 *
 * @see POSIX `<limits.h>`
 */

/** The maximum number of buffers per call. */
export const IOV_MAX = 1024

/** The maximum number of bytes per call: the result is an `ssize_t`, which has 32 bits here. */
export const SSIZE_MAX = 0x7fff_ffff

/** The length of the longest path in bytes, including the terminating NUL of C: the path itself has one byte less. */
export const PATH_MAX = 4096

/** The length of the longest file name in bytes. */
export const NAME_MAX = 255

/**
 * The maximum number of bytes per call that are copied for deferred consumption; a longer write becomes a short one.
 * Linux has no such limit, since a write to a pipe blocks. Programs that print through `stdio` continue with the
 * rest.
 */
export const COPY_MAX = 16 * 1024 * 1024

/** The number of types of sockets (`SOCK_MAX`). */
export const SOCKET_TYPES = 11

/** The number of protocols of the internet, of which each one has a number (`IPPROTO_MAX`). */
export const PROTOCOLS = 263
