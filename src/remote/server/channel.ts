/**
 * The parent's end of the two rings: it does not block, but for a moment where the guest has been quick to answer. What finds
 * no room waits in a list; what the guest sends is read in portions, with turns of the host's event loop in between, so that no
 * guest keeps the parent from its other work.
 */
import { NO_BYTES } from '../../base/bytes.js'
import { TurnPolicy } from '../../base/turn-policy.js'
import type { Host } from '../../host/contract/host.js'
import type { Wires } from '../protocol.js'
import { type OnRecord, RingReader, RingWriter } from '../ring.js'
import { SpinPolicy } from '../spin-policy.js'

/** How long the parent waits at most, in milliseconds: about what it takes to be woken otherwise. */
const MOMENT = 0.05

interface Waiting {
  readonly kind: number
  readonly id: number
  readonly value: number
  readonly payload: Uint8Array
}

/** Whom a {@link ServerChannel} tells. Neither may throw. */
export interface ServerChannelEvents {
  readonly onRecord: OnRecord
  /** All that waited for room has been sent. */
  readonly onRoom: () => void
}

/** Sends and receives the records of one guest. */
export class ServerChannel {
  readonly #host: Host
  readonly #out: RingWriter
  readonly #in: RingReader
  readonly #events: ServerChannelEvents
  readonly #waiting: Waiting[] = []
  readonly #policy = new TurnPolicy()
  readonly #spin = new SpinPolicy()
  #publishing = false
  /** Events of the network that were told since the guest last saw any. */
  #told = 0
  #dozing = false
  #draining = false
  #closed = false

  /**
   * @param host - gives turns
   * @param wires - the rings
   */
  constructor(host: Host, { toParent, toGuest }: Wires, events: ServerChannelEvents) {
    this.#host = host
    this.#in = new RingReader(toParent)
    this.#out = new RingWriter(toGuest)
    this.#events = events
  }

  /** Begins to receive; to be called once, when the receiver is ready. */
  start(): void {
    void this.#serve()
  }

  /** How many records wait for room. */
  get waiting(): number {
    return this.#waiting.length
  }

  /**
   * Sends a record; long payloads go in pieces. The guest sees it when the host's present turn is over, together with what
   * else comes in it.
   *
   * @param payload - must stay as it is
   * @returns `false` when it has to wait for room
   */
  post(kind: number, id: number, value = 0, payload: Uint8Array = NO_BYTES): boolean {
    if (this.#write(kind, id, value, payload) && !this.#publishing) {
      this.#publishing = true
      this.#host.defer(this.#deferred)
    }
    return this.#waiting.length === 0
  }

  /**
   * Like {@link ServerChannel.post}, for bytes that have just come from the network. Where they come one by one the guest sees them
   * at once, and what it has to say to them soon is heard before this returns.
   *
   * @param answered - whether the guest will say that here; if not, nobody waits for it
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

  /** Lets the guest see what was sent. */
  publish(): void {
    this.#publishing = false
    this.#told = 0
    this.#out.publish()
  }

  /** Reads all that the guest has sent; to be called when its thread has ended, since nobody wakes us then. */
  drain(): void {
    while (this.#drain()) {}
  }

  /** Ends it: nothing is sent any more, and nothing read but by {@link ServerChannel.drain}. */
  close(): void {
    this.#closed = true
    this.#waiting.length = 0
    // Who waits for the guest would wait for ever, and keep the rings.
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

  /** Lets the guest see what was sent, and waits a moment for what it has to say. */
  #linger(): void {
    const come = this.#in.linger(this.#publish, MOMENT)
    this.#spin.record(come)
    if (come) this.#drain()
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#host.defer(resolve))
  }

  /** @returns whether the ring has something new */
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

  /** Sends what waits, as the guest makes room for it. */
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
