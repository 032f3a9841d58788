/** Reads WebAssembly's binary format, as far as its sections have to be told apart. */

/** The bytes are not WebAssembly, or end too early: the engine's compiler says more. */
export class NotWasm extends Error {}

/** Reads a module from the front. */
export class Reader {
  readonly #bytes: Uint8Array
  /** Where it reads next. */
  at: number
  readonly end: number

  constructor(bytes: Uint8Array, at = 0, end: number = bytes.length) {
    this.#bytes = bytes
    this.at = at
    this.end = end
  }

  /** Whether everything has been read. */
  get done(): boolean {
    return this.at >= this.end
  }

  /** Reads a byte. @throws {NotWasm} at the end */
  byte(): number {
    const byte = this.at < this.end ? this.#bytes[this.at] : undefined
    if (byte === undefined) throw new NotWasm('the module ends too early')
    this.at++
    return byte
  }

  /** Reads an unsigned number of up to 64 bits, which loses precision above 2^53. @throws {NotWasm} */
  number(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      if (scale > 2 ** 63) throw new NotWasm('a number is too long')
    }
  }

  /** Skips bytes. @returns where they begin @throws {NotWasm} */
  skip(count: number): number {
    const { at } = this
    if (count > this.end - at) throw new NotWasm('the module ends too early')
    this.at += count
    return at
  }

  /** The bytes from one place to another. */
  slice(from: number, to: number = this.at): Uint8Array {
    return this.#bytes.subarray(from, to)
  }
}

/** A number in the encoding of the format. */
export function encodeNumber(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? low + 128 : low)
  } while (rest > 0)
  return Uint8Array.from(bytes)
}
