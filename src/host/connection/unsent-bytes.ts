import { Fifo } from '../../base/fifo.js'
import { HostError } from '../contract/error.js'

/**
 * A buffer, and the range of its queued bytes. Its own length may change in the meantime: its memory can be
 * transferred or resized.
 */
interface Entry {
  readonly data: Uint8Array
  start: number
  readonly end: number
}

/**
 * The queue of bytes that wait for room in the platform, in the writer's own buffers and in the order of the writes.
 */
export class UnsentBytes {
  readonly #queue = new Fifo<Entry>()
  #length = 0

  /** The number of queued bytes. */
  get length(): number {
    return this.#length
  }

  /** Appends bytes, which must not change until they are sent or {@link UnsentBytes.clear | discarded}. */
  push(data: Uint8Array): void {
    if (data.length === 0) return
    this.#queue.push({ data, start: 0, end: data.length })
    this.#length += data.length
  }

  /**
   * Sends from the front, until `send` accepts less than it was given.
   *
   * @param send - returns the number of bytes accepted, from the front; it may clear the queue
   * @throws {HostError} EFAULT when a buffer has lost queued bytes; and the errors of `send`
   */
  send(send: (data: Uint8Array) => number): void {
    for (let entry = this.#queue.first; entry !== undefined; entry = this.#queue.first) {
      const { data, start, end } = entry
      if (data.length < end) throw new HostError('EFAULT', 'a buffer was transferred or resized during a pending write')
      const sent = send(start === 0 && end === data.length ? data : data.subarray(start, end))
      if (this.#queue.first !== entry) return
      this.#length -= sent
      entry.start += sent
      if (entry.start < end) return
      this.#queue.shift()
    }
  }

  /** Discards all bytes: their writer owns them again. */
  clear(): void {
    this.#queue.clear()
    this.#length = 0
  }
}
