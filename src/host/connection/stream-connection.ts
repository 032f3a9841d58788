/** A connection's life, once for all hosts: what they share of the contract in {@link HostConnection}, over a platform's few means. */
import type { SocketAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import { Fifo } from '../../base/fifo.js'
import { HostConnection } from '../contract/connection.js'
import { HostError } from '../contract/error.js'
import { RECEIVING, type Receiving, SENDING, type Sending, step } from './halves.js'
import type { Waiting } from './waiting.js'

/**
 * See the top of the file, and {@link file://./halves.ts | halves} for its states. A platform's part is the abstract methods,
 * which are called in legal states only; it says what happens by the protected ones.
 */
export abstract class StreamConnection<At extends SocketAddress> extends HostConnection<At> {
  #sending: Sending
  #receiving: Receiving = 'paused'
  /** What arrived while nothing may be delivered; `undefined` when it is empty, as it nearly always is. */
  #held: Fifo<Uint8Array> | undefined
  /** What is to be delivered after it: the end, or a failure. */
  #ending: 'end' | ErrnoName | undefined

  /** @param connected - whether it stands already */
  protected constructor(connected: boolean) {
    super()
    this.#sending = connected ? 'open' : 'connecting'
  }

  /** Lets bytes come: `arrive()` and `arriveEnd()` follow. */
  protected abstract resume(): void
  /** Holds the peer back. What is on its way may still arrive. */
  protected abstract pause(): void
  /** Sends FIN; nothing is pending. */
  protected abstract sendFin(): void
  /** Closes the platform's socket at once, and forgets what is pending. */
  protected abstract release(): void
  /** Calls back in a turn to come. */
  protected abstract soon(callback: () => void): void

  /** Ends the platform's connection with RST, and forgets what is pending. */
  protected abort(): void {
    throw new HostError('ENOTSUP', 'this host cannot reset a connection')
  }

  /** Told of each chunk that is delivered, before it is. */
  protected onDelivered(_bytes: number): void {}

  /** Told after the end was delivered. */
  protected onEndDelivered(): void {}

  /** False from `close()`, `reset()` or a failure on. */
  protected get open(): boolean {
    return this.#sending !== 'closed'
  }

  /** Whether it stands or stood. */
  protected get connected(): boolean {
    return this.#sending !== 'connecting'
  }

  /** Whether a write has failed and told its caller. */
  protected get broken(): boolean {
    return this.#sending === 'broken'
  }

  /** Whether bytes are delivered as they come. */
  protected get flowing(): boolean {
    return this.#receiving === 'flowing'
  }

  /** Whether the end or a failure has arrived, delivered or not. */
  protected get ended(): boolean {
    return this.#ending !== undefined || this.#receiving === 'ended' || this.#receiving === 'closed'
  }

  /** Whether FIN was asked for. */
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

  /** A close with bytes that were not delivered: a host that cannot reset closes. */
  protected abortOrRelease(): void {
    this.abort()
  }

  /** To be called first by a write. @throws {HostError} ENOTCONN, EPIPE where nothing can be sent */
  protected requireWritable(): void {
    if (this.#sending === 'open') return
    const code = this.#sending === 'connecting' ? 'ENOTCONN' : 'EPIPE'
    throw new HostError(code, `Cannot write: the connection is ${this.#sending}`)
  }

  /** A write has failed at once. @throws {HostError} always: the first time with its reason */
  protected refuse(error: HostError): never {
    this.#sending = step(SENDING, this.#sending, 'break')
    throw error
  }

  /** The connection stands. */
  protected establish(): void {
    this.#sending = step(SENDING, this.#sending, 'establish')
    if (this.#receiving === 'flowing') this.resume()
    this.events?.onConnect()
  }

  /** The outside has taken all, or may have room again. */
  protected drain(): void {
    if (this.#sending === 'finishing') this.#flush()
    this.events?.onDrain()
  }

  /**
   * Sends what waits, as far as there is room. What keeps it from being sent ends the connection: a write that waits is told.
   *
   * @param send - see {@link Waiting.send}
   * @returns whether the connection goes on, and nothing waits
   */
  protected sendWaiting(waiting: Waiting, send: (data: Uint8Array) => number): boolean {
    try {
      waiting.send(send)
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      this.fail(error.code)
    }
    return this.open && waiting.length === 0
  }

  /** Bytes came, which are ours. */
  protected arrive(chunk: Uint8Array): void {
    if (this.#receiving === 'flowing' && this.#held === undefined) {
      this.onDelivered(chunk.length)
      this.events?.onData(chunk)
    } else if (this.#receiving !== 'closed') {
      this.#held ??= new Fifo()
      this.#held.push(chunk)
    }
  }

  /** The peer ended. */
  protected arriveEnd(): void {
    if (!this.ended) this.#conclude('end')
  }

  /**
   * The connection has failed. With nothing to deliver before it, that is told even while nothing may be delivered. Where a
   * write has told it already, all that is left to tell is that nothing more comes; and an end that the peer had sent before
   * comes first, after which only a write can fail.
   */
  protected arriveFailure(code: ErrnoName): void {
    if (this.#ending !== undefined) return
    if (this.broken) this.arriveEnd()
    else if (this.#held !== undefined) this.#conclude(code)
    else this.fail(code)
  }

  /** Ends it with a failure, whatever waits. */
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

  /** Delivers what is held, as far as it may be. */
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
