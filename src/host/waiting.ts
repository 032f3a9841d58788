import { Fifo } from './fifo.js'

/** Bytes that wait for room outside, in the writer's own buffers and in the order they were written. */
export class Waiting {
  readonly #queue = new Fifo<Uint8Array>()
  #length = 0

  /** How many bytes wait. */
  get length(): number {
    return this.#length
  }

  /** Appends bytes, which stay as they are until they are sent or {@link Waiting.clear | forgotten}. */
  push(data: Uint8Array): void {
    if (data.length === 0) return
    this.#queue.push(data)
    this.#length += data.length
  }

  /**
   * Sends from the front, until less is taken than was given.
   *
   * @param send - returns how many bytes were taken, from the front; it may forget all
   */
  send(send: (data: Uint8Array) => number): void {
    for (let data = this.#queue.first; data !== undefined; data = this.#queue.first) {
      const sent = send(data)
      if (this.#queue.first !== data) return
      this.#length -= sent
      if (sent < data.length) {
        this.#queue.first = data.subarray(sent)
        return
      }
      this.#queue.shift()
    }
  }

  /** Forgets all: the bytes are their writer's again. */
  clear(): void {
    this.#queue.clear()
    this.#length = 0
  }
}
