/**
 * The constants of WASI preview 1 other than its errors: flags, types, and the sizes of the structures that it
 * stores.
 *
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */

/** `clockid`: the last two count processor time. */
export const Clock = { REALTIME: 0, MONOTONIC: 1, PROCESS: 2, THREAD: 3 } as const

/** `filetype`. Pipes have no type of their own: they are unknown. */
export const FileType = {
  UNKNOWN: 0,
  CHARACTER_DEVICE: 2,
  DIRECTORY: 3,
  REGULAR_FILE: 4,
  SOCKET_DATAGRAM: 5,
  SOCKET_STREAM: 6,
  SYMBOLIC_LINK: 7,
} as const

/** `fdflags`. */
export const FdFlag = { APPEND: 1, DSYNC: 2, NONBLOCK: 4, SYNC: 16 } as const

/** `oflags`. */
export const OpenFlag = { CREATE: 1, DIRECTORY: 2, EXCLUSIVE: 4, TRUNCATE: 8 } as const

/** `lookupflags`. */
export const LookupFlag = { FOLLOW: 1 } as const

/** `fstflags`; the last two are described at {@link Mode}. */
export const TimesFlag = {
  ACCESSED: 1,
  ACCESSED_NOW: 2,
  MODIFIED: 4,
  MODIFIED_NOW: 8,
  IS_NEW: 0x4000,
  MODE: 0x8000,
} as const

/** `rights`: those that are checked, and all that exist. */
export const Right = {
  READ: 1n << 1n,
  SEEK: 1n << 2n,
  TELL: 1n << 5n,
  WRITE: 1n << 6n,
  STAT: 1n << 21n,
  POLL: 1n << 27n,
  ALL: 0x1fff_ffffn,
} as const

/** `whence`. */
export const Whence = { CURRENT: 1, END: 2 } as const

/** `advice`: the last one. */
export const LAST_ADVICE = 5

/** `eventtype`. */
export const EventType = { CLOCK: 0, FD_WRITE: 2 } as const

/** `subclockflags`: the time is absolute, not relative to now. */
export const ABSOLUTE_TIME = 1

/** Sizes of structures, in bytes. */
export const Size = { FDSTAT: 24, FILESTAT: 64, PRESTAT: 8, DIRENT: 24, SUBSCRIPTION: 48, EVENT: 32 } as const

/** `iovec` and `ciovec`. */
export const IOVEC = { size: 8, iov_base: 0, iov_len: 4 } as const

/**
 * Permissions, which preview 1 lacks. The C library of the guests (`libuv-port/src/files/attributes.c`) reads them from
 * the padding of a `filestat` and sets them with a private flag, and with another one as a part of making a directory.
 * What is untyped is not even a pipe. `make check` compares the numbers.
 */
export const Mode = { AT: 18, KNOWN: 0x8000, UNTYPED: 0x4000, BITS: 0o7777 } as const

/** The number of standard streams, which are the first descriptors. */
export const STREAMS = 3
