/**
 * The checksum of traces: XXH32, which is fast in JavaScript, and which tools of all languages have.
 *
 * @see https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */

// Read once: a global is slow to read inside a context of node:vm.
const { imul } = Math

const PRIME_1 = 0x9e3779b1
const PRIME_2 = 0x85ebca77
const PRIME_3 = 0xc2b2ae3d
const PRIME_4 = 0x27d4eb2f
const PRIME_5 = 0x165667b1

const rotated = (word: number, by: number): number => (word << by) | (word >>> (32 - by))
const round = (lane: number, word: number): number => imul(rotated((lane + imul(word, PRIME_2)) | 0, 13), PRIME_1)

/** Shorter inputs are read byte by byte: making a view of them takes longer than that. */
const WORTH_A_VIEW = 512

/** The XXH32 of bytes, with seed 0: an integer from 0 to 2^32-1. */
export function xxh32(bytes: Uint8Array): number {
  return bytes.length < WORTH_A_VIEW ? hashOfFew(bytes) : hashOfMany(bytes)
}

const word = (bytes: Uint8Array, at: number): number =>
  byte(bytes, at) | (byte(bytes, at + 1) << 8) | (byte(bytes, at + 2) << 16) | (byte(bytes, at + 3) << 24)

const byte = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0

function hashOfFew(bytes: Uint8Array): number {
  const { length } = bytes
  let at = 0
  let hash = PRIME_5
  if (length >= 16) {
    let one: number = FIRST
    let two: number = PRIME_2 | 0
    let three = 0
    let four: number = LAST
    for (const end = length - 16; at <= end; at += 16) {
      one = round(one, word(bytes, at))
      two = round(two, word(bytes, at + 4))
      three = round(three, word(bytes, at + 8))
      four = round(four, word(bytes, at + 12))
    }
    hash = joined(one, two, three, four)
  }
  return finished(hash, bytes, at)
}

function hashOfMany(bytes: Uint8Array): number {
  const { length } = bytes
  const view = new DataView(bytes.buffer, bytes.byteOffset, length)
  let one: number = FIRST
  let two: number = PRIME_2 | 0
  let three = 0
  let four: number = LAST
  let at = 0
  for (const end = length - 16; at <= end; at += 16) {
    one = round(one, view.getInt32(at, true))
    two = round(two, view.getInt32(at + 4, true))
    three = round(three, view.getInt32(at + 8, true))
    four = round(four, view.getInt32(at + 12, true))
  }
  return finished(joined(one, two, three, four), bytes, at)
}

/** How the first and the last of the four lanes begin. */
const FIRST = (PRIME_1 + PRIME_2) | 0
const LAST = -PRIME_1 | 0

const joined = (one: number, two: number, three: number, four: number): number =>
  rotated(one, 1) + rotated(two, 7) + rotated(three, 12) + rotated(four, 18)

/** Adds the length and the last bytes, fewer than 16. */
function finished(begun: number, bytes: Uint8Array, from: number): number {
  const { length } = bytes
  let hash = (begun + length) | 0
  let at = from
  for (; at + 4 <= length; at += 4) hash = imul(rotated((hash + imul(word(bytes, at), PRIME_3)) | 0, 17), PRIME_4)
  for (; at < length; at++) hash = imul(rotated((hash + imul(byte(bytes, at), PRIME_5)) | 0, 11), PRIME_1)
  hash = imul(hash ^ (hash >>> 15), PRIME_2)
  hash = imul(hash ^ (hash >>> 13), PRIME_3)
  return (hash ^ (hash >>> 16)) >>> 0
}
