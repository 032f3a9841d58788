import { setImmediate } from 'node:timers'
import type { Address, SocketAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import { newBuffer, ReadBuffers, ReadPool } from '../common/read-buffers.js'
import { StreamConnection } from '../connection/stream-connection.js'
import { HostError } from '../contract/error.js'
import type { DenoAddress, DenoConn } from './api.js'
import { denoCode } from './errors.js'
import { DenoOutbox } from './outbox.js'

/** What a quiet connection holds: a read that waits has a buffer. */
const QUIET = 4_096

const pool = new ReadPool()

/** A connection on one of Deno's, of whichever kind. What Deno tells of it are promises, so nothing is told within a call. */
export abstract class DenoConnection<At extends SocketAddress = Address> extends StreamConnection<At> {
  /** An address of the same family. */
  protected readonly like: At
  #conn: DenoConn | undefined
  #outbox: DenoOutbox | undefined
  #remote: At
  readonly #buffers = new ReadBuffers(pool, newBuffer(QUIET))
  /** A read is under way, which cannot be taken back. */
  #receiving = false
  /** Why nothing can be written any more. What the peer had sent before is delivered first. */
  #refused: ErrnoName | undefined

  /**
   * @param remote - whereto an outgoing connection goes; for an accepted one, like its listener's address
   * @param connected - whether it was accepted
   */
  constructor(remote: At, connected: boolean) {
    super(connected)
    this.like = remote
    this.#remote = remote
  }

  /** Our form of what Deno tells; of nothing, the address of a socket that has none. */
  protected abstract addressOf(told: DenoAddress | undefined): At

  /** Deno's connection, once it stands. */
  protected get conn(): DenoConn | undefined {
    return this.#conn
  }

  /** Deno has a connection; called once. */
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

  /** There will be no connection. */
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

  /** A read that is under way goes on; what it brings is held. */
  protected override pause(): void {}

  protected override soon(callback: () => void): void {
    setImmediate(callback)
  }

  protected override sendFin(): void {
    // A refusal means that the connection is gone, which reading tells.
    this.#conn?.closeWrite().catch(() => {})
  }

  /** Deno sends FIN in any case, and RST after it if the operating system has unread bytes. */
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

  /** What the peer had sent is read before the failure is told, even while nothing may be delivered. */
  #onRefused(error: unknown): void {
    if (!this.open) return
    this.#refused = denoCode(error)
    if (this.ended) this.fail(this.#refused)
    else this.#receive()
  }
}
