/**
 * The POSIX error names that cross module boundaries. The numbers differ between C libraries (EAGAIN is 11 on Linux
 * and 6 in emscripten's), so host, kernel and API exchange errors by name. The module reports the number that its own
 * C library assigns to each name.
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
