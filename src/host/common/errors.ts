/** Conversion of Node's errors, which are negative numbers from handles and strings from streams, to POSIX names. */
import { getSystemErrorMap } from 'node:util'
import type { ErrnoName } from '../../base/errno.js'
import { HostError } from '../contract/error.js'

// A record rather than a list, so that the compiler reports a missing name.
const known: Readonly<Record<ErrnoName, true>> = {
  E2BIG: true,
  EACCES: true,
  EADDRINUSE: true,
  EADDRNOTAVAIL: true,
  EAFNOSUPPORT: true,
  EAGAIN: true,
  EALREADY: true,
  EBADF: true,
  EBUSY: true,
  ECONNABORTED: true,
  ECONNREFUSED: true,
  ECONNRESET: true,
  EDESTADDRREQ: true,
  EDOM: true,
  EDQUOT: true,
  EEXIST: true,
  EFAULT: true,
  EFBIG: true,
  EHOSTUNREACH: true,
  EINPROGRESS: true,
  EINTR: true,
  EINVAL: true,
  EIO: true,
  EISCONN: true,
  EISDIR: true,
  ELOOP: true,
  EMFILE: true,
  EMLINK: true,
  EMSGSIZE: true,
  ENAMETOOLONG: true,
  ENETDOWN: true,
  ENETUNREACH: true,
  ENFILE: true,
  ENOBUFS: true,
  ENODEV: true,
  ENOENT: true,
  ENOMEM: true,
  ENOPROTOOPT: true,
  ENOSPC: true,
  ENOSYS: true,
  ENOTCONN: true,
  ENOTDIR: true,
  ENOTEMPTY: true,
  ENOTSOCK: true,
  ENOTSUP: true,
  ENOTTY: true,
  ENXIO: true,
  EOPNOTSUPP: true,
  EPERM: true,
  EPIPE: true,
  EPROTONOSUPPORT: true,
  EPROTOTYPE: true,
  ERANGE: true,
  EROFS: true,
  ESOCKTNOSUPPORT: true,
  ESPIPE: true,
  ETIMEDOUT: true,
  ETOOMANYREFS: true,
  ETXTBSY: true,
  EXDEV: true,
}

const isErrnoName = (word: unknown): word is ErrnoName => typeof word === 'string' && Object.hasOwn(known, word)

/** Node's status numbers on the current platform; created on first use. */
let words: ReturnType<typeof getSystemErrorMap> | undefined
const wordOf = (status: number): string | undefined => {
  words ??= getSystemErrorMap()
  return words.get(status)?.[0]
}

/**
 * The status that Node's handles report at the end of a stream: libuv's `UV_EOF`, which is not an errno and the same
 * on all platforms.
 */
export const EOF = -4095

/**
 * The POSIX name of an error's code.
 *
 * @param code - the `code` of a Node error: `EADDRINUSE`, or a code of Node's own, such as `ERR_STREAM_DESTROYED`
 * @returns the name; `EIO` if the code is not one of POSIX sockets
 */
export const nameOfCode = (code: unknown): ErrnoName => (isErrnoName(code) ? code : 'EIO')

/**
 * The POSIX name of a handle's status.
 *
 * @param status - negative
 * @returns the name; `EIO` if Node does not know the number, or the name is not one of POSIX sockets
 */
export const nameOfStatus = (status: number): ErrnoName => nameOfCode(wordOf(status))

/**
 * Creates the error for a handle's status.
 *
 * @param status - negative
 * @param what - the attempted action, such as `bind 127.0.0.1:80`
 */
export const statusError = (status: number, what: string): HostError => {
  const word = wordOf(status) ?? `status ${status}`
  const name = nameOfCode(word)
  return new HostError(name, name === word ? what : `${what} (${word})`)
}

/**
 * Converts an error that Node threw.
 *
 * @param error - the caught value
 * @param what - the attempted action
 */
export const caughtError = (error: unknown, what: string): HostError => {
  const word = codeOf(error)
  const name = nameOfCode(word)
  return new HostError(name, name === word ? what : `${what} (${String(word ?? error)})`)
}

/**
 * The `code` of a thrown value. Read by name instead of testing the class, since Node's errors may come from another
 * realm.
 */
export const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
