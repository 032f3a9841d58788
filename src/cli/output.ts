/** What the program prints, as what this process prints. */
import { writeSync } from 'node:fs'

/**
 * Prints at once, as `write(2)` of a native program does. Node's own streams do no other on Linux, but take 4 ms to load; they
 * are for where this thread has to stay free, and for a descriptor that has no room and does not wait for it.
 */
export class Output {
  readonly #onGone: () => void
  #streams: boolean

  /**
   * @param free - whether a slow reader may hold up nobody but the program
   * @param onGone - called when nobody reads it any more
   */
  constructor(free: boolean, onGone: () => void) {
    this.#streams = free
    this.#onGone = onGone
  }

  /**
   * Prints.
   *
   * @returns when a slow reader has taken it
   * @throws what Node throws when nobody reads it any more
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

  /** @returns what there is no room for */
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
