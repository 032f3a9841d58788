/** A pool of reusable buffers: allocating one for every chunk of a stream costs more than copying the chunk. */

/**
 * The smallest size, in bytes. Each following size is four times as large; the largest is what most platforms read at
 * once.
 */
export const SMALLEST = 1024
const SIZES = 4
/** The maximum number of idle buffers per size. */
const SPARE = 16

/** A small pool of buffers that callers take and give back. */
export class BufferPool {
  /** The idle buffers, by size. */
  readonly #spare: readonly ArrayBuffer[][] = Array.from({ length: SIZES }, () => [])

  /** Returns a buffer of `length` bytes with unspecified contents. The caller owns it and may give it back. */
  take(length: number): Uint8Array {
    let index = 0
    let size = SMALLEST
    for (; size < length; size *= 4) index += 1
    const spare = this.#spare[index]
    if (spare === undefined) return new Uint8Array(length)
    return new Uint8Array(spare.pop() ?? new ArrayBuffer(size), 0, length)
  }

  /** Returns a copy of the bytes. The caller owns it and may give it back. */
  copy(bytes: Uint8Array): Uint8Array {
    const copy = this.take(bytes.length)
    copy.set(bytes)
    return copy
  }

  /** Takes a buffer back. It must not be used afterwards. */
  giveBack({ buffer }: Uint8Array): void {
    let index = 0
    let size = SMALLEST
    for (; size < buffer.byteLength; size *= 4) index += 1
    const spare = this.#spare[index]
    // A buffer of any other size did not come from this pool.
    if (spare === undefined || spare.length >= SPARE || !(buffer instanceof ArrayBuffer)) return
    if (buffer.byteLength === size) spare.push(buffer)
  }
}
