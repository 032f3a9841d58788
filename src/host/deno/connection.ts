import { clearInterval, setImmediate, setInterval } from 'node:timers'
import type { Address, SocketAddress } from '../../abi/address.js'
import type { ErrnoName } from '../../abi/errno.js'
import { gathered } from '../gather.js'
import { HostConnection } from '../host.js'
import { Inbox } from '../inbox.js'
import { newBuffer, ReadBuffers, ReadPool } from '../node/read-buffers.js'
import { LINGER } from '../node/transport.js'
import type { DenoAddress, DenoConn } from './api.js'
import { denoCode } from './errors.js'
import { DenoOutbox } from './outbox.js'

/** What a quiet connection holds: a read that waits has a buffer. */
const QUIET = 4_096

const pool = new ReadPool()

/** A connection on one of Deno's, of whichever kind. What Deno tells of it are promises, so nothing is told within a call. */
export abstract class DenoConnection<At extends SocketAddress = Address> extends HostConnection<At> {
  /** An address of the same family. */
  protected readonly like: At
  #conn: DenoConn | undefined
  #outbox: DenoOutbox | undefined
  #remote: At
  readonly #inbox = new Inbox(this)
  /** Where the next read goes. */
  #room = newBuffer(QUIET)
  readonly #buffers = new ReadBuffers(pool, this.#room)
  /** A read is under way, which cannot be taken back. */
  #receiving = false
  /** Nothing is told any more; what was written may still be on its way. */
  #left = false
  /** FIN was asked for; once all is sent, it goes. */
  #shut = false
  /** Why nothing can be written any more. What the peer had sent before is told first. */
  #broken: ErrnoName | undefined
  #dropped = false
  #lingering: NodeJS.Timeout | undefined

  /** @param remote - whereto an outgoing connection goes; for an accepted one, like its listener's address */
  constructor(remote: At) {
    super()
    this.like = remote
    this.#remote = remote
  }

  /** Our form of what Deno tells; of nothing, the address of a socket that has none. */
  protected abstract addressOf(told: DenoAddress | undefined): At

  /** Deno's connection, once it stands. */
  protected get conn(): DenoConn | undefined {
    return this.#conn
  }

  /** The connection stands; called once. */
  open(conn: DenoConn): void {
    if (this.#left) {
      conn.close()
      return
    }
    this.#conn = conn
    this.#outbox = new DenoOutbox(conn, this.#onSent, this.#onRefused)
    this.#remote = this.addressOf(conn.remoteAddr)
    conn.unref()
    if (this.#inbox.reading) this.#receive()
  }

  /** There will be no connection. */
  fail(error: unknown): void {
    this.#inbox.fail(denoCode(error))
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
    // The failure is on its way.
    if (this.#broken !== undefined || this.#outbox === undefined) return true
    return this.#outbox.add(data)
  }

  override writev(list: readonly Uint8Array[]): boolean {
    return super.writev(gathered(list))
  }

  shutdown(): void {
    this.#shut = true
    if (this.#outbox?.left === 0) this.#sendFin()
  }

  override recycle(chunk: Uint8Array): void {
    this.#buffers.recycle(chunk)
  }

  readStart(): void {
    if (this.#inbox.reading) return
    if (this.#inbox.start()) setImmediate(() => this.#inbox.flush())
    this.#receive()
  }

  readStop(): void {
    this.#inbox.stop()
  }

  close(): void {
    if (this.#left) return
    this.events = undefined
    this.#left = true
    if (this.#outbox !== undefined && this.#outbox.left > 0) this.#linger()
    // Deno sends FIN in any case, and RST behind it if the operating system has unread bytes.
    else this.#drop()
  }

  #receive(): void {
    if (this.#receiving || this.#conn === undefined || this.#inbox.over) return
    this.#receiving = true
    this.#conn.read(this.#room).then(this.#onRead, this.#onReadFailed)
  }

  readonly #onRead = (count: number | null): void => {
    this.#receiving = false
    if (this.#left) return
    if (count !== null) {
      this.#inbox.data(this.#buffers.take(count))
      this.#room = this.#buffers.next(count) ?? this.#room
      if (this.#inbox.reading || this.#broken !== undefined) this.#receive()
    } else if (this.#broken !== undefined) this.#end(this.#broken)
    else this.#inbox.end()
  }

  readonly #onReadFailed = (error: unknown): void => {
    this.#receiving = false
    this.#end(this.#broken ?? denoCode(error))
  }

  readonly #onSent = (drained: boolean): void => {
    if (this.#left) {
      this.#drop()
      return
    }
    if (this.#shut) this.#sendFin()
    if (drained) this.events?.onDrain()
  }

  /** What the peer had sent is told before the failure, even to those who do not read. */
  readonly #onRefused = (error: unknown): void => {
    if (this.#left) {
      this.#drop()
      return
    }
    this.#broken = denoCode(error)
    if (this.#inbox.over) this.#end(this.#broken)
    else this.#receive()
  }

  #sendFin(): void {
    // A refusal means that the connection is gone, which reading tells.
    this.#conn?.closeWrite().catch(() => {})
  }

  #end(code: ErrnoName): void {
    if (this.#left) return
    this.#drop()
    this.#left = true
    this.#inbox.fail(code)
  }

  #drop(): void {
    clearInterval(this.#lingering)
    this.#outbox?.clear()
    if (!this.#dropped) this.#conn?.close()
    this.#dropped = true
  }

  /** Looks from time to time whether a closed connection still gets bytes away. */
  #linger(): void {
    let last = this.#outbox?.left
    this.#lingering = setInterval(() => {
      if (this.#outbox?.left === last) this.#drop()
      last = this.#outbox?.left
    }, LINGER).unref()
  }
}
