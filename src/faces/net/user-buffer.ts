/** Receiving into a buffer of the program: the option `onread` of `net.Socket`. */

/** Where to store received bytes, and the callback for them. */
export interface OnReadOptions {
  /** The buffer, or a function that returns the next one. */
  readonly buffer: Uint8Array | (() => Uint8Array)
  /** Called with the number of bytes in the buffer. @returns `false` to pause until `resume()` */
  callback(bytes: number, buffer: Uint8Array): boolean
}

/** Whether the option is valid: `node:net` ignores anything else. */
export function isUserBuffer(value: OnReadOptions | null | undefined): value is OnReadOptions {
  if (typeof value !== 'object' || value === null || typeof value.callback !== 'function') return false
  return value.buffer instanceof Uint8Array || typeof value.buffer === 'function'
}

/** Copies received bytes into the program's buffer, piece by piece, and keeps the rest while the program has paused. */
export class UserBuffer {
  readonly #options: OnReadOptions
  /** Received bytes that did not fit, or that arrived while the program had paused. */
  #rest: Uint8Array | undefined

  constructor(options: OnReadOptions) {
    this.#options = options
  }

  /** Delivers bytes, one buffer at a time. @returns whether to continue reading */
  deliver(data: Uint8Array): boolean {
    this.#rest = data
    return this.flush()
  }

  /** Delivers what is left. @returns whether to continue reading */
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
