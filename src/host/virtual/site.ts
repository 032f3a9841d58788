/** The addresses of one machine on a virtual network. */
import type { Address } from '../../base/address.js'
import { HostError } from '../contract/error.js'
import { type Ip, ipOf, isLocal, isWildcard, loopbackOf } from './ip.js'

/** The addresses of a machine: those of the loopback interface, and maybe others. */
export class Site {
  /** Those beside loopback. */
  readonly addresses: readonly Ip[]

  constructor(addresses: readonly Ip[] = []) {
    this.addresses = addresses
  }

  /** Whether the machine has the address. */
  has(ip: Ip): boolean {
    return isLocal(ip) || this.addresses.some(({ host }) => host === ip.host)
  }

  /** The address from which the machine reaches another one; `undefined` if it has none of that version. */
  sourceFor(ip: Ip): Ip | undefined {
    if (isLocal(ip)) return loopbackOf(ip)
    // A machine reaches its own addresses from themselves.
    if (this.has(ip)) return ip
    return this.addresses.find(({ version }) => version === ip.version)
  }

  /**
   * The address that a socket is to be bound to.
   *
   * @throws {HostError} EADDRNOTAVAIL for an address that the machine does not have; EINVAL for a mapped IPv4 address
   *   on an IPv6-only socket
   */
  takeable(local: Address, ipv6Only: boolean): Ip {
    const ip = ipOf(local)
    if (local.family === 'ipv6' && ip.version === 4 && ipv6Only) {
      throw new HostError('EINVAL', `an IPv6-only socket cannot be bound to ${local.host}, which is an IPv4 address`)
    }
    if (isWildcard(ip) || this.has(ip)) return ip
    const own = this.addresses.map(({ host }) => `${host}, `).join('')
    throw new HostError(
      'EADDRNOTAVAIL',
      `${local.host} is not on this machine; use ${own}127.0.0.1, ::1, 0.0.0.0 or ::`,
    )
  }
}
