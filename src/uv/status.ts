/** libuv's status codes. The numbers are the module's: they differ from one C library to the next. */
import type { Description } from '../abi/description.js'

/** The names of libuv's status codes, without the `UV_`. */
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

/** A status code by its name; `undefined` for a name this libuv does not have. */
export type StatusCodes = Readonly<Record<StatusName, number>> & Readonly<Record<string, number | undefined>>

const codes: Record<string, number> = { SUCCESS: 0 }

/**
 * libuv's status codes by name: `StatusCode.EOF`, `StatusCode.ECONNRESET`. 0 is success, failures are negative. Filled in when
 * the first loop is opened, since the numbers are the module's.
 *
 * @see https://docs.libuv.org/en/v1.x/errors.html
 */
export const StatusCode = codes as StatusCodes

const names = new Map<number, string>()

/**
 * Takes over a module's numbers.
 *
 * @throws {TypeError} when another module with other numbers was loaded before
 */
export function learnStatusCodes(abi: Description): void {
  for (const [name, code] of Object.entries(abi.status)) {
    const known = codes[name]
    if (known !== undefined && known !== code) {
      throw new TypeError(`Cannot use two modules at once: ${name} is ${known} in one and ${code} in the other`)
    }
    codes[name] = code
    names.set(code, name)
  }
}

/** The name of a status code, as `EADDRINUSE`; `UNKNOWN` for a number libuv does not have. */
export function statusName(status: number): string {
  return status === 0 ? 'SUCCESS' : (names.get(status) ?? 'UNKNOWN')
}
