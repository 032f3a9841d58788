/** Bytes that are being written. */

const FIRST_SIZE = 16_384

/** A buffer that grows. */
export class OutBytes {
  #bytes = new Uint8Array(FIRST_SIZE)
  #view = new DataView(this.#bytes.buffer)
  /** How many bytes it has. */
  length = 0

  /** The bytes, which are valid until the next call. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length)
  }

  /** Makes room, and returns where it begins. */
  reserve(count: number): number {
    const at = this.length
    this.length += count
    if (this.length > this.#bytes.length) this.#grow()
    return at
  }

  /** Writes a byte. */
  byte(value: number): void {
    if (this.length === this.#bytes.length) this.#grow()
    this.#bytes[this.length++] = value
  }

  /** Writes 7 bits per byte, the low ones first (LEB128). @param value - an integer from 0 to 2^53-1 */
  varint(value: number): void {
    let rest = value
    for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 128)) this.byte((rest % 128) | 0x80)
    for (; rest > 127; rest >>>= 7) this.byte((rest & 127) | 0x80)
    this.byte(rest)
  }

  /** Writes an integer whose amount is below 2^52: even numbers are 0 and above, odd ones below. */
  signed(value: number): void {
    this.varint(value < 0 ? -value * 2 - 1 : value * 2)
  }

  /** Writes 8 bytes: a floating-point number. */
  float(value: number): void {
    const at = this.reserve(8)
    this.#view.setFloat64(at, value, true)
  }

  /** Writes 4 bytes, at the end or elsewhere. */
  word(value: number, at: number = this.reserve(4)): void {
    this.#view.setUint32(at, value, true)
  }

  /** Writes bytes. */
  bytes(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length)
    this.#bytes.set(bytes, at)
  }

  /** Writes the kind of a block, which is its first byte. */
  set first(kind: number) {
    this.#bytes[0] = kind
  }

  #grow(): void {
    const larger = new Uint8Array(2 ** Math.ceil(Math.log2(this.length + 1)))
    larger.set(this.#bytes)
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }
}
