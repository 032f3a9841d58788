/** Names, looked up by the host of a loop, with the answers and the errors of `dns.lookup()`. */
import type { LookupAddress } from 'node:dns'
import type { LookupFamily } from '../../host/lookup.js'
import type { UVError } from '../../uv/errors.js'
import { lookUp } from '../../uv/lookup.js'
import { INSTANCE, type Loop } from '../../uv/loop.js'
import { type SystemError, systemError } from '../node-error.js'
import { wrongValue } from './arguments.js'

/** Told what a name means, or why nobody knows. */
export type OnLookup = (error: Error | null, found: readonly LookupAddress[]) => void

const FAMILIES: Readonly<Record<number, LookupFamily>> = { 0: 'any', 4: 'ipv4', 6: 'ipv6' }

/**
 * Looks a name up.
 *
 * @param family - 4, 6, or 0 for both
 * @param done - called later, once, in the loop
 * @returns gives the lookup up
 * @throws {TypeError} when the family is another
 */
export function lookUpName(loop: Loop, name: string, family: number, done: OnLookup): () => void {
  const wanted = FAMILIES[family]
  if (wanted === undefined) throw wrongValue('options.family', family, 'must be one of: 0, 4, 6')
  try {
    return lookUp(loop[INSTANCE], name, { family: wanted, port: 0, verbatim: true }, (found) => {
      if ('error' in found) done(lookupError(found.error, name), [])
      else
        done(
          null,
          found.addresses.map(({ family, host }) => ({ address: host, family: family === 'ipv4' ? 4 : 6 })),
        )
    })
  } catch (error) {
    // What can be no name, or is not allowed, is told as what nobody knows.
    const failure = error instanceof Error && 'errno' in error ? lookupError(Object(error), name) : notFound(name)
    process.nextTick(done, failure, [])
    return () => {}
  }
}

function lookupError({ code, errno }: UVError, name: string): Error {
  if (code === 'EAI_NONAME' || code === 'EAI_NODATA') return notFound(name)
  return failed(code, code.startsWith('EAI_') ? errno : systemError(code, 'getaddrinfo').errno, name)
}

/** libuv's number of `EAI_NONAME`, the same everywhere. */
const UNKNOWN_NAME = -3008

function notFound(name: string): Error {
  return failed('ENOTFOUND', UNKNOWN_NAME, name)
}

function failed(code: string, errno: number, hostname: string): SystemError {
  return Object.assign(new Error(`getaddrinfo ${code} ${hostname}`), { errno, code, syscall: 'getaddrinfo', hostname })
}
