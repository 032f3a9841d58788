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

/** The XXH32 of bytes, with seed 0: an integer from 0 to 2^32-1. */
export function xxh32(bytes: Uint8Array): number {
  const { length } = bytes
  const view = new DataView(bytes.buffer, bytes.byteOffset, length)
  let at = 0
  let hash: number
  if (length >= 16) {
    let one = (PRIME_1 + PRIME_2) | 0
    let two = PRIME_2 | 0
    let three = 0
    let four = -PRIME_1 | 0
    for (const end = length - 16; at <= end; at += 16) {
      one = round(one, view.getInt32(at, true))
      two = round(two, view.getInt32(at + 4, true))
      three = round(three, view.getInt32(at + 8, true))
      four = round(four, view.getInt32(at + 12, true))
    }
    hash = rotated(one, 1) + rotated(two, 7) + rotated(three, 12) + rotated(four, 18)
  } else hash = PRIME_5
  hash = (hash + length) | 0
  for (; at + 4 <= length; at += 4)
    hash = imul(rotated((hash + imul(view.getInt32(at, true), PRIME_3)) | 0, 17), PRIME_4)
  for (; at < length; at++) hash = imul(rotated((hash + imul(view.getUint8(at), PRIME_5)) | 0, 11), PRIME_1)
  hash = imul(hash ^ (hash >>> 15), PRIME_2)
  hash = imul(hash ^ (hash >>> 13), PRIME_3)
  return (hash ^ (hash >>> 16)) >>> 0
}
