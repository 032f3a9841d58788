/** Deno's errors, which have the codes of POSIX, except what Deno itself does not permit. */
import type { ErrnoName } from '../../base/errno.js'
import { caughtError, codeOf, nameOfCode } from '../common/errors.js'
import { HostError } from '../contract/error.js'

const notPermitted = (error: unknown): error is Error => error instanceof Error && error.name === 'NotCapable'

/** What an error is called in POSIX. */
export const denoCode = (error: unknown): ErrnoName => (notPermitted(error) ? 'EACCES' : nameOfCode(codeOf(error)))

/**
 * The error to throw for one that Deno threw.
 *
 * @param what - what was tried
 */
export const denoError = (error: unknown, what: string): HostError =>
  notPermitted(error) ? new HostError('EACCES', `${what} (${error.message})`) : caughtError(error, what)
