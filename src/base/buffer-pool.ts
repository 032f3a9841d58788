/** Buffers that are used again: to make one for every piece of a stream costs more than to copy the piece. */

/** The smallest size. Each next one is four times as large; the last is what most platforms read at once. */
export const SMALLEST = 1024
const SIZES = 4
/** How many buffers of one size may lie idle. */
const SPARE = 16

/** A few buffers, lent and given back. */
export class BufferPool {
  /** What lies idle, by size. */
  readonly #spare: readonly ArrayBuffer[][] = Array.from({ length: SIZES }, () => [])

  /** Room for so many bytes, the caller's; what stands in it does not matter. It may be given back. */
  take(length: number): Uint8Array {
    let index = 0
    let size = SMALLEST
    for (; size < length; size *= 4) index += 1
    const spare = this.#spare[index]
    if (spare === undefined) return new Uint8Array(length)
    return new Uint8Array(spare.pop() ?? new ArrayBuffer(size), 0, length)
  }

  /** A copy of the bytes, the caller's. It may be given back. */
  copy(bytes: Uint8Array): Uint8Array {
    const copy = this.take(bytes.length)
    copy.set(bytes)
    return copy
  }

  /** Takes back what was taken, which nobody may use any more. */
  giveBack({ buffer }: Uint8Array): void {
    let index = 0
    let size = SMALLEST
    for (; size < buffer.byteLength; size *= 4) index += 1
    const spare = this.#spare[index]
    // What was of another size is not one of ours.
    if (spare === undefined || spare.length >= SPARE || !(buffer instanceof ArrayBuffer)) return
    if (buffer.byteLength === size) spare.push(buffer)
  }
}
