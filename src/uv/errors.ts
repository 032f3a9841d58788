/** What our calls throw and our requests are rejected with. */
import { StatusCode, type StatusName, statusName } from './status.js'

/**
 * A failure that libuv reported, or wrong input that never reached it.
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
  /** The name of the status, as `EADDRINUSE`. */
  readonly code: string
  /** The status itself, negative; NaN of wrong input before a loop was ever open, since the numbers are its module's. */
  readonly errno: number
  /** What was tried, as `listen`. */
  readonly syscall: string | undefined

  /**
   * @param status - a negative status code, or its name where no module may be there to give it a number
   * @param message - what went wrong and, where there is one, the remedy
   * @param syscall - what was tried
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

/** A handle was used after `close()`. Its code is `EINVAL`. */
export class ClosedHandleError extends UVError {
  /** @param what - the handle, in words */
  constructor(what: string) {
    super('EINVAL', `the ${what} is closed or closing; make a new one`)
  }
}

/** A loop was used after `close()`. Its code is `EINVAL`. */
export class ClosedLoopError extends UVError {
  constructor() {
    super('EINVAL', 'the loop is closed; open a new one with Loop.open()')
  }
}

/** Wrong input: names the value and what would be right. Its code is `EINVAL`. */
export class ArgumentError extends UVError {
  /** @param message - the value and the remedy */
  constructor(message: string, syscall?: string) {
    super('EINVAL', message, syscall)
  }
}

/** A value as it should stand in a message: short, quoted when it is text. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name ?? 'nameless object'}`
  return typeof value === 'function' ? 'a function' : String(value)
}

/**
 * Checks a whole number.
 *
 * @param what - the argument's name, for the message
 * @throws {ArgumentError} when it is another thing or out of range
 */
export function checkInteger(value: unknown, what: string, min: number, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  throw new ArgumentError(`${what} ${show(value)} is not a whole number from ${min} to ${max}`)
}
