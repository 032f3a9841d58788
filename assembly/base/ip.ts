/** The text form of IP addresses. */

const DOT: i32 = 0x2e
const COLON: i32 = 0x3a
const ZERO: i32 = 0x30

/** Whether an address that is known to be one is of IPv6. */
export function isIPv6(host: string): bool {
  return host.indexOf(':') >= 0
}

/** Whether the text is an IP address, with or without a zone. */
export function isIP(host: string): bool {
  const zone = host.indexOf('%')
  return parseIPv4(host, scratch) || parseIPv6(zone < 0 ? host : host.slice(0, zone), scratch)
}

const scratch = memory.data(16, 4)

/** Stores the 4 bytes of an address such as `127.0.0.1`. @returns whether it is one */
export function parseIPv4(text: string, at: usize): bool {
  let part = 0
  let digits = 0
  let value = 0
  for (let index = 0; index <= text.length; index++) {
    const unit = index < text.length ? text.charCodeAt(index) : DOT
    if (unit == DOT) {
      if (digits == 0 || part > 3) return false
      store<u8>(at + part++, <u8>value)
      digits = value = 0
      continue
    }
    // Without leading zeros, which some programs read as octal.
    if (unit < ZERO || unit > ZERO + 9 || (digits > 0 && value == 0)) return false
    value = value * 10 + unit - ZERO
    if (++digits > 3 || value > 255) return false
  }
  return part == 4
}

/** Stores the 16 bytes of an address such as `::1`. @returns whether it is one */
export function parseIPv6(text: string, at: usize): bool {
  memory.fill(at, 0, 16)
  const middle = text.indexOf('::')
  if (middle < 0) return parseGroups(text, at) == 8
  const first = parseGroups(text.slice(0, middle), at)
  if (first < 0 || first > 7) return false
  const last = parseGroups(text.slice(middle + 2), groups)
  if (last < 0 || first + last > 7) return false
  memory.copy(at + 2 * (8 - last), groups, 2 * last)
  return true
}

const groups = memory.data(18, 2)

/** Stores groups of 16 bits. @returns how many, at most 8, or -1 */
function parseGroups(text: string, at: usize): i32 {
  if (text.length == 0) return 0
  const parts = text.split(':')
  if (parts.length > 8) return -1
  let count = 0
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]
    if (part.indexOf('.') >= 0) {
      if (index + 1 < parts.length || count > 6 || !parseIPv4(part, at + 2 * count)) return -1
      return count + 2
    }
    const value = parseHex(part)
    if (value < 0) return -1
    store<u16>(at + 2 * count++, bswap<u16>(<u16>value))
  }
  return count
}

function parseHex(text: string): i32 {
  if (text.length == 0 || text.length > 4) return -1
  let value = 0
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    const lower = unit | 0x20
    if (unit >= ZERO && unit <= ZERO + 9) value = (value << 4) | (unit - ZERO)
    else if (lower >= 0x61 && lower <= 0x66) value = (value << 4) | (lower - 0x61 + 10)
    else return -1
  }
  return value
}

/** The text of the 4 bytes of an address. */
export function printIPv4(at: usize): string {
  let text = load<u8>(at).toString()
  for (let index = 1; index < 4; index++) text += `.${load<u8>(at + index).toString()}`
  return text
}

/** The text of the 16 bytes of an address, as RFC 5952 has it: the longest run of zeros is left out. */
export function printIPv6(at: usize): string {
  if (isMapped(at)) return `::ffff:${printIPv4(at + 12)}`
  let start = -1
  let length = 1
  for (let index = 0; index < 8; ) {
    let end = index
    while (end < 8 && load<u16>(at + 2 * end) == 0) end++
    if (end - index > length) {
      start = index
      length = end - index
    }
    index = end + 1
  }
  let text = ''
  for (let index = 0; index < 8; index++) {
    if (index == start) {
      text += '::'
      index += length - 1
      continue
    }
    if (text.length > 0 && text.charCodeAt(text.length - 1) != COLON) text += ':'
    text += (<u32>bswap<u16>(load<u16>(at + 2 * index))).toString(16)
  }
  return text
}

function isMapped(at: usize): bool {
  return load<u64>(at) == 0 && load<u16>(at + 8) == 0 && load<u16>(at + 10) == 0xffff
}
