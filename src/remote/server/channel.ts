/** The parent's end of the two rings. */
import { NO_BYTES } from '../../base/bytes.js'
import { TurnPolicy } from '../../base/turn-policy.js'
import type { Host } from '../../host/contract/host.js'
import type { Wires } from '../protocol.js'
import { type OnRecord, RingReader, RingWriter } from '../ring.js'
import { SpinPolicy } from '../spin-policy.js'

/** The longest time that the parent blocks, in milliseconds: about as long as a wakeup takes otherwise. */
const MOMENT = 0.05

interface Waiting {
  readonly kind: number
  readonly id: number
  readonly value: number
  readonly payload: Uint8Array
}

/** The callbacks of a {@link ServerChannel}. They must not throw. */
export interface ServerChannelEvents {
  readonly onRecord: OnRecord
  /** All records that waited for room have been sent. */
  readonly onRoom: () => void
}

/**
 * Sends and receives the records of one guest. It does not block, except briefly when the guest has recently been
 * quick to answer. Records without room wait in a list. The guest's records are read in batches, with turns of the
 * host's event loop in between, so that no guest keeps the parent from its other work.
 */
export class ServerChannel {
  readonly #host: Host
  readonly #out: RingWriter
  readonly #in: RingReader
  readonly #events: ServerChannelEvents
  readonly #waiting: Waiting[] = []
  readonly #policy = new TurnPolicy()
  readonly #spin = new SpinPolicy()
  #publishing = false
  /** The number of network events that were written since the last publish. */
  #told = 0
  #dozing = false
  #draining = false
  #closed = false

  /**
   * @param host - provides the event loop
   * @param wires - the rings
   */
  constructor(host: Host, { toParent, toGuest }: Wires, events: ServerChannelEvents) {
    this.#host = host
    this.#in = new RingReader(toParent)
    this.#out = new RingWriter(toGuest)
    this.#events = events
  }

  /** Starts receiving. Must be called once, when the receiver is ready. */
  start(): void {
    void this.#serve()
  }

  /** The number of records that wait for room. */
  get waiting(): number {
    return this.#waiting.length
  }

  /**
   * Sends a record; long payloads are split. The guest sees it at the end of the current turn of the host's event
   * loop, together with the other records of that turn.
   *
   * @param payload - must not change
   * @returns `false` if the record has to wait for room
   */
  post(kind: number, id: number, value = 0, payload: Uint8Array = NO_BYTES): boolean {
    if (this.#write(kind, id, value, payload) && !this.#publishing) {
      this.#publishing = true
      this.#host.defer(this.#deferred)
    }
    return this.#waiting.length === 0
  }

  /**
   * Like {@link ServerChannel.post}, for bytes that have just arrived from the network. If they arrive one by one,
   * the guest sees them immediately, and if it answers quickly, its answer is handled before this returns.
   *
   * @param answered - whether the guest's answer will arrive through this channel; if not, this does not wait for it
   */
  tell(kind: number, id: number, payload: Uint8Array, answered: boolean): boolean {
    this.#told += 1
    const hurries = !this.#publishing && this.#host.deliversInline && this.#policy.chooseImmediate(payload.length)
    if (!hurries) return this.post(kind, id, 0, payload)
    this.#write(kind, id, 0, payload)
    if (answered && this.#dozing && !this.#draining && this.#spin.chooseWait()) this.#linger()
    else this.publish()
    return this.#waiting.length === 0
  }

  /** Makes the sent records visible to the guest. */
  publish(): void {
    this.#publishing = false
    this.#told = 0
    this.#out.publish()
  }

  /** Reads all records of the guest. Must be called when its thread has ended, since it no longer wakes this one. */
  drain(): void {
    while (this.#drain()) {}
  }

  /** Closes the channel: nothing more is sent, and records are read only by {@link ServerChannel.drain}. */
  close(): void {
    this.#closed = true
    this.#waiting.length = 0
    // Pending waits for the guest would never end, and would keep the rings alive.
    this.#in.wake()
    this.#out.wake()
  }

  readonly #publish = (): void => this.publish()

  readonly #deferred = (): void => {
    this.#policy.recordWait(this.#told)
    this.publish()
  }

  async #serve(): Promise<void> {
    while (!this.#closed) {
      this.#drain()
      const doze = this.#in.doze()
      this.#dozing = doze !== undefined
      await (doze ?? this.#turn())
      this.#dozing = false
    }
  }

  #drain(): boolean {
    this.#draining = true
    try {
      return this.#in.drain(this.#events.onRecord)
    } finally {
      this.#draining = false
    }
  }

  /** Makes the sent records visible to the guest, and waits briefly for its answer. */
  #linger(): void {
    const come = this.#in.linger(this.#publish, MOMENT)
    this.#spin.record(come)
    if (come) this.#drain()
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#host.defer(resolve))
  }

  /** @returns whether the record is in the ring, so that there is something to publish */
  #write(kind: number, id: number, value: number, payload: Uint8Array): boolean {
    if (this.#closed) return false
    const { largest } = this.#out
    const wasFull = this.#waiting.length > 0
    for (let at = 0; at < payload.length || at === 0; at += largest) {
      const piece = payload.length <= largest ? payload : payload.subarray(at, at + largest)
      if (this.#waiting.length > 0 || !this.#out.write(kind, id, value, piece)) {
        this.#waiting.push({ kind, id, value, payload: piece })
      }
    }
    if (this.#waiting.length > 0 && !wasFull) void this.#refill()
    return !wasFull
  }

  /** Sends the waiting records as the guest makes room for them. */
  async #refill(): Promise<void> {
    while (this.#waiting.length > 0) {
      await (this.#out.whenRoom() ?? this.#turn())
      let sent = 0
      for (const { kind, id, value, payload } of this.#waiting) {
        if (!this.#out.write(kind, id, value, payload)) break
        sent++
      }
      this.#waiting.splice(0, sent)
      this.#out.publish()
    }
    if (!this.#closed) this.#events.onRoom()
  }
}
