/**
 * What a program can ask about the way to its peer. Hosts do not know it, so these are the values of Linux on the
 * loopback interface and on an Ethernet, where nearly every way begins.
 */
import type { Address } from '../../base/address.js'
import { isLoopbackIp } from '../../base/ip.js'

/** The number of hops that packets of a new socket may take (`net.ipv4.ip_default_ttl`). */
export const DEFAULT_TTL = 64

/** The segment size of a TCP socket before it is connected (RFC 9293, section 3.7.1). */
export const UNCONNECTED_SEGMENT = 536

const LOOPBACK_MTU = 65_536
const ETHERNET_MTU = 1500

/** The headers of IP, and of TCP with the timestamps that Linux always sends. */
const HEADERS = { ipv4: 20 + 32, ipv6: 40 + 32 } as const

/** The size of the largest packet on the way from a local address (`IP_MTU`). */
export function mtu(local: Address): number {
  return isLoopbackIp(local.host) ? LOOPBACK_MTU : ETHERNET_MTU
}

/** The size of the largest segment on the way from a local address (`TCP_MAXSEG`). */
export function maxSegment(local: Address): number {
  return Math.min(mtu(local), LOOPBACK_MTU / 2) - HEADERS[local.family]
}
