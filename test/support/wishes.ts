/** Errors and addresses for the fake hosts. */
import type { Address } from '../../src/base/address.js'
import type { ErrnoName } from '../../src/base/errno.js'
import { HostError } from '../../src/host/contract/error.js'

/** The error that a call of a fake host throws: a HostError with this code, another error, or none. */
export type Wish = ErrnoName | Error | undefined

/** An address on the loopback interface. */
export const loopback = (port: number, family: 'ipv4' | 'ipv6' = 'ipv4'): Address =>
  family === 'ipv4' ? { family, host: '127.0.0.1', port } : { family, host: '::1', port, flowInfo: 0, scopeId: 0 }

/** Throws the wanted error, if there is one. */
export function failAs(failure: Wish): void {
  if (failure === undefined) return
  throw typeof failure === 'string' ? new HostError(failure, 'as the test wished') : failure
}
