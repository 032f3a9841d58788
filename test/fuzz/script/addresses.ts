/** Addresses and lists of buffers that scripts pass to calls. */

import { PATTERN } from '../guest/layout.js'
import { type Author, type Given, length, needed } from './author.js'
import type { Value } from './script.js'

/** An address in the arena, as two arguments: where it is, and its length. */
export function address(author: Author, port: number, host: 'ipv4' | 'ipv6' = 'ipv4'): [Given, Given] {
  const { sockaddr_in: v4, sockaddr_in6: v6 } = author.numbers.layout
  const bytes = new DataView(new ArrayBuffer(host === 'ipv4' ? v4.size : v6.size))
  const given = author.random.chance(0.03) ? author.random.pick([0, 1, 65_535]) : port
  if (host === 'ipv4') {
    bytes.setUint16(v4.sin_family, author.c.AF_INET, true)
    bytes.setUint16(v4.sin_port, given)
    bytes.setUint32(v4.sin_addr, author.random.chance(0.02) ? 0 : 0x7f00_0001)
  } else {
    bytes.setUint16(v6.sin6_family, author.c.AF_INET6, true)
    bytes.setUint16(v6.sin6_port, given)
    bytes.setUint8(v6.sin6_addr + 15, 1)
  }
  // AF_UNSPEC, which disconnects a socket, or an unknown family.
  if (author.random.chance(0.04)) bytes.setUint16(v4.sin_family, author.random.pick([author.c.AF_UNSPEC, 99]), true)
  return toGiven(author, new Uint8Array(bytes.buffer))
}

/** The name of a socket, as an address: a path, an abstract name, or none. */
export function socketName(author: Author): [Given, Given] {
  const { sun_path: at } = author.numbers.layout.sockaddr_un
  const bytes = new Uint8Array(at + 110)
  new DataView(bytes.buffer).setUint16(0, author.c.AF_UNIX, true)
  const text = new TextEncoder().encode(
    author.random.pick(['/a', '/b', '/b/c', '\0name', '\0', '', 'relative', 'x'.repeat(108)]),
  )
  bytes.set(text, at)
  return toGiven(author, bytes.subarray(0, at + text.length + (text[0] === 0 ? 0 : 1)))
}

function toGiven(author: Author, bytes: Uint8Array): [Given, Given] {
  return [needed(author.put(bytes), bytes.length), length(bytes.length)]
}

/** Pointers to where a call stores an address and its length. */
export function addressRoom(author: Author): [Given, Given] {
  const size = author.random.pick([16, 28, 110, 128])
  return [needed(author.room(128), size), needed(author.words(size), 4)]
}

/** The same, or NULL for none. */
export function orNone([at, size]: readonly [Given, Given]): [Given, Given] {
  return [{ as: 'optional', value: at.value }, size]
}

/** A list of buffers, as it is passed to a call. */
export interface Buffers {
  readonly given: readonly [list: Given, count: Given]
  /** Bytes of all of them. */
  readonly total: number
  /** Whether one of them is outside the memory. */
  readonly wrong: boolean
  readonly parts: readonly (readonly [at: number, length: number])[]
}

/** Buffers to send: pieces of the pattern, which may be the same ones many times. */
export function toSend(author: Author, most = 4096): Buffers {
  const { random } = author
  const count = random.pick([0, 1, 1, 1, 1, 2, 3, 7, 64])
  const one = author.piece(most)
  const parts = Array.from({ length: count }, () => (random.chance(0.3) ? one : author.piece(count > 8 ? 256 : most)))
  return list(author, parts)
}

/** Buffers that bytes are received into. Some overlap each other, and some the list itself. */
export function toFill(author: Author, most = 4096): Buffers {
  const { random } = author
  const count = random.pick([0, 1, 1, 1, 2, 3, 8])
  const shape = random.int(0, 9)
  const base = author.room(most)
  if (shape === 0 && count > 1) {
    // Received bytes overwrite the list first.
    const at = author.room(8 * count)
    const self = Array.from({ length: count }, (): [number, number] => [at, 8 * count])
    return list(author, self, at)
  }
  const parts = Array.from({ length: count }, (_, index): [number, number] => {
    const part = Math.max(1, Math.floor(most / Math.max(1, count)))
    return shape < 4 ? [base + random.int(0, 16), random.int(0, most - 16)] : [base + index * part, random.int(0, part)]
  })
  return list(author, parts)
}

/** Puts a list into memory, sometimes at its very end, or with a wrong entry. */
function list(author: Author, parts: readonly (readonly [number, number])[], at?: number): Buffers {
  const { random } = author
  const all = parts.map(([base, size]): [number, number] => [base, size])
  const wrong = all.length > 0 && random.chance(0.06)
  if (wrong)
    all[random.int(0, all.length - 1)] = random.pick([
      [0, 1],
      [0x7fff_0000, 8],
      [PATTERN.at, 0x7fff_0000],
    ])
  // A payload, which only the library's own code can use.
  else if (all.length === 1 && random.chance(0.02)) all[0] = [author.c.UVH_PAYLOAD, random.int(0, 100)]
  else if (all.length > 0 && random.chance(0.01)) all[0] = [0xffff_fff0, random.int(0, 2)]
  const bytes = new Uint8Array(new Uint32Array(all.flat()).buffer)
  const place = putList(author, bytes, at)
  const total = all.reduce((sum, [, size]) => sum + size, 0)
  const count: Given = { as: 'count', value: all.length }
  return { given: [{ as: 'list', value: place, filled: all.length > 0 }, count], total, wrong, parts: all }
}

function putList(author: Author, bytes: Uint8Array, at: number | undefined): Value {
  if (at !== undefined) author.script.poke(at, bytes)
  if (at !== undefined) return at
  if (bytes.length === 0) return author.room(8)
  if (!author.random.chance(0.05)) return author.put(bytes)
  const place = { end: -bytes.length }
  author.script.poke(place, bytes)
  return place
}
