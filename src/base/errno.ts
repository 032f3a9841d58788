/**
 * The POSIX error names that cross our boundaries. Their numbers differ from one C library to the next (EAGAIN is 11 on
 * Linux and 6 in emscripten's), so between hosts, kernel and API an error travels by name; the module says which number
 * its own C library gives to each.
 *
 * @see POSIX `<errno.h>`
 */
export const ERRNO_NAMES = [
  'E2BIG',
  'EACCES',
  'EADDRINUSE',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'EAGAIN',
  'EALREADY',
  'EBADF',
  'EBUSY',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EDESTADDRREQ',
  'EFAULT',
  'EHOSTUNREACH',
  'EINPROGRESS',
  'EINTR',
  'EINVAL',
  'EIO',
  'EISCONN',
  'EMFILE',
  'EMSGSIZE',
  'ENETDOWN',
  'ENETUNREACH',
  'ENFILE',
  'ENOBUFS',
  'ENODEV',
  'ENOENT',
  'ENOMEM',
  'ENOPROTOOPT',
  'ENOSPC',
  'ENOSYS',
  'ENOTCONN',
  'ENOTSOCK',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EPERM',
  'EPIPE',
  'EPROTONOSUPPORT',
  'EPROTOTYPE',
  'ETIMEDOUT',
] as const

/** One of {@link ERRNO_NAMES}. */
export type ErrnoName = (typeof ERRNO_NAMES)[number]
