import { clearInterval, setImmediate, setInterval } from 'node:timers'
import type { Address } from '../../abi/address.js'
import type { ErrnoName } from '../../abi/errno.js'
import { gathered } from '../gather.js'
import { HostConnection, HostError } from '../host.js'
import { Inbox } from '../inbox.js'
import { unspecified } from '../node/addresses.js'
import { codeOf, nameOfCode } from '../node/errors.js'
import { LINGER } from '../node/transport.js'
import type { DenoAddress, DenoConn } from './api.js'
import { setKeepAlive } from './keep-alive.js'
import { DenoOutbox } from './outbox.js'
import { DenoReadBuffer } from './read-buffer.js'

/** A connection on one of Deno's. What Deno tells of it are promises, so nothing is told within a call. */
export class DenoConnection extends HostConnection {
  /** An address of the same family. */
  readonly #like: Address
  #conn: DenoConn | undefined
  #outbox: DenoOutbox | undefined
  #remote: Address
  readonly #inbox = new Inbox(this)
  readonly #buffer = new DenoReadBuffer()
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
  constructor(remote: Address) {
    super()
    this.#like = remote
    this.#remote = remote
  }

  /** The connection stands; called once. */
  open(conn: DenoConn): void {
    if (this.#left) {
      conn.close()
      return
    }
    this.#conn = conn
    this.#outbox = new DenoOutbox(conn, this.#onSent, this.#onRefused)
    this.#remote = addressOf(conn.remoteAddr, this.#like)
    conn.unref()
    if (this.#inbox.reading) this.#receive()
  }

  /** There will be no connection. */
  fail(error: unknown): void {
    this.#inbox.fail(nameOfCode(codeOf(error)))
  }

  get local(): Address {
    const conn = this.#conn
    return conn === undefined ? unspecified(this.#like) : addressOf(conn.localAddr, this.#like)
  }

  get remote(): Address {
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

  override setNoDelay(enable: boolean): void {
    this.#conn?.setNoDelay(enable)
  }

  override setKeepAlive(enable: boolean, idle: number): void {
    if (this.#conn === undefined || setKeepAlive(this.#conn, enable, idle)) return
    throw new HostError('ENOPROTOOPT', `this Deno cannot send keep-alive probes after ${idle} s of silence`)
  }

  #receive(): void {
    if (this.#receiving || this.#conn === undefined || this.#inbox.over) return
    this.#receiving = true
    this.#conn.read(this.#buffer.room).then(this.#onRead, this.#onReadFailed)
  }

  readonly #onRead = (count: number | null): void => {
    this.#receiving = false
    if (this.#left) return
    if (count !== null) {
      this.#inbox.data(this.#buffer.take(count))
      if (this.#inbox.reading || this.#broken !== undefined) this.#receive()
    } else if (this.#broken !== undefined) this.#end(this.#broken)
    else this.#inbox.end()
  }

  readonly #onReadFailed = (error: unknown): void => {
    this.#receiving = false
    this.#end(this.#broken ?? nameOfCode(codeOf(error)))
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
    this.#broken = nameOfCode(codeOf(error))
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

/** Deno does not tell the zone of a link-local address. */
export const addressOf = ({ hostname, port }: DenoAddress, like: Address): Address =>
  hostname.includes(':')
    ? { family: 'ipv6', host: hostname, port, flowInfo: 0, scopeId: like.family === 'ipv6' ? like.scopeId : 0 }
    : { family: 'ipv4', host: hostname, port }
