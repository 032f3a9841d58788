import type { Address } from '../base/address.js'
import { NO_BYTES } from '../base/bytes.js'
import { Payload } from './payload.js'

/**
 * Passes bytes between TypeScript and the kernel without a copy in the module's memory (`UVH_PAYLOAD`): what the
 * kernel received for TypeScript, and what TypeScript has for the kernel to send. Each loop has one; guests have
 * none, since all their bytes are in their memory.
 */
export class PayloadBridge {
  readonly #requestOf: (number: number) => Payload | undefined
  #received: Uint8Array = NO_BYTES
  #sender: Address | undefined
  #lent: Payload | undefined

  /** @param requestOf - returns the payload of a request by the request's number, which is never 0 */
  constructor(requestOf: (number: number) => Payload | undefined) {
    this.#requestOf = requestOf
  }

  /** Stores the bytes of a read for the callback that follows. @param sender - the sender of a message */
  deliver(bytes: Uint8Array, sender?: Address): void {
    this.#received = bytes
    this.#sender = sender
  }

  /** Takes the bytes of the last read; the bridge does not keep them. */
  takeReceived(): Uint8Array {
    const received = this.#received
    this.#received = NO_BYTES
    return received
  }

  /** The sender of the last message. */
  get sender(): Address | undefined {
    return this.#sender
  }

  /** Lends buffers to the next call as payload 0, until {@link PayloadBridge.takeBack}. */
  lend(chunks: readonly Uint8Array[]): void {
    this.#lent = new Payload(chunks)
  }

  /** Ends the loan: the buffers belong to the caller again. */
  takeBack(): void {
    this.#lent = undefined
  }

  /** The payload with that number. */
  find(number: number): Payload | undefined {
    return number === 0 ? this.#lent : this.#requestOf(number)
  }
}
