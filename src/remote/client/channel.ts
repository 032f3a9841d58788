/** The guest's end of the two rings: it blocks where an answer, room or news is waited for. */
import { NO_BYTES } from '../../base/bytes.js'
import { HostError } from '../../host/contract/error.js'
import {
  type Call,
  decode,
  encode,
  type NewConnection,
  type NewObject,
  type Reply,
  ToGuest,
  ToParent,
  type Wires,
} from '../protocol.js'
import { type OnRecord, RingReader, RingWriter } from '../ring.js'

/** Receives the records of one object. The payload lies in shared memory, and is the receiver's only during the call. */
export type OnObjectRecord = (kind: number, value: number, payload: Uint8Array) => void

/** What reads for itself, while the guest does not sleep. */
export interface SelfReader {
  /** Reads what there is, once. */
  read(): void
  /** The guest goes to sleep: it is the parent who will see what comes. */
  giveBack(): void
}

interface Timer {
  /** By the clock of `performance`. */
  readonly due: number
  readonly callback: () => void
}

/** Sends and receives a guest's records. Id 0 is nobody's: the records of the guest itself have it. */
export class ClientChannel {
  readonly #out: RingWriter
  readonly #in: RingReader
  readonly #objects = new Map<number, OnObjectRecord>()
  /** What came at a time when nobody might be told. */
  readonly #late: (() => void)[] = []
  readonly #readers = new Set<SelfReader>()
  /** What is to be called when its time has come. */
  readonly #timers = new Set<Timer>()
  #reply: Reply | undefined

  /** @param wires - the rings */
  constructor({ toParent, toGuest }: Wires) {
    this.#out = new RingWriter(toParent)
    this.#in = new RingReader(toGuest)
  }

  /** Sends a record, to be seen by the parent when the guest next waits; long payloads go in pieces. */
  post(kind: number, id: number, value = 0, payload: Uint8Array = NO_BYTES): void {
    const { largest } = this.#out
    for (let at = 0; at < payload.length || at === 0; at += largest) {
      const piece = payload.length <= largest ? payload : payload.subarray(at, at + largest)
      while (!this.#out.write(kind, id, value, piece)) this.#out.waitForRoom()
    }
  }

  /** Lets the parent see what was sent. */
  publish(): void {
    this.#out.publish()
  }

  /** Asks the parent and waits. What else comes meanwhile is delivered later. @throws {HostError} its refusal */
  call<Answer extends NewObject = NewConnection>(call: Call): Answer {
    this.post(ToParent.CALL, 0, 0, encode(call))
    this.#out.publish()
    while (this.#reply === undefined) if (!this.#in.drain(this.#keep)) this.#in.sleep(Number.POSITIVE_INFINITY)
    const reply = this.#reply
    this.#reply = undefined
    if ('error' in reply) throw new HostError(reply.error, reply.message)
    return reply as Answer
  }

  /** Delivers what comes, until something has. */
  until(come: () => boolean): void {
    for (this.deliver(); !come(); this.deliver()) this.sleep(Number.POSITIVE_INFINITY)
  }

  /** Calls back when records are next delivered, and before them. */
  later(callback: () => void): void {
    this.#late.push(callback)
  }

  /** Calls back when the guest next waits after so many milliseconds; a sleep ends then. @returns what forgets it */
  after(ms: number, callback: () => void): () => void {
    const timer = { due: performance.now() + ms, callback }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Whether something reads for itself. */
  reads(reader: SelfReader, does: boolean): void {
    if (does) this.#readers.add(reader)
    else this.#readers.delete(reader)
  }

  /** Says who is told of an object's records; `undefined` ends it. */
  route(id: number, receive: OnObjectRecord | undefined): void {
    if (receive === undefined) this.#objects.delete(id)
    else this.#objects.set(id, receive)
  }

  /** Lets the parent see what was sent, and delivers what has come. */
  deliver(): void {
    this.#out.publish()
    if (this.#late.length > 0) for (const callback of this.#late.splice(0)) callback()
    this.#in.drain(this.#dispatch)
    if (this.#timers.size > 0) this.#expire()
    for (const reader of this.#readers) reader.read()
  }

  /** Lets the parent see what was sent, and blocks until something comes. @param timeout - milliseconds */
  sleep(timeout: number): void {
    for (const reader of this.#readers) reader.giveBack()
    this.#out.publish()
    if (this.#late.length === 0) this.#in.sleep(this.#untilDue(timeout))
  }

  #expire(): void {
    const now = performance.now()
    for (const timer of [...this.#timers]) {
      if (timer.due <= now && this.#timers.delete(timer)) timer.callback()
    }
  }

  /** `timeout`, or less where something is due before. */
  #untilDue(timeout: number): number {
    if (this.#timers.size === 0) return timeout
    const now = performance.now()
    let left = timeout
    for (const { due } of this.#timers) left = Math.min(left, Math.max(0, due - now))
    return left
  }

  readonly #dispatch: OnRecord = (kind, id, value, payload) => {
    const receive = this.#objects.get(id)
    if (receive !== undefined) receive(kind, value, payload)
    // Nobody else would let go of what came in at a listener that was closed meanwhile.
    else if (kind === ToGuest.CONNECTION) this.post(ToParent.RESET, decode<NewConnection>(payload).id)
  }

  /** While an answer is waited for: nothing else may happen before the call has returned. */
  readonly #keep: OnRecord = (kind, id, value, payload) => {
    if (kind === ToGuest.REPLY) {
      this.#reply = decode<Reply>(payload)
      return
    }
    const copy = payload.slice()
    this.#late.push(() => this.#dispatch(kind, id, value, copy))
  }
}
