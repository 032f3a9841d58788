/**
 * Where a connection reads to. A read under way holds a buffer, even on a connection that is quiet; so the first one is small.
 * What is passed on is the receiver's, and never written to again.
 */

/** The buffer of a quiet connection, and the most that is read at once. */
const SMALL = 4_096
const LARGE = 65_536

/** From how many bytes on a read is the sign of more to come, and the next buffer is large. */
const MUCH = 4_096

/** What is left of a buffer is read into as long as it is this part of the whole. */
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
      this.#bytes = new Uint8Array(count >= MUCH || (filled && at === 0) ? LARGE : SMALL)
      this.#at = 0
    } else this.#at = end
    return at === 0 && filled ? bytes : bytes.subarray(at, end)
  }
}
