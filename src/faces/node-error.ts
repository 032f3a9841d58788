/** Errors as Node names them: what it throws of wrong input, and what its system calls end with. */
import { constants } from 'node:os'
import { statusName } from '../uv/status.js'

/** An error of Node's: wrong input, or wrong use. */
export interface NodeError extends Error {
  /** What programs look at, as `ERR_SOCKET_CLOSED`. */
  code: string
}

/** An error of a system call, as `node:net` reports it. */
export interface SystemError extends NodeError {
  /** The system's number for it, negative. */
  errno: number
  /** What was tried, as `connect`. */
  syscall: string
  /** With whom. */
  address?: string
  port?: number
}

/** Whom a failed call was about. */
export interface Place {
  readonly address: string
  readonly port?: number | undefined
  /** From where, as `127.0.0.1:80`. */
  readonly local?: string | undefined
}

/** An error with one of Node's codes. @param Kind - `Error`, `TypeError` or `RangeError` */
export function nodeError(Kind: ErrorConstructor, code: string, message: string): NodeError {
  return Object.assign(new Kind(message), { code })
}

/**
 * The failure of a system call, as `node:net` reports it.
 *
 * @param status - of libuv, or its name
 * @param text - what it means, where the message is to say so
 */
export function systemError(status: number | string, syscall: string, place?: Place, text?: string): SystemError {
  const code = typeof status === 'string' ? status : statusName(status)
  const meaning = text === undefined ? '' : `: ${text}`
  const port = place?.port !== undefined && place.port > 0 ? `:${place.port}` : ''
  const where = place === undefined ? '' : ` ${place.address}${port}`
  const from = place?.local === undefined ? '' : ` - Local (${place.local})`
  return Object.assign(new Error(`${syscall} ${code}${meaning}${where}${from}`), {
    errno: -(numbers.get(code) ?? Number.NaN),
    code,
    syscall,
    ...(place && { address: place.address }),
    ...(place?.port && { port: place.port }),
  })
}

const numbers = new Map(Object.entries(constants.errno))

/** What `error` says as `node:net` says it, when it is one of libuv's. */
export function asSystemError(error: unknown, syscall: string, place?: Place): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  return 'code' in error ? systemError(String(error.code), syscall, place) : error
}
