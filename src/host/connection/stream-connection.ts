/** The common implementation of connections on all hosts. */
import type { SocketAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import { Fifo } from '../../base/fifo.js'
import { HostConnection } from '../contract/connection.js'
import { HostError } from '../contract/error.js'
import { RECEIVING, type Receiving, SENDING, type Sending, step } from './half-states.js'
import type { UnsentBytes } from './unsent-bytes.js'

/**
 * The part of {@link HostConnection} that all hosts share, on top of a few operations of the platform. {@link
 * file://./half-states.ts | halves} describes its states. A platform implements the abstract methods, which are called
 * in legal states only, and reports events by calling the protected ones.
 */
export abstract class StreamConnection<At extends SocketAddress> extends HostConnection<At> {
  #sending: Sending
  #receiving: Receiving = 'paused'
  /**
   * Data that arrived while nothing could be delivered; `undefined` when there is none, which is nearly always the
   * case.
   */
  #held: Fifo<Uint8Array> | undefined
  /** The event to deliver after that data: the end, or a failure. */
  #ending: 'end' | ErrnoName | undefined

  /** @param connected - whether the connection is already established */
  protected constructor(connected: boolean) {
    super()
    this.#sending = connected ? 'open' : 'connecting'
  }

  /** Starts receiving: `arrive()` and `arriveEnd()` follow. */
  protected abstract resume(): void
  /** Applies backpressure to the peer. Bytes in transit may still arrive. */
  protected abstract pause(): void
  /** Sends FIN; nothing is pending. */
  protected abstract sendFin(): void
  /** Closes the platform's socket immediately, and discards pending bytes. */
  protected abstract release(): void
  /** Calls back later, never within the current call. */
  protected abstract soon(callback: () => void): void

  /** Ends the platform's connection with RST, and discards pending bytes. */
  protected abort(): void {
    throw new HostError('ENOTSUP', 'this host cannot reset a connection')
  }

  /** Called before each chunk is delivered. */
  protected onDelivered(_bytes: number): void {}

  /** Called after the end was delivered. */
  protected onEndDelivered(): void {}

  /** False after `close()`, `reset()` or a failure. */
  protected get open(): boolean {
    return this.#sending !== 'closed'
  }

  /** Whether the connection is or has been established. */
  protected get connected(): boolean {
    return this.#sending !== 'connecting'
  }

  /** Whether a write has failed and reported it to its caller. */
  protected get broken(): boolean {
    return this.#sending === 'broken'
  }

  /** Whether bytes are delivered as they arrive. */
  protected get flowing(): boolean {
    return this.#receiving === 'flowing'
  }

  /** Whether the end or a failure has arrived, delivered or not. */
  protected get ended(): boolean {
    return this.#ending !== undefined || this.#receiving === 'ended' || this.#receiving === 'closed'
  }

  /** Whether `shutdown()` was called. */
  protected get finishing(): boolean {
    return this.#sending === 'finishing' || this.#sending === 'finished'
  }

  shutdown(): void {
    if (this.#sending === 'connecting' || this.#sending === 'broken') {
      throw new HostError('ENOTCONN', `Cannot shut down the connection: it is ${this.#sending}`)
    }
    if (this.#sending !== 'open') return
    this.#sending = step(SENDING, this.#sending, 'finish')
    if (this.pending === 0) this.#flush()
  }

  readStart(): void {
    if (this.#receiving !== 'paused') return
    this.#receiving = step(RECEIVING, this.#receiving, 'start')
    if (this.#held !== undefined || this.#ending !== undefined) this.soon(() => this.#deliver())
    if (this.connected) this.resume()
  }

  readStop(): void {
    if (this.#receiving !== 'flowing') return
    this.#receiving = step(RECEIVING, this.#receiving, 'stop')
    if (this.connected) this.pause()
  }

  close(): void {
    if (!this.open) return
    const unread = this.#held !== undefined
    this.#shut()
    if (unread) this.abortOrRelease()
    else this.release()
  }

  override reset(): void {
    if (!this.open) return
    this.abort()
    this.#shut()
  }

  /** Closes a connection with undelivered bytes by a reset. Hosts without resets override it to close. */
  protected abortOrRelease(): void {
    this.abort()
  }

  /** Must be called at the start of each write. @throws {HostError} ENOTCONN or EPIPE when nothing can be sent */
  protected requireWritable(): void {
    if (this.#sending === 'open') return
    const code = this.#sending === 'connecting' ? 'ENOTCONN' : 'EPIPE'
    throw new HostError(code, `Cannot write: the connection is ${this.#sending}`)
  }

  /** Records that a write failed immediately. @throws {HostError} always the given error */
  protected refuse(error: HostError): never {
    this.#sending = step(SENDING, this.#sending, 'break')
    throw error
  }

  /** Records that the connection is established. */
  protected establish(): void {
    this.#sending = step(SENDING, this.#sending, 'establish')
    if (this.#receiving === 'flowing') this.resume()
    this.events?.onConnect()
  }

  /** Records that the platform has accepted all bytes, or may have room again. */
  protected drain(): void {
    if (this.#sending === 'finishing') this.#flush()
    this.events?.onDrain()
  }

  /**
   * Sends queued bytes as far as there is room. An error ends the connection: `onError` reports it, since the write
   * has already returned.
   *
   * @param send - see {@link UnsentBytes.send}
   * @returns whether the connection is still open and nothing is queued
   */
  protected sendWaiting(waiting: UnsentBytes, send: (data: Uint8Array) => number): boolean {
    try {
      waiting.send(send)
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      this.fail(error.code)
    }
    return this.open && waiting.length === 0
  }

  /** Takes received bytes, which belong to this connection from then on. */
  protected arrive(chunk: Uint8Array): void {
    if (this.#receiving === 'flowing' && this.#held === undefined) {
      this.onDelivered(chunk.length)
      this.events?.onData(chunk)
    } else if (this.#receiving !== 'closed') {
      this.#held ??= new Fifo()
      this.#held.push(chunk)
    }
  }

  /** Records that the peer has ended the connection. */
  protected arriveEnd(): void {
    if (!this.ended) this.#conclude('end')
  }

  /**
   * Records that the connection has failed. If no data has to be delivered first, the failure is reported even while
   * reading is stopped. If a write has already reported the failure, only the end remains to be delivered. An end
   * that the peer sent before is delivered first; after it, only a write can fail.
   */
  protected arriveFailure(code: ErrnoName): void {
    if (this.#ending !== undefined) return
    if (this.broken) this.arriveEnd()
    else if (this.#held !== undefined) this.#conclude(code)
    else this.fail(code)
  }

  /** Ends the connection with a failure, regardless of queued data. */
  protected fail(code: ErrnoName): void {
    if (!this.open) return
    const { events } = this
    this.#shut()
    this.release()
    events?.onError(code)
  }

  #flush(): void {
    this.#sending = step(SENDING, this.#sending, 'flush')
    this.sendFin()
  }

  #conclude(ending: 'end' | ErrnoName): void {
    this.#ending = ending
    if (this.#held === undefined) this.#deliver()
  }

  /** Delivers the held data as long as the connection is reading. */
  #deliver(): void {
    while (this.#held !== undefined && this.#receiving === 'flowing') {
      const chunk = this.#held.shift()
      if (this.#held.length === 0) this.#held = undefined
      if (chunk === undefined) break
      this.onDelivered(chunk.length)
      this.events?.onData(chunk)
    }
    const ending = this.#ending
    if (ending === undefined || this.#receiving !== 'flowing' || this.#held !== undefined) return
    this.#ending = undefined
    if (ending !== 'end' && !this.broken) this.fail(ending)
    else {
      this.#receiving = step(RECEIVING, this.#receiving, 'end')
      this.events?.onEnd()
      this.onEndDelivered()
    }
  }

  #shut(): void {
    this.#sending = step(SENDING, this.#sending, 'close')
    this.#receiving = step(RECEIVING, this.#receiving, 'close')
    this.#held = undefined
    this.#ending = undefined
    this.events = undefined
  }
}
