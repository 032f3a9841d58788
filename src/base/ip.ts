/**
 * The one reader and the one printer of IP addresses. A text that is an address for one reader and a name, or another address,
 * for the next one is a way around whatever the first one checked: so there is one, and it is strict.
 */
import ipaddr from 'ipaddr.js'

/** An address without a port. */
export interface Ip {
  readonly family: 'ipv4' | 'ipv6'
  /** As {@link printIp} has it. */
  readonly host: string
  /** What stood behind `%`: a number, or the name of an interface; empty where there was none. */
  readonly zone: string
}

/**
 * Reads an address: of IPv4 four decimal numbers without leading zeros, of IPv6 what RFC 4291 (section 2.2) has, with or
 * without a zone (RFC 4007, section 11).
 *
 * @returns `undefined` for anything else, what C's `inet_aton()` would take included
 */
export function parseIp(text: unknown): Ip | undefined {
  if (typeof text !== 'string' || text.length > LONGEST) return undefined
  if (!text.includes(':')) return isIpv4(text) ? { family: 'ipv4', host: text, zone: '' } : undefined
  const percent = text.indexOf('%')
  const zone = percent < 0 ? '' : text.slice(percent + 1)
  const bytes = bytesOfIpv6(percent < 0 ? text : text.slice(0, percent))
  if (bytes === undefined || (percent >= 0 && !ZONE.test(zone))) return undefined
  return { family: 'ipv6', host: printIp(bytes), zone }
}

/** The text of an address of 4 or 16 bytes: RFC 5952, with the IPv4 address in its own form where one is mapped. */
export function printIp(bytes: Uint8Array | readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.')
  const address = new ipaddr.IPv6([...bytes])
  // RFC 5952, section 5; the library knows the other sections only.
  return address.isIPv4MappedAddress() ? `${MAPPED}${address.toIPv4Address()}` : address.toRFC5952String()
}

/** The bytes of an address without a zone, 4 or 16. @throws {TypeError} when it is none */
export function bytesOfIp(host: string): readonly number[] {
  const bytes = bytesOf(host)
  if (bytes === undefined) throw new TypeError(`Cannot use ${JSON.stringify(host)}: it is no IP address`)
  return bytes
}

/** An address that a platform printed, which has a zone no more, as {@link printIp} has it. */
export function canonicalIp(host: string): string {
  // Platforms differ in what has an IPv4 address at its end, and in nothing else.
  return host.includes('.') && host.includes(':') ? (parseIp(host)?.host ?? host) : host
}

/**
 * The number that a zone's text stands for (RFC 4007, section 11.2): its own, or that of the interface of that name; 0 for none.
 *
 * @param interfaceOf - the number of an interface by its name
 * @returns `undefined` for a name that no interface has, and for numbers that none can have
 */
export function zoneIndex(zone: string, interfaceOf: (name: string) => number | undefined): number | undefined {
  if (!/^\d*$/.test(zone)) return interfaceOf(zone)
  return Number(zone) <= 0xffff_ffff ? Number(zone) : undefined
}

/** Of which family an address's text is. */
export function familyOf(host: string): 'ipv4' | 'ipv6' {
  return host.includes(':') ? 'ipv6' : 'ipv4'
}

/** Whether it means every address of its family: `0.0.0.0`, `::`, and the first one as IPv6 has it. */
export function isWildcardIp(host: string): boolean {
  return host === '::' || unmappedIp(host) === '0.0.0.0'
}

/** Whether it leads to the machine itself. */
export function isLoopbackIp(host: string): boolean {
  return rangeOf(unmappedIp(host)) === 'loopback'
}

/**
 * Whether an address means something to this machine or its link only, or no single machine at all: loopback, link-local (where
 * clouds have their metadata), unspecified, multicast, broadcast. An IPv4 address inside one of IPv6 is looked at, too.
 */
export function isSpecialIp(host: string): boolean {
  const range = rangeOf(unmappedIp(host))
  if (range !== undefined && SPECIAL.has(range)) return true
  const inner = embeddedIp(host)
  return METADATA.has(host) || (inner !== undefined && isSpecialIp(inner))
}

/** The IPv4 address that a mapped one stands for (RFC 4291, section 2.5.5.2); any other as it is. */
function unmappedIp(host: string): string {
  return host.startsWith(MAPPED) && host.includes('.') ? host.slice(MAPPED.length) : host
}

const MAPPED = '::ffff:'

/** What no address is longer than, whatever its zone. */
const LONGEST = 128

/** Interfaces are called almost anything; what delimits addresses elsewhere is not part of a name. */
const ZONE = /^[^\s\p{C}%/\\[\]]{1,64}$/u

const SPECIAL: ReadonlySet<string> = new Set(['unspecified', 'broadcast', 'multicast', 'linkLocal', 'loopback'])

/** Where a cloud has its metadata among addresses that are other machines' elsewhere. */
const METADATA: ReadonlySet<string> = new Set(['fd00:ec2::254'])

function bytesOf(host: string): readonly number[] | undefined {
  if (host.includes(':')) return bytesOfIpv6(host)
  return isIpv4(host) ? host.split('.').map(Number) : undefined
}

function rangeOf(host: string): string | undefined {
  const bytes = bytesOf(host)
  return bytes && ipaddr.fromByteArray([...bytes]).range()
}

/** Where the IPv4 address begins in addresses of IPv6 that lead to one: by mapping, translation or tunnel. */
const EMBEDDING: readonly (readonly [prefix: readonly number[], at: number])[] = [
  // IPv4-compatible (RFC 4291), translated (RFC 2765), NAT64 (RFC 6052), 6to4 (RFC 3056).
  [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 12],
  [[0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0], 12],
  [[0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], 12],
  [[0x20, 0x02], 2],
]

function embeddedIp(host: string): string | undefined {
  const bytes = bytesOf(host)
  if (bytes?.length !== 16) return undefined
  const found = EMBEDDING.find(([prefix]) => prefix.every((byte, index) => bytes[index] === byte))
  return found && printIp(bytes.slice(found[1], found[1] + 4))
}

function isIpv4(text: string): boolean {
  return FOUR_NUMBERS.test(text)
}

const FOUR_NUMBERS = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/

/** The library takes more than there is in RFC 4291 (numbers in octal, groups of five digits), so it is not asked. */
function bytesOfIpv6(text: string): readonly number[] | undefined {
  const whole = withoutDots(text)
  const halves = whole?.split('::') ?? []
  const [left, right] = halves.map((half) => (half === '' ? [] : half.split(':')))
  if (left === undefined || halves.length > 2) return undefined
  const missing = 8 - left.length - (right?.length ?? 0)
  if (right === undefined ? missing !== 0 : missing < 1) return undefined
  const groups = right === undefined ? left : [...left, ...Array<string>(missing).fill('0'), ...right]
  if (!groups.every((group) => GROUP.test(group))) return undefined
  return groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff])
}

const GROUP = /^[\da-f]{1,4}$/i

/** The address with its last four bytes in hexadecimal, where they stood in IPv4's form. */
function withoutDots(text: string): string | undefined {
  if (!text.includes('.')) return text
  const at = text.lastIndexOf(':') + 1
  const tail = text.slice(at)
  if (!isIpv4(tail)) return undefined
  const [a = 0, b = 0, c = 0, d = 0] = tail.split('.').map(Number)
  return `${text.slice(0, at)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}
