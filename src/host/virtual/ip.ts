/** IP addresses as the virtual network sees them: an IPv4 address in IPv6 clothes is an IPv4 address. */
import type { Address } from '../../abi/address.js'

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
