/** The guest's end of the two rings. */
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

/** Receives the records of one object. The payload is in shared memory, and valid only during the call. */
export type OnObjectRecord = (kind: number, value: number, payload: Uint8Array) => void

/** An object that reads from its descriptor directly while the guest is awake. */
export interface SelfReader {
  /** Reads the available data, once. */
  read(): void
  /** Hands reading back to the parent, because the guest is about to sleep. */
  giveBack(): void
}

interface Timer {
  /** In milliseconds of `performance.now()`. */
  readonly due: number
  readonly callback: () => void
}

/**
 * Sends and receives a guest's records. It blocks while it waits for a reply, for room or for events. Id 0 belongs to
 * no object: the records of the guest itself have it.
 */
export class ClientChannel {
  readonly #out: RingWriter
  readonly #in: RingReader
  readonly #objects = new Map<number, OnObjectRecord>()
  /** The events that arrived during a call, when no event may fire. */
  readonly #late: (() => void)[] = []
  readonly #readers = new Set<SelfReader>()
  /** The callbacks with a due time. */
  readonly #timers = new Set<Timer>()
  #reply: Reply | undefined
  /** Receives the signals that are sent to the guest. */
  onSignal: (signal: number) => void = () => {}
  #slept = 0

  /** @param wires - the rings */
  constructor({ toParent, toGuest }: Wires) {
    this.#out = new RingWriter(toParent)
    this.#in = new RingReader(toGuest)
  }

  /** Sends a record, which the parent sees when the guest next waits; long payloads are split. */
  post(kind: number, id: number, value = 0, payload: Uint8Array = NO_BYTES): void {
    const { largest } = this.#out
    for (let at = 0; at < payload.length || at === 0; at += largest) {
      const piece = payload.length <= largest ? payload : payload.subarray(at, at + largest)
      while (!this.#out.write(kind, id, value, piece)) this.#out.waitForRoom()
    }
  }

  /** Makes the sent records visible to the parent. */
  publish(): void {
    this.#out.publish()
  }

  /**
   * Calls the parent and waits for the reply. Other records that arrive meanwhile are delivered later. @throws
   * {HostError} the parent's error
   */
  call<Answer extends NewObject = NewConnection>(call: Call): Answer {
    this.post(ToParent.CALL, 0, 0, encode(call))
    this.#out.publish()
    while (this.#reply === undefined) if (!this.#in.drain(this.#keep)) this.#in.sleep(Number.POSITIVE_INFINITY)
    const reply = this.#reply
    this.#reply = undefined
    if ('error' in reply) throw new HostError(reply.error, reply.message)
    return reply as Answer
  }

  /** Delivers records until the condition holds. */
  until(come: () => boolean): void {
    for (this.deliver(); !come(); this.deliver()) this.sleep(Number.POSITIVE_INFINITY)
  }

  /** Calls back when records are next delivered, before they are. */
  later(callback: () => void): void {
    this.#late.push(callback)
  }

  /**
   * Calls back when the guest next waits after `ms` milliseconds; a sleep ends then.
   *
   * @returns a function that cancels it
   */
  after(ms: number, callback: () => void): () => void {
    const timer = { due: performance.now() + ms, callback }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Registers or removes an object that reads from its descriptor directly. */
  reads(reader: SelfReader, does: boolean): void {
    if (does) this.#readers.add(reader)
    else this.#readers.delete(reader)
  }

  /** Sets the receiver of an object's records; `undefined` removes it. */
  route(id: number, receive: OnObjectRecord | undefined): void {
    if (receive === undefined) this.#objects.delete(id)
    else this.#objects.set(id, receive)
  }

  /** Makes the sent records visible to the parent, and delivers the received ones. */
  deliver(): void {
    this.#out.publish()
    if (this.#late.length > 0) for (const callback of this.#late.splice(0)) callback()
    this.#in.drain(this.#dispatch)
    if (this.#timers.size > 0) this.#expire()
    for (const reader of this.#readers) reader.read()
  }

  /** Makes the sent records visible to the parent, and blocks until a record arrives. @param timeout - milliseconds */
  sleep(timeout: number): void {
    for (const reader of this.#readers) reader.giveBack()
    this.#out.publish()
    if (this.#late.length > 0) return
    const since = performance.now()
    this.#in.sleep(this.#untilDue(timeout))
    this.#slept += performance.now() - since
  }

  /** The time that the thread has been blocked, in milliseconds. */
  get slept(): number {
    return this.#slept
  }

  #takeSignal(signal: number): void {
    this.post(ToParent.SIGNAL_TAKEN, 0, signal)
    this.onSignal(signal)
  }

  #expire(): void {
    const now = performance.now()
    for (const timer of [...this.#timers]) {
      if (timer.due <= now && this.#timers.delete(timer)) timer.callback()
    }
  }

  /** The timeout, shortened if a callback is due earlier. */
  #untilDue(timeout: number): number {
    if (this.#timers.size === 0) return timeout
    const now = performance.now()
    let left = timeout
    for (const { due } of this.#timers) left = Math.min(left, Math.max(0, due - now))
    return left
  }

  readonly #dispatch: OnRecord = (kind, id, value, payload) => {
    if (kind === ToGuest.SIGNAL) return this.#takeSignal(value)
    const receive = this.#objects.get(id)
    if (receive !== undefined) receive(kind, value, payload)
    // Otherwise a connection accepted by a listener that has been closed in the meantime would never be released.
    else if (kind === ToGuest.CONNECTION) this.post(ToParent.RESET, decode<NewConnection>(payload).id)
  }

  /** Keeps records while a call waits for its reply: nothing else may happen before the call has returned. */
  readonly #keep: OnRecord = (kind, id, value, payload) => {
    if (kind === ToGuest.REPLY) {
      this.#reply = decode<Reply>(payload)
      return
    }
    const copy = payload.slice()
    this.#late.push(() => this.#dispatch(kind, id, value, copy))
  }
}
