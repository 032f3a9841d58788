/**
 * Errors: a code is a negative number, the same as in a C program, and `errorName()` has its name. `make check
 * ONLY=assembly` compares them with the host.
 */

/** The errors by name. 0 is success. */
export enum ErrorCode {
  E2BIG = -1,
  EACCES = -2,
  EADDRINUSE = -3,
  EADDRNOTAVAIL = -4,
  EAFNOSUPPORT = -5,
  EAGAIN = -6,
  EALREADY = -7,
  EBADF = -8,
  EBUSY = -10,
  ECANCELED = -11,
  ECONNABORTED = -13,
  ECONNREFUSED = -14,
  ECONNRESET = -15,
  EDESTADDRREQ = -17,
  EEXIST = -20,
  EFAULT = -21,
  EFBIG = -22,
  EHOSTUNREACH = -23,
  EILSEQ = -25,
  EINTR = -27,
  EINVAL = -28,
  EIO = -29,
  EISCONN = -30,
  EISDIR = -31,
  ELOOP = -32,
  EMFILE = -33,
  EMLINK = -34,
  EMSGSIZE = -35,
  ENAMETOOLONG = -37,
  ENETDOWN = -38,
  ENETUNREACH = -40,
  ENFILE = -41,
  ENOBUFS = -42,
  ENODEV = -43,
  ENOENT = -44,
  ENOEXEC = -45,
  ENOMEM = -48,
  ENOPROTOOPT = -50,
  ENOSPC = -51,
  ENOSYS = -52,
  ENOTCONN = -53,
  ENOTDIR = -54,
  ENOTEMPTY = -55,
  ENOTSOCK = -57,
  ENOTTY = -59,
  ENXIO = -60,
  EOVERFLOW = -61,
  EPERM = -63,
  EPIPE = -64,
  EPROTO = -65,
  EPROTONOSUPPORT = -66,
  EPROTOTYPE = -67,
  ERANGE = -68,
  EROFS = -69,
  ESPIPE = -70,
  ESRCH = -71,
  ETIMEDOUT = -73,
  ETXTBSY = -74,
  EXDEV = -75,
  EUNATCH = -110,
  ENODATA = -116,
  ENONET = -119,
  ESOCKTNOSUPPORT = -137,
  ENOTSUP = -138,
  ESHUTDOWN = -140,
  EHOSTDOWN = -142,
  EREMOTEIO = -147,
  EINPROGRESS = -26,
}

/**
 * The name of an error, such as `ECONNREFUSED`.
 *
 * @param code - a negative number that a call of this library returned, or that `onError()` received
 * @returns `SUCCESS` for 0 and above, and `UNKNOWN` for what is no error of this library
 */
export function errorName(code: i32): string {
  if (code >= 0) return 'SUCCESS'
  switch (code) {
    case ErrorCode.E2BIG:
      return 'E2BIG'
    case ErrorCode.EACCES:
      return 'EACCES'
    case ErrorCode.EADDRINUSE:
      return 'EADDRINUSE'
    case ErrorCode.EADDRNOTAVAIL:
      return 'EADDRNOTAVAIL'
    case ErrorCode.EAFNOSUPPORT:
      return 'EAFNOSUPPORT'
    case ErrorCode.EAGAIN:
      return 'EAGAIN'
    case ErrorCode.EALREADY:
      return 'EALREADY'
    case ErrorCode.EBADF:
      return 'EBADF'
    case ErrorCode.EBUSY:
      return 'EBUSY'
    case ErrorCode.ECANCELED:
      return 'ECANCELED'
    case ErrorCode.ECONNABORTED:
      return 'ECONNABORTED'
    case ErrorCode.ECONNREFUSED:
      return 'ECONNREFUSED'
    case ErrorCode.ECONNRESET:
      return 'ECONNRESET'
    case ErrorCode.EDESTADDRREQ:
      return 'EDESTADDRREQ'
    case ErrorCode.EEXIST:
      return 'EEXIST'
    case ErrorCode.EFAULT:
      return 'EFAULT'
    case ErrorCode.EFBIG:
      return 'EFBIG'
    case ErrorCode.EHOSTUNREACH:
      return 'EHOSTUNREACH'
    case ErrorCode.EILSEQ:
      return 'EILSEQ'
    case ErrorCode.EINTR:
      return 'EINTR'
    case ErrorCode.EINVAL:
      return 'EINVAL'
    case ErrorCode.EIO:
      return 'EIO'
    case ErrorCode.EISCONN:
      return 'EISCONN'
    case ErrorCode.EISDIR:
      return 'EISDIR'
    case ErrorCode.ELOOP:
      return 'ELOOP'
    case ErrorCode.EMFILE:
      return 'EMFILE'
    case ErrorCode.EMLINK:
      return 'EMLINK'
    case ErrorCode.EMSGSIZE:
      return 'EMSGSIZE'
    case ErrorCode.ENAMETOOLONG:
      return 'ENAMETOOLONG'
    case ErrorCode.ENETDOWN:
      return 'ENETDOWN'
    case ErrorCode.ENETUNREACH:
      return 'ENETUNREACH'
    case ErrorCode.ENFILE:
      return 'ENFILE'
    case ErrorCode.ENOBUFS:
      return 'ENOBUFS'
    case ErrorCode.ENODEV:
      return 'ENODEV'
    case ErrorCode.ENOENT:
      return 'ENOENT'
    case ErrorCode.ENOEXEC:
      return 'ENOEXEC'
    case ErrorCode.ENOMEM:
      return 'ENOMEM'
    case ErrorCode.ENOPROTOOPT:
      return 'ENOPROTOOPT'
    case ErrorCode.ENOSPC:
      return 'ENOSPC'
    case ErrorCode.ENOSYS:
      return 'ENOSYS'
    case ErrorCode.ENOTCONN:
      return 'ENOTCONN'
    case ErrorCode.ENOTDIR:
      return 'ENOTDIR'
    case ErrorCode.ENOTEMPTY:
      return 'ENOTEMPTY'
    case ErrorCode.ENOTSOCK:
      return 'ENOTSOCK'
    case ErrorCode.ENOTTY:
      return 'ENOTTY'
    case ErrorCode.ENXIO:
      return 'ENXIO'
    case ErrorCode.EOVERFLOW:
      return 'EOVERFLOW'
    case ErrorCode.EPERM:
      return 'EPERM'
    case ErrorCode.EPIPE:
      return 'EPIPE'
    case ErrorCode.EPROTO:
      return 'EPROTO'
    case ErrorCode.EPROTONOSUPPORT:
      return 'EPROTONOSUPPORT'
    case ErrorCode.EPROTOTYPE:
      return 'EPROTOTYPE'
    case ErrorCode.ERANGE:
      return 'ERANGE'
    case ErrorCode.EROFS:
      return 'EROFS'
    case ErrorCode.ESPIPE:
      return 'ESPIPE'
    case ErrorCode.ESRCH:
      return 'ESRCH'
    case ErrorCode.ETIMEDOUT:
      return 'ETIMEDOUT'
    case ErrorCode.ETXTBSY:
      return 'ETXTBSY'
    case ErrorCode.EXDEV:
      return 'EXDEV'
    case ErrorCode.EUNATCH:
      return 'EUNATCH'
    case ErrorCode.ENODATA:
      return 'ENODATA'
    case ErrorCode.ENONET:
      return 'ENONET'
    case ErrorCode.ESOCKTNOSUPPORT:
      return 'ESOCKTNOSUPPORT'
    case ErrorCode.ENOTSUP:
      return 'ENOTSUP'
    case ErrorCode.ESHUTDOWN:
      return 'ESHUTDOWN'
    case ErrorCode.EHOSTDOWN:
      return 'EHOSTDOWN'
    case ErrorCode.EREMOTEIO:
      return 'EREMOTEIO'
    case ErrorCode.EINPROGRESS:
      return 'EINPROGRESS'
    default:
      return 'UNKNOWN'
  }
}
