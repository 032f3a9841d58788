import { ArgumentError, show } from './errors.js'

/**
 * A function that gets `Arguments`; its result is ignored.
 *
 * It is declared as a method, so that its parameters are bivariant: a `TCP` must be assignable to `Stream` although
 * its callbacks take a `TCP`.
 */
export type Callback<Arguments extends readonly unknown[]> = { call(...args: Arguments): void }['call']

/** Checks that a value is a function or `undefined`. @throws {ArgumentError} naming the argument */
export function checkCallback(callback: unknown, what: string): void {
  if (callback !== undefined && typeof callback !== 'function') {
    throw new ArgumentError(`Cannot use ${what} ${show(callback)}: it is not a function`)
  }
}
