/** Receiving into a buffer of the user's own, as the option `onread` of `net.Socket` has it. */

/** Where received bytes go, and who is told. */
export interface OnReadOptions {
  /** The buffer, or who gives the next one. */
  readonly buffer: Uint8Array | (() => Uint8Array)
  /** Told how many bytes the buffer has. @returns `false` for no more until `resume()` */
  callback(bytes: number, buffer: Uint8Array): boolean
}

/** Whether the option is one: `node:net` passes over anything else. */
export function isUserBuffer(value: OnReadOptions | null | undefined): value is OnReadOptions {
  if (typeof value !== 'object' || value === null || typeof value.callback !== 'function') return false
  return value.buffer instanceof Uint8Array || typeof value.buffer === 'function'
}

/** See the top of the file. */
export class UserBuffer {
  readonly #options: OnReadOptions
  /** What came and did not fit, or was not wanted yet. */
  #rest: Uint8Array | undefined

  constructor(options: OnReadOptions) {
    this.#options = options
  }

  /** Hands bytes on, a buffer at a time. @returns whether more are welcome */
  deliver(data: Uint8Array): boolean {
    this.#rest = data
    return this.flush()
  }

  /** Hands on what is left. @returns whether more is welcome */
  flush(): boolean {
    while (this.#rest !== undefined) {
      const { buffer } = this.#options
      const target = typeof buffer === 'function' ? buffer() : buffer
      const piece = this.#rest.subarray(0, target.length)
      this.#rest = piece.length < this.#rest.length ? this.#rest.subarray(piece.length) : undefined
      target.set(piece)
      if (this.#options.callback(piece.length, target) === false) return false
    }
    return true
  }
}
