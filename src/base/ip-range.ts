/** Ranges of IP addresses (CIDR, RFC 4632). */
import ipaddr from 'ipaddr.js'
import { bytesOfIp, embeddedIp, parseIp, printIp, unmappedIp } from './ip.js'

/** The addresses that share a number of leading bits. A single address has all bits of its family. */
export interface IpRange {
  readonly family: 'ipv4' | 'ipv6'
  /** The lowest address, in the form of `printIp()`; never an IPv4-mapped one. */
  readonly host: string
  /** 0 to 32, or to 128. */
  readonly bits: number
}

const LENGTHS = { ipv4: 32, ipv6: 128 } as const

/** The bits of the prefix that IPv4-mapped addresses have (RFC 4291, section 2.5.5.2). */
const MAPPED_BITS = 96

/**
 * Parses `HOST` or `HOST/BITS`. A range of IPv4-mapped addresses is the range of those IPv4 addresses.
 *
 * @returns `undefined` if the text is neither, has a zone, or has bits below the prefix: that is more likely a mistake
 */
export function parseRange(text: string): IpRange | undefined {
  const [, host = '', digits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const ip = parseIp(host)
  if (ip === undefined || ip.zone !== '') return undefined
  const bits = digits === undefined ? LENGTHS[ip.family] : Number(digits)
  if (bits > LENGTHS[ip.family] || lowest(ip.host, bits) !== ip.host) return undefined
  const inner = unmappedIp(ip.host)
  if (inner === ip.host) return { family: ip.family, host: ip.host, bits }
  return bits < MAPPED_BITS ? undefined : { family: 'ipv4', host: inner, bits: bits - MAPPED_BITS }
}

/** Formats a range as `parseRange()` reads it. */
export function formatRange({ family, host, bits }: IpRange): string {
  return bits === LENGTHS[family] ? host : `${host}/${bits}`
}

/** Whether the range is a single address. */
export function isSingle({ family, bits }: IpRange): boolean {
  return bits === LENGTHS[family]
}

/** Whether an address is in the range. An IPv4-mapped address is taken for the IPv4 address. */
export function isInRange(host: string, { family, host: first, bits }: IpRange): boolean {
  const [address, other] = [read(unmappedIp(host)), read(first)]
  return address.kind() === family && address.match(other, bits)
}

/** Like {@link isInRange}, and also if the range has an IPv4 address that the address embeds, to whichever end. */
export function touchesRange(host: string, range: IpRange): boolean {
  const inner = embeddedIp(host)
  return isInRange(host, range) || (inner !== undefined && isInRange(inner, range))
}

/** What the address is for, as ipaddr.js names it: `unicast`, `private`, `loopback`; `undefined` if it is none. */
export function kindOfIp(host: string): string | undefined {
  const ip = parseIp(host)
  return ip && read(ip.host).range()
}

function read(host: string): ipaddr.IPv4 | ipaddr.IPv6 {
  return ipaddr.fromByteArray([...bytesOfIp(host)])
}

function lowest(host: string, bits: number): string {
  return printIp(bytesOfIp(host).map((byte, at) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - 8 * at)))))
}
