/** Bytes that are being read. */
import { TraceError } from './trace-error.js'

/** The content of a block whose checksum was right; what does not fit was encoded wrongly. */
export class InBytes {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #offset: number
  #at = 0

  /** @param offset - where in the file these bytes are */
  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#offset = offset
  }

  /** Where in the file the next byte is. */
  get offset(): number {
    return this.#offset + this.#at
  }

  /** Whether everything was read. */
  get isOver(): boolean {
    return this.#at === this.#bytes.length
  }

  /** The same bytes, from their start. */
  again(): InBytes {
    return new InBytes(this.#bytes, this.#offset)
  }

  /** A byte. */
  byte(): number {
    return this.#view.getUint8(this.#take(1))
  }

  /** An integer from 0 to 2^53-1. */
  varint(): number {
    let value = 0
    for (let weight = 1; ; weight *= 128) {
      const byte = this.byte()
      value += (byte & 127) * weight
      if (value > Number.MAX_SAFE_INTEGER) this.fail('a number is too great')
      if (byte < 128) return value
    }
  }

  /** An integer whose amount is below 2^52. */
  signed(): number {
    const value = this.varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** A floating-point number of 8 bytes. */
  float(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  /** An integer of 4 bytes. */
  word(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  /** A part of these bytes, not a copy. */
  bytes(count: number): Uint8Array {
    const at = this.#take(count)
    return this.#bytes.subarray(at, at + count)
  }

  /** @throws {TraceError} always */
  fail(problem: string): never {
    throw new TraceError(this.offset, `${problem}, although its block is not damaged`, 'record it again')
  }

  #take(count: number): number {
    const at = this.#at
    if (count > this.#bytes.length - at) this.fail('an entry is longer than its block')
    this.#at += count
    return at
  }
}
