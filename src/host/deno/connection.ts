import { setImmediate } from 'node:timers'
import type { Address, SocketAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import { newBuffer, ReadBuffers, ReadPool } from '../common/read-buffers.js'
import { StreamConnection } from '../connection/stream-connection.js'
import { HostError } from '../contract/error.js'
import type { DenoAddress, DenoConn } from './api.js'
import { denoCode } from './errors.js'
import { DenoOutbox } from './outbox.js'

/** The size of the buffer that a quiet connection holds, since a pending read needs a buffer. */
const QUIET = 4_096

const pool = new ReadPool()

/** A connection of any kind on Deno. Deno reports all results by promises, so no event fires within a call. */
export abstract class DenoConnection<At extends SocketAddress = Address> extends StreamConnection<At> {
  /** An address of the same family. */
  protected readonly like: At
  #conn: DenoConn | undefined
  #outbox: DenoOutbox | undefined
  #remote: At
  readonly #buffers = new ReadBuffers(pool, newBuffer(QUIET))
  /** Whether a read is in progress. It cannot be cancelled. */
  #receiving = false
  /**
   * The error of a failed write, after which nothing can be written. Data that the peer had sent before is delivered
   * first.
   */
  #refused: ErrnoName | undefined

  /**
   * @param remote - the requested address of an outgoing connection; for an accepted one, an address like that of its
   *   listener
   * @param connected - whether it was accepted
   */
  constructor(remote: At, connected: boolean) {
    super(connected)
    this.like = remote
    this.#remote = remote
  }

  /** Converts an address reported by Deno to our form; without one, returns the address of a socket that has none. */
  protected abstract addressOf(told: DenoAddress | undefined): At

  /** Deno's connection, once it is established. */
  protected get conn(): DenoConn | undefined {
    return this.#conn
  }

  /** Called once, when Deno has established the connection. */
  onConn(conn: DenoConn): void {
    if (!this.open) {
      conn.close()
      return
    }
    this.#conn = conn
    this.#outbox = new DenoOutbox(
      conn,
      () => this.drain(),
      (error) => this.#onRefused(error),
    )
    this.#remote = this.addressOf(conn.remoteAddr)
    conn.unref()
    if (!this.connected) this.establish()
  }

  /** Called when the connection could not be established. */
  onNoConn(error: unknown): void {
    this.arriveFailure(denoCode(error))
  }

  get local(): At {
    return this.addressOf(this.#conn?.localAddr)
  }

  get remote(): At {
    return this.#remote
  }

  get pending(): number {
    return this.#outbox?.pending ?? 0
  }

  write(data: Uint8Array): boolean {
    this.requireWritable()
    if (this.#refused !== undefined) this.refuse(new HostError(this.#refused, 'write'))
    this.#outbox?.add(data)
    return this.pending === 0
  }

  override recycle(chunk: Uint8Array, sole?: boolean): void {
    this.#buffers.recycle(chunk, sole)
  }

  protected override resume(): void {
    this.#receive()
  }

  /** A read in progress continues, and its data is held back. */
  protected override pause(): void {}

  protected override soon(callback: () => void): void {
    setImmediate(callback)
  }

  protected override sendFin(): void {
    // An error means that the connection is gone, which reading reports.
    this.#conn?.closeWrite().catch(() => {})
  }

  /** Deno always sends FIN, followed by RST if the operating system has unread bytes. */
  protected override release(): void {
    this.#outbox?.clear()
    this.#conn?.close()
  }

  protected override abortOrRelease(): void {
    this.release()
  }

  #receive(): void {
    if (this.#receiving || this.#conn === undefined || this.ended) return
    this.#receiving = true
    this.#conn.read(this.#buffers.into).then(this.#onRead, this.#onReadFailed)
  }

  readonly #onRead = (count: number | null): void => {
    this.#receiving = false
    if (!this.open) return
    if (count !== null) {
      this.arrive(this.#buffers.take(count))
      if (this.flowing || this.#refused !== undefined) this.#receive()
    } else if (this.#refused !== undefined) this.arriveFailure(this.#refused)
    else this.arriveEnd()
  }

  readonly #onReadFailed = (error: unknown): void => {
    this.#receiving = false
    if (this.open) this.arriveFailure(this.#refused ?? denoCode(error))
  }

  /**
   * Handles a failed write. Data that the peer had sent is read before the failure is reported, even while reading is
   * stopped.
   */
  #onRefused(error: unknown): void {
    if (!this.open) return
    this.#refused = denoCode(error)
    if (this.ended) this.fail(this.#refused)
    else this.#receive()
  }
}
