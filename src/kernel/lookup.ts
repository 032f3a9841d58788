import type { ErrnoName } from '../base/errno.js'
import type { CancelLookup, LookupEvents } from '../host/contract/lookup.js'
import { ByteDescriptor, type Descriptor, type Result } from './descriptor.js'
import { Poll } from './readiness.js'
import { ReceiveQueue } from './sockets/receive-queue.js'

/**
 * A name lookup as a descriptor. It becomes readable when the host has answered, reading it returns the answer, and
 * closing it cancels the lookup, so anything that waits for descriptors can wait for a name. The answer is the texts,
 * each terminated by a NUL.
 */
export class Lookup extends ByteDescriptor implements LookupEvents {
  readonly #received = new ReceiveQueue()
  readonly #changed: (descriptor: Descriptor) => void
  readonly #cancel: CancelLookup
  #answered = false
  #error: ErrnoName | undefined

  /**
   * @param begin - starts the lookup on the host
   * @param changed - called when the host has answered
   */
  constructor(begin: (events: LookupEvents) => CancelLookup, changed: (descriptor: Descriptor) => void) {
    super(undefined, 'read')
    this.#changed = changed
    this.#cancel = begin(this)
  }

  onAnswer(texts: readonly string[]): void {
    this.#received.push(encoder.encode(texts.map((text) => `${text}\0`).join('')))
    this.#finish()
  }

  onError(code: ErrnoName): void {
    this.#error = code
    this.#finish()
  }

  override readiness(): number {
    return this.#answered ? Poll.IN : 0
  }

  override arrived(): Result {
    const { length } = this.#received
    return length > 0 || (this.#answered && this.#error === undefined) ? length : (this.#error ?? 'EAGAIN')
  }

  override take(heap: Uint8Array, address: number, length: number, peek: boolean): number {
    return this.#received.copyTo(heap, address, length, peek)
  }

  override takePayload(max: number): Uint8Array {
    return this.#received.take(max)
  }

  override write(): Result {
    return 'EBADF'
  }

  override sendPayload(): Result {
    return 'EBADF'
  }

  override close(): void {
    if (!this.#answered) this.#cancel()
  }

  #finish(): void {
    this.#answered = true
    this.#changed(this)
  }
}

const encoder = new TextEncoder()
