/**
 * libuv's status codes: one table for all loops, because programs compare with it. A module with other numbers is
 * rejected.
 */
import type { Description } from '../abi/description.js'
import { STATUS_CODES } from '../abi/status-codes.js'

/** The names of libuv's status codes, without the prefix `UV_`. */
export type StatusName =
  | 'SUCCESS'
  | 'E2BIG'
  | 'EACCES'
  | 'EADDRINUSE'
  | 'EADDRNOTAVAIL'
  | 'EAFNOSUPPORT'
  | 'EAGAIN'
  | 'EALREADY'
  | 'EBADF'
  | 'EBUSY'
  | 'ECANCELED'
  | 'ECONNABORTED'
  | 'ECONNREFUSED'
  | 'ECONNRESET'
  | 'EDESTADDRREQ'
  | 'EEXIST'
  | 'EFAULT'
  | 'EHOSTDOWN'
  | 'EHOSTUNREACH'
  | 'EINTR'
  | 'EINVAL'
  | 'EIO'
  | 'EISCONN'
  | 'EMFILE'
  | 'EMSGSIZE'
  | 'ENETDOWN'
  | 'ENETUNREACH'
  | 'ENFILE'
  | 'ENOBUFS'
  | 'ENODEV'
  | 'ENOENT'
  | 'ENOMEM'
  | 'ENOPROTOOPT'
  | 'ENOSYS'
  | 'ENOTCONN'
  | 'ENOTSOCK'
  | 'ENOTSUP'
  | 'EPERM'
  | 'EPIPE'
  | 'EPROTO'
  | 'EPROTONOSUPPORT'
  | 'EPROTOTYPE'
  | 'ERANGE'
  | 'ESHUTDOWN'
  | 'ETIMEDOUT'
  | 'UNKNOWN'
  | 'EOF'

/** A status code by its name; `undefined` for a name that libuv does not have. */
export type StatusCodes = Readonly<Record<StatusName, number>> & Readonly<Record<string, number | undefined>>

const codes: Record<string, number> = { SUCCESS: 0 }

/**
 * libuv's status codes by name: `StatusCode.EOF`, `StatusCode.ECONNRESET`. 0 is success, failures are negative.
 * Filled in when the first loop is opened.
 *
 * @see https://docs.libuv.org/en/v1.x/errors.html
 */
export const StatusCode = codes as StatusCodes

const names = new Map<number, string>(Object.entries(STATUS_CODES).map(([name, code]) => [code, name]))

/**
 * Adopts a module's status codes if they equal those of this package.
 *
 * @throws {TypeError} when they differ
 */
export function learnStatusCodes(abi: Description): void {
  for (const [name, code] of Object.entries(STATUS_CODES)) {
    const its = abi.status[name]
    if (its === undefined || its === code) continue
    throw new TypeError(
      `Cannot use the module: its status ${name} is ${its}, and ${code} in this package; build it with this package's C library (\`make wasm\`)`,
    )
  }
  Object.assign(codes, STATUS_CODES)
}

/** The name of a status code, such as `EADDRINUSE`; `UNKNOWN` for a number that libuv does not have. */
export function statusName(status: number): string {
  return status === 0 ? 'SUCCESS' : (names.get(status) ?? 'UNKNOWN')
}
