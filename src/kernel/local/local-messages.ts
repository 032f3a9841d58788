import type { UnixAddress } from '../../base/address.js'
import { DatagramQueue } from '../../base/datagram-queue.js'
import type { ErrnoName } from '../../base/errno.js'
import type { Rights } from '../passing.js'
import type { ReceivedMessage } from '../sockets/datagram-socket.js'
import type { LocalContext } from './local-stream.js'

/** The messages that wait in a socket, with the descriptors that they carry. */
export class LocalMessages {
  readonly #capacity: number
  readonly #kernel: LocalContext
  readonly #queue = new DatagramQueue<ReceivedMessage>()

  private constructor(kernel: LocalContext, capacity: number) {
    this.#kernel = kernel
    this.#capacity = capacity
    this.#queue.limit = capacity
  }

  /** Reserves memory for messages; `undefined` when there is none. */
  static open(kernel: LocalContext): LocalMessages | undefined {
    const capacity = kernel.localMemory.promise(1)
    return capacity === 0 ? undefined : new LocalMessages(kernel, capacity)
  }

  /** How many there are. */
  get length(): number {
    return this.#queue.length
  }

  /** Whether no more can be added. */
  get full(): boolean {
    return this.#queue.full
  }

  /** The bytes of each, oldest first. */
  get sizes(): readonly number[] {
    return [...this.#queue].map(({ bytes }) => bytes.length)
  }

  /**
   * Adds what the current call sends. A message of any size is accepted while there is room for a byte, as on Linux, so
   * that a socket that is reported as writable is.
   *
   * @returns EAGAIN when there is no room now; ENOBUFS when the kernel holds too many pieces
   */
  add(bytes: Uint8Array, from: UnixAddress): 0 | ErrnoName {
    if (this.#queue.full) return 'EAGAIN'
    if (!this.#kernel.gauges.received.chunks.take(1)) return 'ENOBUFS'
    this.#queue.hold(bytes.length)
    this.#queue.add({ bytes, from, rights: this.#kernel.passing.outgoing() })
    return 0
  }

  /** Gives the current call the oldest one, if there is any. @param peek - it stays here */
  take(peek: boolean): ReceivedMessage | undefined {
    const message = peek ? this.#queue.first : this.#queue.shift()
    if (message !== undefined && !peek) this.#kernel.gauges.received.chunks.give(1)
    if (message?.rights !== undefined) this.#kernel.passing.arrive(message.rights, peek)
    return message
  }

  /** The descriptors in all messages. */
  held(): Rights {
    return [...this.#queue].flatMap(({ rights }) => rights ?? [])
  }

  /** Takes the descriptors out of the messages. */
  drop(): Rights {
    const held = this.held()
    for (const message of this.#queue) message.rights = undefined
    return held
  }

  /** Drops everything, and gives the memory back. */
  close(): void {
    this.#kernel.localMemory.release(this.#capacity)
    this.#kernel.passing.release(this.held())
    this.#kernel.gauges.received.chunks.give(this.#queue.length)
    this.#queue.clear()
  }
}
