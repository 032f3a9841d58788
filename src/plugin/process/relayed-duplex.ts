import { Duplex } from 'node:stream'
import { HostError } from '../../host/contract/error.js'
import { PAYLOAD } from './frames.js'

/** How many bytes may be under way and unread in each direction of a stream. */
export const STREAM_CREDIT = 128 * 1024

/** A callback of Node's streams, for the completion of an operation. */
type Done = (error?: Error | null) => void

/** What a stream sends to its other end. */
export interface StreamWire {
  data(bytes: Uint8Array): void
  credit(bytes: number): void
  end(): void
  reset(error: Error | undefined): void
  /** Nothing more will be sent or received. */
  over(): void
}

/** One end of a stream through the channel. Each end sends only as much as the other one has given credit for. */
export class RelayedDuplex extends Duplex {
  readonly #wire: StreamWire
  /** How much may be sent. */
  #credit = STREAM_CREDIT
  /** How much may come, and how much of what has come was not given back. */
  #expected = STREAM_CREDIT
  #owed = 0
  #waiting: { bytes: Uint8Array; readonly done: Done } | undefined
  #isLost = false
  #hasEnded = false

  constructor(wire: StreamWire) {
    super()
    this.#wire = wire
    // A plugin that breaks its stream must not end its host application by an event without a listener.
    this.on('error', () => {})
  }

  /** Bytes have come. @returns `false` if there was no credit for them */
  receive(bytes: Uint8Array): boolean {
    if (bytes.length > this.#expected || this.#hasEnded) return false
    this.#expected -= bytes.length
    this.#owed += bytes.length
    if (!this.destroyed) this.push(bytes)
    return true
  }

  /** The other end has given credit. @returns `false` if it is more than there can be */
  give(bytes: number): boolean {
    if (!(bytes >= 0 && this.#credit + bytes <= STREAM_CREDIT)) return false
    this.#credit += bytes
    this.#sendOn()
    return true
  }

  /** The other end has sent everything. */
  finish(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.push(null)
    this.read(0)
  }

  /** The other end is gone. */
  lose(error: Error = new HostError('ECONNRESET', 'the other end of the stream is gone')): void {
    this.#isLost = true
    this.destroy(error)
  }

  override _read(): void {
    if (this.#owed === 0) return
    this.#wire.credit(this.#owed)
    this.#expected += this.#owed
    this.#owed = 0
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: Done): void {
    this.#waiting = { bytes: chunk, done }
    this.#sendOn()
  }

  override _final(done: Done): void {
    this.#wire.end()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const isWhole = error === null && this.readableEnded && this.writableFinished
    if (!this.#isLost && !isWhole) this.#wire.reset(error ?? undefined)
    this.#wire.over()
    this.#waiting?.done(error)
    this.#waiting = undefined
    done(error)
  }

  #sendOn(): void {
    const waiting = this.#waiting
    while (waiting !== undefined && waiting.bytes.length > 0 && this.#credit > 0) {
      const part = waiting.bytes.subarray(0, Math.min(PAYLOAD, this.#credit))
      this.#credit -= part.length
      this.#wire.data(part)
      waiting.bytes = waiting.bytes.subarray(part.length)
    }
    if (waiting === undefined || waiting.bytes.length > 0) return
    this.#waiting = undefined
    waiting.done()
  }
}

/** Joins two streams: what comes out of one goes into the other, and when one breaks, so does the other. */
export function join(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    // It may have broken before anything could listen.
    if (from.destroyed) to.destroy(from.errored ?? undefined)
    from.pipe(to)
    from.on('error', (error) => to.destroy(error))
    from.on('close', () => {
      if (!from.readableEnded || !from.writableFinished) to.destroy()
    })
  }
}
