/** A connection whose bytes have a rate. */
import type { SocketAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import { type ConnectionEvents, HostConnection } from '../../host/contract/connection.js'
import { HostError } from '../../host/contract/error.js'
import type { Host, HostTimer } from '../../host/contract/host.js'
import type { KeepAliveProbes } from '../../host/contract/keep-alive.js'
import type { Meters } from './meters.js'

/** What a connection is counted as, until it is gone. */
export interface Held {
  /** It has been established, or has failed. */
  readonly settled: () => void
  /** It has no socket any more. */
  readonly gone: () => void
}

/**
 * A connection of a guest with limits. Bytes beyond the rate wait here: those to send in the caller's buffers, as the
 * contract allows until `onDrain`, and those to receive in the operating system, since this stops reading.
 */
export class LimitedConnection<At extends SocketAddress> extends HostConnection<At> implements ConnectionEvents {
  readonly #inner: HostConnection<At>
  readonly #meters: Meters
  readonly #held: Held
  readonly #host: Host
  /** Both exist only where bytes are limited: most connections need none. */
  #sending: HostTimer | undefined
  #receiving: HostTimer | undefined
  /** What is to be sent when the rate allows it, in order. */
  #waiting: Uint8Array[] = []
  #length = 0
  #isEnding = false
  #isReading = false

  /** @param make - makes the connection below, with the receiver of its events */
  constructor(host: Host, meters: Meters, held: Held, make: (events: ConnectionEvents) => HostConnection<At>) {
    super()
    this.#meters = meters
    this.#held = held
    this.#host = host
    this.#inner = make(this)
    this.#inner.events = this
  }

  get local(): At {
    return this.#inner.local
  }

  get remote(): At {
    return this.#inner.remote
  }

  get pending(): number {
    return this.#inner.pending + this.#length
  }

  override get writesAtOnce(): boolean {
    return this.#inner.writesAtOnce
  }

  write(data: Uint8Array): boolean {
    if (!this.#meters.limitsBytes) return this.#inner.write(data)
    if (this.#length === 0) this.#sending?.clear()
    const now = this.#length > 0 ? 0 : this.#meters.sent.take(data.length)
    if (now > 0 || data.length === 0) this.#inner.write(data.subarray(0, now))
    if (now < data.length) this.#keep(data.subarray(now))
    return this.pending === 0
  }

  override writev(list: readonly Uint8Array[]): boolean {
    return this.#meters.limitsBytes ? super.writev(list) : this.#inner.writev(list)
  }

  override tryWrite(data: Uint8Array): number {
    if (!this.#meters.limitsBytes) return this.#inner.tryWrite(data)
    if (this.#length > 0) return 0
    this.#sending?.clear()
    const { sent } = this.#meters
    const allowed = sent.take(data.length)
    const accepted = allowed > 0 || data.length === 0 ? this.#inner.tryWrite(data.subarray(0, allowed)) : 0
    sent.giveBack(allowed - accepted)
    // Otherwise the connection below has no room, and tells when it has.
    if (accepted === allowed && allowed < data.length) this.#delay()
    return accepted
  }

  shutdown(): void {
    if (this.#length > 0) this.#isEnding = true
    else this.#inner.shutdown()
  }

  override recycle(chunk: Uint8Array, sole?: boolean): void {
    this.#inner.recycle(chunk, sole)
  }

  /** Another thread that had the descriptor would not keep the rate. */
  override exposeDescriptor(): number | undefined {
    return this.#meters.limitsBytes ? undefined : this.#inner.exposeDescriptor()
  }

  readStart(): void {
    this.#isReading = true
    this.#read()
  }

  readStop(): void {
    this.#isReading = false
    this.#receiving?.clear()
    this.#inner.readStop()
  }

  close(): void {
    this.#end()
    this.#inner.close()
  }

  override reset(): void {
    this.#inner.reset()
    this.#end()
  }

  override setNoDelay(enable: boolean): void {
    this.#inner.setNoDelay(enable)
  }

  override setKeepAlive(enable: boolean, idle: number, probes?: KeepAliveProbes): void {
    this.#inner.setKeepAlive(enable, idle, probes)
  }

  onConnect(): void {
    this.#held.settled()
    this.events?.onConnect()
  }

  onData(chunk: Uint8Array): void {
    if (this.#meters.limitsBytes) {
      this.#meters.received.owe(chunk.length)
      this.#pause()
    }
    this.events?.onData(chunk)
  }

  onEnd(): void {
    this.events?.onEnd()
  }

  onDrain(): void {
    if (this.#length === 0) this.events?.onDrain()
  }

  onError(code: ErrnoName): void {
    this.#end()
    this.events?.onError(code)
  }

  #keep(data: Uint8Array): void {
    this.#waiting.push(data)
    this.#length += data.length
    this.#delay()
  }

  /** Waits until some bytes may be sent. */
  #delay(): void {
    const { sent } = this.#meters
    sent.reach()
    this.#sending ??= this.#host.timer(() => this.#send())
    this.#sending.set(Math.max(1, sent.wait(Math.min(this.#length || 1, PIECE))))
  }

  #send(): void {
    if (this.#length === 0) {
      this.events?.onDrain()
      return
    }
    try {
      while (this.#length > 0 && this.#sendFirst()) {}
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      // The caller's write is over, so the failure is the connection's.
      this.#inner.close()
      this.onError(error.code)
      return
    }
    if (this.#length > 0) {
      this.#delay()
      return
    }
    if (this.#isEnding) this.#inner.shutdown()
    if (this.#inner.pending === 0) this.events?.onDrain()
  }

  /** @returns whether the whole first buffer was sent */
  #sendFirst(): boolean {
    const [first] = this.#waiting
    if (first === undefined) return false
    const now = this.#meters.sent.take(first.length)
    if (now > 0) this.#inner.write(first.subarray(0, now))
    this.#length -= now
    if (now < first.length) this.#waiting[0] = first.subarray(now)
    else this.#waiting.shift()
    return now === first.length
  }

  /** Reads, unless bytes that were received are beyond the rate. */
  #read(): void {
    if (!this.#isReading) return
    const delay = this.#meters.limitsBytes ? this.#meters.received.wait(1) : 0
    if (delay === 0) this.#inner.readStart()
    else this.#readLater(delay)
  }

  #pause(): void {
    const { received } = this.#meters
    const delay = received.wait(1)
    if (delay === 0) return
    received.reach()
    this.#inner.readStop()
    this.#readLater(delay)
  }

  #readLater(delay: number): void {
    this.#receiving ??= this.#host.timer(() => this.#read())
    this.#receiving.set(delay)
  }

  #drop(): void {
    this.#waiting = []
    this.#length = 0
  }

  #end(): void {
    this.#drop()
    this.#sending?.clear()
    this.#receiving?.clear()
    this.#held.settled()
    this.#held.gone()
  }
}

/** As many bytes as one wait is for, so that a slow rate sends no single bytes. */
const PIECE = 1024
