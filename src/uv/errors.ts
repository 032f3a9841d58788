/** The errors that calls throw and requests reject with. */
import { StatusCode, type StatusName, statusName } from './status.js'

/**
 * A failure that libuv reported, or invalid input that never reached it.
 *
 * @see https://docs.libuv.org/en/v1.x/errors.html
 *
 * @example
 * ```ts
 * import { Loop, TCP, UVError } from 'libuv-wasm'
 *
 * const loop = await Loop.open()
 * const [one, other] = [new TCP({ loop }), new TCP({ loop })]
 * one.bind(['127.0.0.1', 0])
 * one.listen()
 * other.bind(one.sockname)
 * try {
 *   other.listen()
 * } catch (error) {
 *   if (error instanceof UVError) console.log(error.code, error.syscall)
 * }
 * await loop[Symbol.asyncDispose]()
 * ```
 * ```text
 * EADDRINUSE listen
 * ```
 */
export class UVError extends Error {
  /** The name of the status, such as `EADDRINUSE`. */
  readonly code: string
  /**
   * The status itself, negative. NaN for invalid input before the first loop was opened, because a loop's module
   * defines the numbers.
   */
  readonly errno: number
  /** The operation that failed, such as `listen`. */
  readonly syscall: string | undefined

  /**
   * Creates an error.
   *
   * @param status - a negative status code, or its name if there may be no module yet that defines its number
   * @param message - what went wrong and, if possible, the remedy
   * @param syscall - the operation that failed
   */
  constructor(status: number | StatusName, message: string, syscall?: string) {
    const code = typeof status === 'number' ? statusName(status) : status
    super(`${syscall === undefined ? '' : `${syscall} `}${code}: ${message}`)
    this.name = new.target.name
    this.code = code
    this.errno = typeof status === 'number' ? status : (StatusCode[status] ?? Number.NaN)
    this.syscall = syscall
  }
}

/** Thrown when a handle is used after `close()`. Its code is `EINVAL`. */
export class ClosedHandleError extends UVError {
  /** Creates an error. @param what - the kind of handle, such as `TCP` */
  constructor(what: string) {
    super('EINVAL', `Cannot use the ${what}: it is closed or closing; create a new one`)
  }
}

/** Thrown when a loop is used after `close()`. Its code is `EINVAL`. */
export class ClosedLoopError extends UVError {
  constructor() {
    super('EINVAL', 'Cannot use the loop: it is closed; open a new one with Loop.open()')
  }
}

/** Thrown for invalid input: names the value and the remedy. Its code is `EINVAL`. */
export class ArgumentError extends UVError {
  /** Creates an error. @param message - the value and the remedy */
  constructor(message: string, syscall?: string) {
    super('EINVAL', message, syscall)
  }
}

/** Formats a value for a message: short, and quoted if it is text. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name ?? 'nameless object'}`
  return typeof value === 'function' ? 'a function' : String(value)
}

/**
 * Checks an integer.
 *
 * @param what - the argument's name, for the message
 * @throws {ArgumentError} when the value is not an integer, or out of range
 */
export function checkInteger(value: unknown, what: string, min: number, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  throw new ArgumentError(`Cannot use ${what} ${show(value)}: it is not a whole number from ${min} to ${max}`)
}
