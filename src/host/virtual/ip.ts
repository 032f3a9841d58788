/** IP addresses as the virtual network sees them: an IPv4 address in IPv6 clothes is an IPv4 address. */
import type { Address } from '../../base/address.js'
import { HostError } from '../contract/error.js'

/** An address of one of the two networks, in its shortest text form. */
export interface Ip {
  readonly version: 4 | 6
  readonly host: string
}

const MAPPED = '::ffff:'

/** The address that packets would carry: `::ffff:127.0.0.1` is `127.0.0.1` (RFC 4291, section 2.5.5.2). */
export function ipOf(address: Address): Ip {
  if (address.family === 'ipv4') return { version: 4, host: address.host }
  const mapped = address.host.startsWith(MAPPED) ? address.host.slice(MAPPED.length) : ''
  return mapped.includes('.') ? { version: 4, host: mapped } : { version: 6, host: address.host }
}

/** The address as a socket of the family shows it: an IPv6 socket shows IPv4 addresses mapped. */
export function addressOf(family: Address['family'], ip: Ip, port: number): Address {
  if (family === 'ipv4') return { family, host: ip.host, port }
  return { family, host: ip.version === 4 ? MAPPED + ip.host : ip.host, port, flowInfo: 0, scopeId: 0 }
}

/** Whether it stands for every address of its version. */
export function isWildcard(ip: Ip): boolean {
  return ip.host === '0.0.0.0' || ip.host === '::'
}

/** The address that a client of this version speaks from. */
export function loopbackOf(ip: Ip): Ip {
  return ip.version === 4 ? { version: 4, host: '127.0.0.1' } : { version: 6, host: '::1' }
}

/** Whether somebody on this network could have it: 127.0.0.0/8 and `::1`. */
export function isLocal(ip: Ip): boolean {
  return ip.version === 4 ? /^127(\.\d+){3}$/.test(ip.host) : ip.host === '::1'
}

/** Where a socket is, as far as it decides what reaches it. */
export interface Endpoint {
  readonly ip: Ip
  readonly options: { readonly ipv6Only: boolean }
}

/** Whether packets for `ip` would reach it. */
export function reaches(socket: Endpoint, ip: Ip): boolean {
  if (!isWildcard(socket.ip)) return socket.ip.version === ip.version && socket.ip.host === ip.host
  // The IPv6 wildcard is the IPv4 one too, unless it was told not to be.
  return socket.ip.version === ip.version || (socket.ip.version === 6 && !socket.options.ipv6Only)
}

/** Whether some destination address would suit both. */
export function overlap(a: Endpoint, b: Endpoint): boolean {
  return reaches(a, b.ip) || reaches(b, a.ip)
}

/**
 * The address that a socket wants to take.
 *
 * @throws {HostError} EADDRNOTAVAIL for one that nobody here has; EINVAL for a mapped IPv4 address on an IPv6-only socket
 */
export function takeableIp(local: Address, ipv6Only: boolean): Ip {
  const ip = ipOf(local)
  if (local.family === 'ipv6' && ip.version === 4 && ipv6Only) {
    throw new HostError('EINVAL', `an IPv6-only socket cannot take ${local.host}, which is an IPv4 address`)
  }
  if (isWildcard(ip) || isLocal(ip)) return ip
  throw new HostError(
    'EADDRNOTAVAIL',
    `${local.host} is not on the virtual network: take 127.0.0.1, ::1, 0.0.0.0 or ::`,
  )
}

/** The address to send to or to connect to: a wildcard means this machine. */
export function destinationOf(remote: Address): Ip {
  const asked = ipOf(remote)
  return isWildcard(asked) ? loopbackOf(asked) : asked
}

/** What to say of an address where nobody can be. */
export function unreachable(remote: Address): HostError {
  return new HostError('ENETUNREACH', `${remote.host} is not on the virtual network: 127.0.0.0/8 and ::1 are`)
}

/** Whether it is the address of a group (RFC 5771, RFC 4291 section 2.7). */
export function isMulticast(ip: Ip): boolean {
  return ip.version === 4 ? /^2(2[4-9]|3\d)\./.test(ip.host) : ip.host.startsWith('ff')
}

/** Whether it means everybody on this network. */
export function isBroadcast(ip: Ip): boolean {
  return ip.host === '255.255.255.255' || ip.host === '127.255.255.255'
}
