/** Lookups of host names through a loop's host, with the results and errors of `dns.lookup()`. */
import type { LookupAddress } from 'node:dns'
import type { Address } from '../../base/address.js'
import { hostWithScope } from '../../base/endpoint.js'
import type { LookupFamily } from '../../host/contract/lookup.js'
import { UVError } from '../../uv/errors.js'
import { lookUpVerbatim } from '../../uv/lookup.js'
import type { Loop } from '../../uv/loop/loop.js'
import { INSTANCE } from '../../uv/loop/loop-keys.js'
import { type SystemError, systemError } from '../node-error.js'
import { wrongValue } from './arguments.js'

/** Called with the addresses of a name, or with the error. */
export type OnLookup = (error: Error | null, found: readonly LookupAddress[]) => void

const FAMILIES: Readonly<Record<number, LookupFamily>> = { 0: 'any', 4: 'ipv4', 6: 'ipv6' }

/**
 * Looks up a host name. The text is passed on unchanged, because the resolver decides what is a valid name.
 *
 * @param family - 4, 6, or 0 for both
 * @param done - called later, once, in the loop
 * @returns cancels the lookup
 * @throws {TypeError} for another family, and what the platform's `dns.lookup()` throws for a name
 */
export function lookUpName(loop: Loop, name: string, family: number, done: OnLookup): () => void {
  const wanted = FAMILIES[family]
  if (wanted === undefined) throw wrongValue('options.family', family, 'must be one of: 0, 4, 6')
  try {
    return lookUpVerbatim(loop[INSTANCE], name, wanted, (found) => {
      if ('error' in found) done(lookupError(found.error, name), [])
      else
        done(
          null,
          found.addresses.map((found) => ({ address: textOf(found), family: found.family === 'ipv4' ? 4 : 6 })),
        )
    })
  } catch (error) {
    // An error that the host reports is delivered later; an exception of `dns.lookup()` is thrown by `node:net`, too.
    if (!(error instanceof UVError)) throw error
    process.nextTick(done, lookupError(error, name), [])
    return () => {}
  }
}

function textOf(address: Address): string {
  return address.family === 'ipv4' ? address.host : hostWithScope(address.host, address.scopeId)
}

function lookupError({ code, errno }: UVError, name: string): Error {
  if (code === 'EAI_NONAME' || code === 'EAI_NODATA') return notFound(name)
  return failed(code, code.startsWith('EAI_') ? errno : systemError(code, 'getaddrinfo').errno, name)
}

/** libuv's number for `EAI_NONAME`, the same everywhere. */
const UNKNOWN_NAME = -3008

function notFound(name: string): Error {
  return failed('ENOTFOUND', UNKNOWN_NAME, name)
}

function failed(code: string, errno: number, hostname: string): SystemError {
  return Object.assign(new Error(`getaddrinfo ${code} ${hostname}`), { errno, code, syscall: 'getaddrinfo', hostname })
}
