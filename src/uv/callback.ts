import { ArgumentError, show } from './errors.js'

/**
 * A function that is given `Arguments` and whose result is ignored.
 *
 * It is spelled as a method, because a handle's callbacks take the handle's own class: a `TCP` is to count as a `Stream`
 * although its callbacks ask for a `TCP`.
 */
export type Callback<Arguments extends readonly unknown[]> = { call(...args: Arguments): void }['call']

/** Checks what should be a function, or left out. @throws {ArgumentError} naming it */
export function checkCallback(callback: unknown, what: string): void {
  if (callback !== undefined && typeof callback !== 'function') {
    throw new ArgumentError(`${what} ${show(callback)} is not a function`)
  }
}
