/** Segments of the virtual network. */

/**
 * A copy of bytes in transit. More bytes can join until it arrives, so that many small writes need few deliveries.
 * Its room doubles when it is full, so a byte is copied at most twice on average.
 */
export class Segment {
  #bytes: Uint8Array
  #length: number

  /** @param data - copied */
  constructor(data: Uint8Array) {
    this.#bytes = new Uint8Array(data)
    this.#length = data.length
  }

  /** The number of bytes. */
  get length(): number {
    return this.#length
  }

  /** The bytes. None must be added afterwards. */
  get bytes(): Uint8Array {
    return this.#length === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, this.#length)
  }

  /** Adds bytes, which are copied. */
  add(data: Uint8Array): void {
    const length = this.#length + data.length
    if (length > this.#bytes.length) {
      const wider = new Uint8Array(Math.max(length, 2 * this.#bytes.length))
      wider.set(this.bytes)
      this.#bytes = wider
    }
    this.#bytes.set(data, this.#length)
    this.#length = length
  }
}
