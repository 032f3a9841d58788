/**
 * The only parser and the only formatter of IP addresses. If one parser read a text as an address and the next one as
 * a name or another address, the text would bypass the checks of the first. So there is a single parser, and it is
 * strict.
 */

/** An IP address without a port. */
export interface Ip {
  readonly family: 'ipv4' | 'ipv6'
  /** In the form of {@link printIp}. */
  readonly host: string
  /** The text after `%`: a number, or the name of an interface; empty without a zone. */
  readonly zone: string
}

/**
 * Parses an address: an IPv4 address of four decimal numbers without leading zeros, or an IPv6 address in a form of
 * RFC 4291 (section 2.2), with or without a zone (RFC 4007, section 11).
 *
 * @returns `undefined` for anything else, including the other forms that C's `inet_aton()` accepts
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

/**
 * Formats an address of 4 or 16 bytes (RFC 5952). An IPv4-mapped address ends in the dotted form of the IPv4 address.
 */
export function printIp(bytes: Uint8Array | readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.')
  // RFC 5952, section 5.
  if (MAPPED_BYTES.every((byte, index) => bytes[index] === byte)) return `${MAPPED}${bytes.slice(12).join('.')}`
  const groups = Array.from({ length: 8 }, (_, index) => (bytes[2 * index] ?? 0) * 256 + (bytes[2 * index + 1] ?? 0))
  const { at, length } = longestZeros(groups)
  if (length < 2) return hexadecimal(groups)
  return `${hexadecimal(groups.slice(0, at))}::${hexadecimal(groups.slice(at + length))}`
}

function hexadecimal(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':')
}

/** The longest run of groups that are 0, the first of several: what `::` stands for (RFC 5952, section 4.2). */
function longestZeros(groups: readonly number[]): { readonly at: number; readonly length: number } {
  let longest = { at: 0, length: 0 }
  let at = 0
  for (const [index, group] of groups.entries()) {
    if (group !== 0) at = index + 1
    else if (index + 1 - at > longest.length) longest = { at, length: index + 1 - at }
  }
  return longest
}

/** The 4 or 16 bytes of an address without a zone. @throws {TypeError} when the text is not an IP address */
export function bytesOfIp(host: string): readonly number[] {
  const bytes = bytesOf(host)
  if (bytes === undefined) throw new TypeError(`Cannot use ${JSON.stringify(host)}: it is not an IP address`)
  return bytes
}

/** Converts an address printed by the platform, after its zone has been removed, to the form of {@link printIp}. */
export function canonicalIp(host: string): string {
  // Platforms differ only in addresses with an IPv4 address at the end.
  return host.includes('.') && host.includes(':') ? (parseIp(host)?.host ?? host) : host
}

/**
 * The number of a zone (RFC 4007, section 11.2): the given number, or that of the interface with the given name; 0
 * for an empty zone.
 *
 * @param interfaceOf - returns the number of an interface by its name
 * @returns `undefined` if no interface has that name, or the number is out of range
 */
export function zoneIndex(zone: string, interfaceOf: (name: string) => number | undefined): number | undefined {
  if (!/^\d*$/.test(zone)) return interfaceOf(zone)
  return Number(zone) <= 0xffff_ffff ? Number(zone) : undefined
}

/** The family of an address in text form. */
export function familyOf(host: string): 'ipv4' | 'ipv6' {
  return host.includes(':') ? 'ipv6' : 'ipv4'
}

/** Whether the address means every address of its family: `0.0.0.0`, `::`, or the IPv4-mapped form of the first. */
export function isWildcardIp(host: string): boolean {
  return host === '::' || unmappedIp(host) === '0.0.0.0'
}

/** Whether the address is a loopback address. */
export function isLoopbackIp(host: string): boolean {
  const ip = parseIp(host)
  return ip !== undefined && (ip.host === '::1' || unmappedIp(ip.host).startsWith('127.'))
}

/** The IPv4 address of an IPv4-mapped one (RFC 4291, section 2.5.5.2); any other address unchanged. */
export function unmappedIp(host: string): string {
  return host.startsWith(MAPPED) && host.includes('.') ? host.slice(MAPPED.length) : host
}

const MAPPED = '::ffff:'
const MAPPED_BYTES: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

/** The maximum length of an address, including its zone. */
const LONGEST = 128

/** Interface names may contain almost anything, but not the characters that delimit addresses elsewhere. */
const ZONE = /^[^\s\p{C}%/\\[\]]{1,64}$/u

function bytesOf(host: string): readonly number[] | undefined {
  if (host.includes(':')) return bytesOfIpv6(host)
  return isIpv4(host) ? host.split('.').map(Number) : undefined
}

/** The offset of the IPv4 address in IPv6 addresses that embed one: by mapping, translation or tunnel. */
const EMBEDDING: readonly (readonly [prefix: readonly number[], at: number])[] = [
  // IPv4-compatible (RFC 4291), translated (RFC 2765), NAT64 (RFC 6052), 6to4 (RFC 3056).
  [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 12],
  [[0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0], 12],
  [[0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], 12],
  [[0x20, 0x02], 2],
]

/**
 * The IPv4 address that an IPv6 address leads to by translation or a tunnel; `undefined` for any other address. An
 * IPv4-mapped address is not one: see {@link unmappedIp}.
 */
export function embeddedIp(host: string): string | undefined {
  const bytes = bytesOf(host)
  if (bytes?.length !== 16) return undefined
  const found = EMBEDDING.find(([prefix]) => prefix.every((byte, index) => bytes[index] === byte))
  return found && printIp(bytes.slice(found[1], found[1] + 4))
}

function isIpv4(text: string): boolean {
  return FOUR_NUMBERS.test(text)
}

const FOUR_NUMBERS = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/

/** Written by hand, because the library accepts more than RFC 4291 (octal numbers, groups of five digits). */
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

/** Rewrites the last four bytes of an address in hexadecimal if they are in dotted IPv4 form. */
function withoutDots(text: string): string | undefined {
  if (!text.includes('.')) return text
  const at = text.lastIndexOf(':') + 1
  const tail = text.slice(at)
  if (!isIpv4(tail)) return undefined
  const [a = 0, b = 0, c = 0, d = 0] = tail.split('.').map(Number)
  return `${text.slice(0, at)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}
