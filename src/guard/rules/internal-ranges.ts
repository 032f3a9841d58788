/** The addresses to which a name must not lead unless its rule says so. */

import { embeddedIp, unmappedIp } from '../../base/ip.js'
import { type IpRange, isInRange, kindOfIp, parseRange } from '../../base/ip-range.js'

/** Kinds of addresses that mean this machine, its link or a private network, as `kindOfIp()` names them. */
const KINDS: ReadonlySet<string | undefined> = new Set([
  'unspecified',
  'loopback',
  'linkLocal',
  'private',
  'uniqueLocal',
  'carrierGradeNat',
  'broadcast',
  'multicast',
])

/** Ranges that are used inside of networks although they have another kind. */
const TEXTS = [
  // Special purposes of the IETF (RFC 6890); among them a metadata service (192.0.0.192).
  '192.0.0.0/24',
  // Benchmarks (RFC 2544), and the reserved former class E (RFC 1112): both serve as private networks.
  '198.18.0.0/15',
  '240.0.0.0/4',
  // The metadata service and name server of Azure.
  '168.63.129.16',
  // Local translation of IPv4 addresses (RFC 8215), and the former site-local addresses (RFC 3879).
  '64:ff9b:1::/48',
  'fec0::/10',
]

let ranges: readonly IpRange[] | undefined

/** Read when a name is first looked up, since most programs start without. */
function known(): readonly IpRange[] {
  ranges ??= TEXTS.flatMap((text) => parseRange(text) ?? [])
  return ranges
}

/**
 * Whether an address is one of this machine, its link or a private network (RFC 1918, RFC 4193, RFC 6598), of a
 * metadata service of a cloud, or of no single machine. An IPv4 address that an IPv6 address embeds counts, too.
 */
export function isInternalIp(host: string): boolean {
  if (KINDS.has(kindOfIp(unmappedIp(host))) || known().some((range) => isInRange(host, range))) return true
  const inner = embeddedIp(host)
  return inner !== undefined && isInternalIp(inner)
}
