/** The queue of a socket's received datagrams. */
import type { Address } from './address.js'
import { Fifo } from './fifo.js'

/** The default limit of unread data, in bytes; the same as on Linux (`net.core.rmem_default`). */
export const DEFAULT_RECEIVE_BUFFER = 212_992

/** The overhead of a message in bytes, close to that of Linux. */
const MESSAGE_COST = 512

/** A received datagram. */
export interface Message<From = Address> {
  readonly bytes: Uint8Array
  readonly from: From
}

/** Received datagrams that have not been read yet, up to a memory limit. */
export class DatagramQueue<Queued extends Message<unknown> = Message> {
  /** The limit of the memory that may be held, in bytes. */
  limit = DEFAULT_RECEIVE_BUFFER
  #held = 0
  readonly #messages = new Fifo<Queued>()

  /** The number of queued messages. */
  get length(): number {
    return this.#messages.length
  }

  /** The oldest message; `undefined` when the queue is empty. */
  get first(): Queued | undefined {
    return this.#messages.first
  }

  /** Whether the limit has been reached. */
  get full(): boolean {
    return this.#held >= this.limit
  }

  /** Whether a message of `length` bytes fits. An empty queue accepts a message of any size. */
  fits(length: number): boolean {
    return this.#held === 0 || this.#held + length + MESSAGE_COST <= this.limit
  }

  /** Reserves room for a message that will be added. */
  hold(length: number): void {
    this.#held += length + MESSAGE_COST
  }

  /** Appends a message; its room must have been reserved with {@link DatagramQueue.hold}. */
  add(message: Queued): void {
    this.#messages.push(message)
  }

  /** Removes and returns the oldest message, and releases its room. */
  shift(): Queued | undefined {
    const message = this.#messages.shift()
    if (message !== undefined) this.#held -= message.bytes.length + MESSAGE_COST
    return message
  }

  /** The messages, oldest first. */
  [Symbol.iterator](): Iterator<Queued> {
    return this.#messages[Symbol.iterator]()
  }

  /** Removes all messages. */
  clear(): void {
    this.#messages.clear()
    this.#held = 0
  }
}
