/** Errors in the form of Node's: for invalid arguments, and for failed system calls. */
import { constants } from 'node:os'
import { statusName } from '../uv/status.js'

/** An error of Node's, for invalid arguments or invalid use. */
export interface NodeError extends Error {
  /** The code that programs check, such as `ERR_SOCKET_CLOSED`. */
  code: string
}

/** A failed system call, as `node:net` reports it. */
export interface SystemError extends NodeError {
  /** The system's error number, negative. */
  errno: number
  /** The call that failed, such as `connect`. */
  syscall: string
  /** The address that the call was for. */
  address?: string
  port?: number
}

/** The endpoint of a failed call. */
export interface Place {
  readonly address: string
  readonly port?: number | undefined
  /** The local endpoint, such as `127.0.0.1:80`. */
  readonly local?: string | undefined
}

/** Creates an error with one of Node's codes. @param Kind - `Error`, `TypeError` or `RangeError` */
export function nodeError(Kind: ErrorConstructor, code: string, message: string): NodeError {
  return Object.assign(new Kind(message), { code })
}

/**
 * Creates the error of a failed system call, as `node:net` reports it.
 *
 * @param status - libuv's status, or its name
 * @param text - the description, if the message should have one
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

/** Converts an error of libuv to the form that `node:net` reports; other errors are returned unchanged. */
export function asSystemError(error: unknown, syscall: string, place?: Place): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  return 'code' in error ? systemError(String(error.code), syscall, place) : error
}
