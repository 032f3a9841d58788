/** Node's errors, which come as negative numbers from handles and as words from streams, by POSIX name. */
import { getSystemErrorMap } from 'node:util'
import type { ErrnoName } from '../../base/errno.js'
import { HostError } from '../contract/error.js'

// A record and not a list, so that the compiler asks for the name that is missing.
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
  EFAULT: true,
  EHOSTUNREACH: true,
  EINPROGRESS: true,
  EINTR: true,
  EINVAL: true,
  EIO: true,
  EISCONN: true,
  EMFILE: true,
  EMSGSIZE: true,
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
  ENOTSOCK: true,
  ENOTSUP: true,
  EOPNOTSUPP: true,
  EPERM: true,
  EPIPE: true,
  EPROTONOSUPPORT: true,
  EPROTOTYPE: true,
  ETIMEDOUT: true,
}

const isErrnoName = (word: unknown): word is ErrnoName => typeof word === 'string' && Object.hasOwn(known, word)

/** Node's own numbers for the platform it runs on; made when the first one is wanted. */
let words: ReturnType<typeof getSystemErrorMap> | undefined
const wordOf = (status: number): string | undefined => {
  words ??= getSystemErrorMap()
  return words.get(status)?.[0]
}

/** The status that Node's handles give for the end of a stream: libuv's `UV_EOF`, which is no errno and the same everywhere. */
export const EOF = -4095

/**
 * The name of an error's code.
 *
 * @param code - what a Node error has in `code`: `EADDRINUSE`, or a word of Node's own, as `ERR_STREAM_DESTROYED`
 * @returns the name; `EIO` where the code is none that POSIX sockets know
 */
export const nameOfCode = (code: unknown): ErrnoName => (isErrnoName(code) ? code : 'EIO')

/**
 * The name of a handle's status.
 *
 * @param status - negative
 * @returns the name; `EIO` where Node does not know the number, or POSIX sockets do not know the name
 */
export const nameOfStatus = (status: number): ErrnoName => nameOfCode(wordOf(status))

/**
 * The error to throw for a handle's status.
 *
 * @param status - negative
 * @param what - what was tried, as `bind 127.0.0.1:80`
 */
export const statusError = (status: number, what: string): HostError => {
  const word = wordOf(status) ?? `status ${status}`
  const name = nameOfCode(word)
  return new HostError(name, name === word ? what : `${what} (${word})`)
}

/**
 * The error to throw for one that Node threw.
 *
 * @param error - what was caught
 * @param what - what was tried
 */
export const caughtError = (error: unknown, what: string): HostError => {
  const word = codeOf(error)
  const name = nameOfCode(word)
  return new HostError(name, name === word ? what : `${what} (${String(word ?? error)})`)
}

/** The `code` of something thrown; asked for by name, since Node's errors may be of another realm. */
export const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
