/** Buffers that are used again: to make one for every piece of a stream costs more than to copy the piece. */

/** Bytes of a buffer, which are what most platforms read at once. */
const SIZE = 64 * 1024
/** Pieces up to this size are cheap enough to make. */
const SMALL = 1024
/** How many buffers may lie idle. */
const SPARE = 16

/** A few buffers, lent and given back. */
export class Buffers {
  readonly #spare: ArrayBuffer[] = []

  /** A copy of the bytes, the caller's. It may be given back. */
  copy(bytes: Uint8Array): Uint8Array {
    if (bytes.length <= SMALL || bytes.length > SIZE) return bytes.slice()
    const copy = new Uint8Array(this.#spare.pop() ?? new ArrayBuffer(SIZE), 0, bytes.length)
    copy.set(bytes)
    return copy
  }

  /** Takes a copy back, which nobody may use any more. */
  giveBack({ buffer }: Uint8Array): void {
    if (buffer instanceof ArrayBuffer && buffer.byteLength === SIZE && this.#spare.length < SPARE)
      this.#spare.push(buffer)
  }
}
