/** Bytes that travel together. */

/**
 * A copy of bytes that are under way. More can join as long as it has not arrived, so that a flood of small writes takes
 * few journeys: its room then doubles, and a byte is copied twice on average at most.
 */
export class Segment {
  #bytes: Uint8Array
  #length: number

  /** @param data - copied */
  constructor(data: Uint8Array) {
    this.#bytes = new Uint8Array(data)
    this.#length = data.length
  }

  /** How many bytes there are. */
  get length(): number {
    return this.#length
  }

  /** The bytes, which must not be added to any more. */
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
