/**
 * Where a connection reads to. A read under way holds a buffer, even on a connection that is quiet; so the first one is small.
 * What is passed on is the receiver's, and never written to again.
 */

/** The buffer of a quiet connection, and the most that is read at once. */
const SMALL = 4_096
const LARGE = 65_536

/** What is left of a buffer is read into as long as this part of it would fit. */
const LEAST = 4

/** One connection's buffer. */
export class DenoReadBuffer {
  #bytes = new Uint8Array(SMALL)
  #at = 0

  /** Where the next read goes. */
  get room(): Uint8Array {
    return this.#at === 0 ? this.#bytes : this.#bytes.subarray(this.#at)
  }

  /** What came: `count` bytes were read into {@link DenoReadBuffer.room}. */
  take(count: number): Uint8Array {
    const at = this.#at
    const end = at + count
    const bytes = this.#bytes
    const filled = end === bytes.length
    if (filled || (bytes.length - end) * LEAST < bytes.length) {
      // A read that filled its room is the sign of more to come; a small one, of less.
      const large = filled || count * LEAST > LARGE
      this.#bytes = new Uint8Array(large ? LARGE : SMALL)
      this.#at = 0
    } else this.#at = end
    return at === 0 && filled ? bytes : bytes.subarray(at, end)
  }
}
