import { newBuffer } from '../common/read-buffers.js'

/**
 * Up to so many bytes an engine keeps an array's memory in its own heap, where nothing may have a pointer to it. Node would have
 * such an array moved out to write it, which costs more than a copy.
 */
export const SMALL_WRITE = 64

/** Memory that the operating system takes one small write at a time from. */
export class SmallWrite {
  readonly #memory = newBuffer(SMALL_WRITE)
  /** A view for each length, made when it is first wanted. */
  readonly #views: (Uint8Array | undefined)[] = new Array(SMALL_WRITE + 1).fill(undefined)

  /** @param data - at most {@link SMALL_WRITE} bytes. @returns a copy, until the next call */
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
