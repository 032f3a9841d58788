/** Messages that nobody has read yet, as many as their memory allows. */
import type { Address } from './address.js'
import { Fifo } from './fifo.js'

/** How many bytes may wait when nobody says otherwise: Linux's own (`net.core.rmem_default`). */
export const DEFAULT_RECEIVE_BUFFER = 212_992

/** What a message costs beside its bytes; Linux's are near. */
const MESSAGE_COST = 512

/** A datagram that came. */
export interface Message {
  readonly bytes: Uint8Array
  readonly from: Address
}

/** See the top of the file. */
export class DatagramQueue {
  /** How much memory may be held, in bytes. */
  limit = DEFAULT_RECEIVE_BUFFER
  #held = 0
  readonly #messages = new Fifo<Message>()

  /** How many messages wait. */
  get length(): number {
    return this.#messages.length
  }

  /** The oldest message. */
  get first(): Message | undefined {
    return this.#messages.first
  }

  /** Whether there is no room left. */
  get full(): boolean {
    return this.#held >= this.limit
  }

  /** Whether there is room for a message of so many bytes; for a single one there always is. */
  fits(length: number): boolean {
    return this.#held === 0 || this.#held + length + MESSAGE_COST <= this.limit
  }

  /** Takes room for a message that will be added. */
  hold(length: number): void {
    this.#held += length + MESSAGE_COST
  }

  /** Appends a message for which there was taken room. */
  add(message: Message): void {
    this.#messages.push(message)
  }

  /** Takes the oldest message, and gives its room back. */
  shift(): Message | undefined {
    const message = this.#messages.shift()
    if (message !== undefined) this.#held -= message.bytes.length + MESSAGE_COST
    return message
  }

  /** Forgets everything. */
  clear(): void {
    this.#messages.clear()
    this.#held = 0
  }
}
