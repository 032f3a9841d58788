/** Bytes that say where they belong, so that one that is foreign, lost or twice there is seen at once. */
import type { Random } from './random.js'

/** What no pattern has: written over a buffer that is its owner's again, and received by no peer. */
export const MARKER = 0xff

/** A prime, so that no size of a buffer is a multiple of it. */
const PERIOD = 65_521

/** A stream without end, of which each byte is known by its position. */
export class Pattern {
  /** Two periods, so that any one of them lies in a piece. */
  readonly #bytes: Uint8Array
  readonly #shift: number

  /** @param like - its bytes are used again from another place on, which costs nothing */
  constructor(random: Random, like?: Pattern) {
    this.#shift = random.int(0, PERIOD - 1)
    this.#bytes = like === undefined ? twice(random.bytes(PERIOD).map((byte) => byte % MARKER)) : like.#bytes
  }

  /** Makes a buffer the part of the stream that begins at `from`. */
  fill(buffer: Uint8Array, from: number): Uint8Array {
    for (const [at, part] of this.#parts(from, buffer.length)) buffer.set(part, at)
    return buffer
  }

  /** `length` bytes from `from` on. */
  bytes(from: number, length: number): Uint8Array {
    return this.fill(new Uint8Array(length), from)
  }

  /** What is wrong with bytes that shall begin at `from`; `undefined` when nothing is. */
  fault(bytes: Uint8Array, from: number): string | undefined {
    for (const [at, part] of this.#parts(from, bytes.length)) {
      if (Buffer.compare(bytes.subarray(at, at + part.length), part) === 0) continue
      const wrong = part.findIndex((byte, index) => byte !== bytes[at + index])
      const byte = bytes[at + wrong]
      const found = byte === MARKER ? 'the marker' : String(byte)
      return `byte ${from + at + wrong} is ${found}, not ${part[wrong]}`
    }
    return undefined
  }

  /** The parts that make so many bytes from `from` on, each with its place among them. */
  *#parts(from: number, length: number): Iterable<[number, Uint8Array]> {
    for (let at = 0; at < length; at += PERIOD) {
      const start = (this.#shift + from + at) % PERIOD
      yield [at, this.#bytes.subarray(start, start + Math.min(PERIOD, length - at))]
    }
  }
}

const twice = (period: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(2 * period.length)
  bytes.set(period)
  bytes.set(period, period.length)
  return bytes
}
