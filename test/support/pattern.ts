/** Bytes that show their stream and their place, so that a foreign, lost or repeated byte is found. */
import type { Random } from './random.js'

/** A byte that is in no pattern: tests overwrite buffers with it after their write, and no peer may receive it. */
export const MARKER = 0xff

/** A prime, so that no size of a buffer is a multiple of it. */
const PERIOD = 65_521

/** An endless stream in which each byte is known by its position. */
export class Pattern {
  /** Two periods, so that each part of one period is contiguous. */
  readonly #bytes: Uint8Array
  readonly #shift: number

  /** @param like - a pattern with the same bytes, which are shared, from another place on */
  constructor(random: Random, like?: Pattern) {
    this.#shift = random.int(0, PERIOD - 1)
    this.#bytes = like === undefined ? twice(random.bytes(PERIOD).map((byte) => byte % MARKER)) : like.#bytes
  }

  /** Fills a buffer with the part of the stream that begins at `from`. */
  fill(buffer: Uint8Array, from: number): Uint8Array {
    for (const [at, part] of this.#parts(from, buffer.length)) buffer.set(part, at)
    return buffer
  }

  /** `length` bytes from `from` on. */
  bytes(from: number, length: number): Uint8Array {
    return this.fill(new Uint8Array(length), from)
  }

  /** The fault in bytes that should begin at `from`; `undefined` if there is none. */
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

  /** The parts of `length` bytes from `from` on, each with its place among them. */
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
