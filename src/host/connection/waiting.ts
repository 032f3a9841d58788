import { Fifo } from '../../base/fifo.js'
import { HostError } from '../contract/error.js'

/** A buffer, and which of its bytes wait. Its own length may change under us: its memory can be transferred or resized. */
interface Entry {
  readonly data: Uint8Array
  start: number
  readonly end: number
}

/** Bytes that wait for room outside, in the writer's own buffers and in the order they were written. */
export class Waiting {
  readonly #queue = new Fifo<Entry>()
  #length = 0

  /** How many bytes wait. */
  get length(): number {
    return this.#length
  }

  /** Appends bytes, which stay as they are until they are sent or {@link Waiting.clear | forgotten}. */
  push(data: Uint8Array): void {
    if (data.length === 0) return
    this.#queue.push({ data, start: 0, end: data.length })
    this.#length += data.length
  }

  /**
   * Sends from the front, until less is taken than was given.
   *
   * @param send - returns how many bytes were taken, from the front; it may forget all
   * @throws {HostError} EFAULT when a buffer has lost bytes that wait; and what `send` throws
   */
  send(send: (data: Uint8Array) => number): void {
    for (let entry = this.#queue.first; entry !== undefined; entry = this.#queue.first) {
      const { data, start, end } = entry
      if (data.length < end) throw new HostError('EFAULT', 'a buffer was transferred or resized while its write waits')
      const sent = send(start === 0 && end === data.length ? data : data.subarray(start, end))
      if (this.#queue.first !== entry) return
      this.#length -= sent
      entry.start += sent
      if (entry.start < end) return
      this.#queue.shift()
    }
  }

  /** Forgets all: the bytes are their writer's again. */
  clear(): void {
    this.#queue.clear()
    this.#length = 0
  }
}
