/** Parses and checks the arguments of `connect()` and `listen()`, which come in many forms. */
import { inspect } from 'node:util'
import { nodeError } from '../node-error.js'

const INT32_MAX = 0x7fff_ffff

/** A callback among arguments. */
type Callback = (...values: never[]) => void

/** Converts a non-negative number, or its text, like Node's functions do; `undefined` for anything else. */
export function toNumber(value: unknown): number | undefined {
  const number = Number(value)
  return number >= 0 ? number : undefined
}

/** Parses `(options)`, `(path)` or `(port, host)`, and an optional callback as the last argument. */
export function normalize<Options extends object, Done extends Callback>(
  args: readonly unknown[],
): [options: Partial<Options> & { port?: unknown; host?: unknown; path?: unknown }, callback: Done | undefined] {
  const [first, second] = args
  const last = args.at(-1)
  const callback = isCallback<Done>(last) ? last : undefined
  if (args.length === 0) return [{}, undefined]
  if (isOptions<Options>(first)) return [first, callback]
  const path = typeof first === 'string' && toNumber(first) === undefined ? first : undefined
  if (path !== undefined) return [asOptions<Options>({ path }), callback]
  const host = args.length > 1 && typeof second === 'string' ? { host: second } : undefined
  return [asOptions<Options>({ port: first, ...host }), callback]
}

function isCallback<Done extends Callback>(value: unknown): value is Done {
  return typeof value === 'function'
}

function isOptions<Options extends object>(value: unknown): value is Partial<Options> {
  return typeof value === 'object' && value !== null
}

function asOptions<Options extends object>(options: {
  port?: unknown
  host?: unknown
  path?: unknown
}): Partial<Options> & typeof options {
  const all: Partial<Options> = {}
  return Object.assign(all, options)
}

/** Checks a port. @throws {RangeError} ERR_SOCKET_BAD_PORT */
export function checkPort(port: unknown, name: string): number {
  const text = typeof port === 'string' && port.trim() === '' ? Number.NaN : port
  const number = typeof text === 'number' || typeof text === 'string' ? Number(text) : Number.NaN
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number
  throw nodeError(RangeError, 'ERR_SOCKET_BAD_PORT', `${name} should be >= 0 and < 65536. Received ${received(port)}.`)
}

/** Checks the type of a value that may be left out. @throws {TypeError} ERR_INVALID_ARG_TYPE */
export function checkType(value: unknown, type: 'number' | 'function' | 'boolean' | 'string', name: string): void {
  if (value === undefined || value === null || typeof value === type) return
  throw wrongType(name, `of type ${type}`, value)
}

/** Checks a 32-bit integer. @throws {TypeError} ERR_INVALID_ARG_TYPE, {RangeError} ERR_OUT_OF_RANGE */
export function checkInt32(value: unknown, name: string, least: number): number {
  if (typeof value !== 'number') throw wrongType(name, 'of type number', value)
  if (Number.isInteger(value) && value >= least && value <= INT32_MAX) return value
  const wanted = Number.isInteger(value) ? `>= ${least} && <= ${INT32_MAX}` : 'an integer'
  const message = `The value of "${name}" is out of range. It must be ${wanted}. Received ${value}`
  throw nodeError(RangeError, 'ERR_OUT_OF_RANGE', message)
}

/** Checks an abort signal. @throws {TypeError} ERR_INVALID_ARG_TYPE */
export function checkSignal(value: unknown, name: string): asserts value is AbortSignal {
  if (typeof value === 'object' && value !== null && 'aborted' in value) return
  throw wrongType(name, 'an instance of AbortSignal', value)
}

/** The error for a value of the wrong type. */
export function wrongType(name: string, wanted: string, value: unknown): Error {
  const kind = name.includes('.') ? 'property' : 'argument'
  return nodeError(
    TypeError,
    'ERR_INVALID_ARG_TYPE',
    `The "${name}" ${kind} must be ${wanted}. Received ${received(value)}`,
  )
}

/** The error for an invalid value. */
export function wrongValue(name: string, value: unknown, reason = 'is invalid'): Error {
  const kind = name.includes('.') ? 'property' : 'argument'
  return nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', `The ${kind} '${name}' ${reason}. Received ${inspect(value)}`)
}

/** Converts milliseconds to whole seconds; 0 for `undefined`. @throws {TypeError} when the value is not a number */
export function seconds(milliseconds: number | undefined, name: string): number {
  checkType(milliseconds, 'number', name)
  return Math.max(0, Math.trunc((milliseconds ?? 0) / 1000))
}

function received(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (typeof value === 'function') return `function ${value.name}`
  if (typeof value === 'object') return `an instance of ${value.constructor?.name ?? 'Object'}`
  return `type ${typeof value} (${typeof value === 'string' ? `'${value}'` : String(value)})`
}
