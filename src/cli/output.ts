import { writeSync } from 'node:fs'

/**
 * Prints the program's output as the output of this process. It is written synchronously, like `write(2)` in a native
 * program. Node's own streams do the same on Linux, but take 4 ms to load. They are used when this thread must not
 * block, and for a non-blocking descriptor that has no room.
 */
export class Output {
  readonly #onGone: () => void
  #streams: boolean

  /**
   * @param free - whether this thread must not block while a reader is slow
   * @param onGone - called when the reader has closed its end
   */
  constructor(free: boolean, onGone: () => void) {
    this.#streams = free
    this.#onGone = onGone
  }

  /**
   * Prints bytes.
   *
   * @returns a promise that resolves when a slow reader has taken them
   * @throws the error of Node when the reader has closed its end
   */
  readonly print = (stream: 1 | 2, bytes: Uint8Array): void | Promise<void> => {
    const rest = this.#streams ? bytes : this.#write(stream, bytes)
    if (rest.length === 0) return
    this.#streams = true
    const output = stream === 1 ? process.stdout : process.stderr
    if (!output.listeners('error').includes(this.#onGone)) output.on('error', this.#onGone)
    return new Promise((resolve) => {
      if (output.write(rest, () => resolve())) resolve()
    })
  }

  /** @returns the bytes that did not fit */
  #write(stream: 1 | 2, bytes: Uint8Array): Uint8Array {
    let rest = bytes
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(stream, rest))
    } catch (error) {
      if (!(error instanceof Error) || Reflect.get(error, 'code') !== 'EAGAIN') {
        this.#onGone()
        throw error
      }
    }
    return rest
  }
}
