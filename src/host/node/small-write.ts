import { newBuffer } from '../common/read-buffers.js'

/**
 * Up to this size in bytes, an engine keeps an array's memory in its own heap, where native code may not point to it.
 * To write such an array, Node would have it moved out of the heap, which costs more than a copy.
 */
export const SMALL_WRITE = 64

/** Memory outside the engine's heap for one small write at a time. */
export class SmallWrite {
  readonly #memory = newBuffer(SMALL_WRITE)
  /** A view for each length, created on first use. */
  readonly #views: (Uint8Array | undefined)[] = new Array(SMALL_WRITE + 1).fill(undefined)

  /** @param data - at most {@link SMALL_WRITE} bytes. @returns a copy, valid until the next call */
  copy(data: Uint8Array): Uint8Array {
    const { length } = data
    let view = this.#views[length]
    if (view === undefined) {
      view = this.#memory.subarray(0, length)
      this.#views[length] = view
    }
    view.set(data)
    return view
  }
}
