/** Conversion of Deno's errors, which have POSIX codes except for those of Deno's permissions. */
import type { ErrnoName } from '../../base/errno.js'
import { caughtError, codeOf, nameOfCode } from '../common/errors.js'
import { HostError } from '../contract/error.js'

const notPermitted = (error: unknown): error is Error => error instanceof Error && error.name === 'NotCapable'

/** The POSIX name of an error. */
export const denoCode = (error: unknown): ErrnoName => (notPermitted(error) ? 'EACCES' : nameOfCode(codeOf(error)))

/**
 * Converts an error that Deno threw.
 *
 * @param what - the attempted action
 */
export const denoError = (error: unknown, what: string): HostError =>
  notPermitted(error) ? new HostError('EACCES', `${what} (${error.message})`) : caughtError(error, what)
