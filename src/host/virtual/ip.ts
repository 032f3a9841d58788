/** IP addresses of the virtual network: an IPv4-mapped IPv6 address is treated as the IPv4 address. */
import type { Address } from '../../base/address.js'
import { HostError } from '../contract/error.js'

/** An IPv4 or IPv6 address, in its shortest text form. */
export interface Ip {
  readonly version: 4 | 6
  readonly host: string
}

const MAPPED = '::ffff:'

/** The address that packets would carry: `::ffff:127.0.0.1` becomes `127.0.0.1` (RFC 4291, section 2.5.5.2). */
export function ipOf(address: Address): Ip {
  if (address.family === 'ipv4') return { version: 4, host: address.host }
  const mapped = address.host.startsWith(MAPPED) ? address.host.slice(MAPPED.length) : ''
  return mapped.includes('.') ? { version: 4, host: mapped } : { version: 6, host: address.host }
}

/** The address as reported by a socket of the family: an IPv6 socket reports IPv4 addresses in mapped form. */
export function addressOf(family: Address['family'], ip: Ip, port: number): Address {
  if (family === 'ipv4') return { family, host: ip.host, port }
  return { family, host: ip.version === 4 ? MAPPED + ip.host : ip.host, port, flowInfo: 0, scopeId: 0 }
}

/** Whether it means every address of its version. */
export function isWildcard(ip: Ip): boolean {
  return ip.host === '0.0.0.0' || ip.host === '::'
}

/** The source address of a client of this version. */
export function loopbackOf(ip: Ip): Ip {
  return ip.version === 4 ? { version: 4, host: '127.0.0.1' } : { version: 6, host: '::1' }
}

/** Whether a socket on this network could have the address: 127.0.0.0/8 and `::1`. */
export function isLocal(ip: Ip): boolean {
  return ip.version === 4 ? /^127(\.\d+){3}$/.test(ip.host) : ip.host === '::1'
}

/** The properties of a socket that determine which packets reach it. */
export interface Endpoint {
  readonly ip: Ip
  readonly options: { readonly ipv6Only: boolean }
}

/** Whether packets to `ip` would reach the socket. */
export function reaches(socket: Endpoint, ip: Ip): boolean {
  if (!isWildcard(socket.ip)) return socket.ip.version === ip.version && socket.ip.host === ip.host
  // The IPv6 wildcard includes the IPv4 one, unless the socket is IPv6-only.
  return socket.ip.version === ip.version || (socket.ip.version === 6 && !socket.options.ipv6Only)
}

/** Whether some destination address would reach both. */
export function overlap(a: Endpoint, b: Endpoint): boolean {
  return reaches(a, b.ip) || reaches(b, a.ip)
}

/** The address to send or connect to: a wildcard means this machine. */
export function destinationOf(remote: Address): Ip {
  const asked = ipOf(remote)
  return isWildcard(asked) ? loopbackOf(asked) : asked
}

/** The error for an address that is not on this network. */
export function unreachable(remote: Address): HostError {
  return new HostError(
    'ENETUNREACH',
    `${remote.host} is not on the virtual network; use an address of one of its machines, 127.0.0.0/8 or ::1`,
  )
}

/** Whether it is a multicast address (RFC 5771, RFC 4291 section 2.7). */
export function isMulticast(ip: Ip): boolean {
  return ip.version === 4 ? /^2(2[4-9]|3\d)\./.test(ip.host) : ip.host.startsWith('ff')
}

/** Whether it is a broadcast address of this network. */
export function isBroadcast(ip: Ip): boolean {
  return ip.host === '255.255.255.255' || ip.host === '127.255.255.255'
}
