/**
 * What one call of a guest may ask for. The numbers are those of Linux, and they are checked by length, before anything is
 * allocated, decoded or copied.
 *
 * @see POSIX `<limits.h>`
 */

/** The most buffers of one call. */
export const IOV_MAX = 1024

/** The most bytes of one call: what it answers is an `ssize_t`, which has 32 bits here. */
export const SSIZE_MAX = 0x7fff_ffff

/** The longest path in bytes, with the NUL that ends it in C: without it, one byte less. */
export const PATH_MAX = 4096

/** The longest name in a path, in bytes. */
export const NAME_MAX = 255

/**
 * The most bytes of one call that are copied for what takes them later: a write of more is a short one. Linux has no such
 * limit, since a write to a pipe waits; programs that print by `stdio` go on with the rest.
 */
export const COPY_MAX = 16 * 1024 * 1024
