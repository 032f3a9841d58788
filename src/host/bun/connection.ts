import { setImmediate } from 'node:timers'
import type { Address, SocketAddress } from '../../base/address.js'
import { gathered } from '../../base/bytes.js'
import type { ErrnoName } from '../../base/errno.js'
import { codeOf, nameOfCode } from '../common/errors.js'
import { StreamConnection } from '../connection/stream-connection.js'
import { Waiting } from '../connection/waiting.js'
import { HostError } from '../contract/error.js'
import type { BunHandler, BunSocket } from './api.js'

/** What a socket of Bun's belongs to. */
export type BunData = BunConnection<SocketAddress>

/**
 * A connection on a socket of Bun's, of whichever kind. The operating system has what it takes within `write()`; the rest
 * waits here. A paused socket still tells what it finds when the peer is gone, which is held.
 */
export abstract class BunConnection<At extends SocketAddress = Address> extends StreamConnection<At> {
  #socket: BunSocket<BunData> | undefined
  /** What the operating system has not taken, in the writer's own buffers. */
  readonly #waiting = new Waiting()
  /** A try to write fell short, and `drain` is to say when there is room. */
  #choked = false
  #paused = false
  /** How it was left, perhaps before Bun had a socket for it. */
  #left: 'no' | 'closed' | 'reset' = 'no'
  /** Bun has closed the socket. */
  #closed = false

  /** Whether what is not read has to stay with the operating system: where only that makes a close a reset. */
  protected abstract readonly leavesUnread: boolean

  /** Notes the local address, if it is not known: a closed socket has forgotten it. */
  protected abstract name(socket: BunSocket<BunData>): void

  /** @param connected - whether it was accepted */
  protected constructor(connected: boolean) {
    super(connected)
  }

  /** Bun's socket, once the connection stands. */
  protected get socket(): BunSocket<BunData> | undefined {
    return this.#socket
  }

  get pending(): number {
    return this.#waiting.length
  }

  write(data: Uint8Array): boolean {
    this.requireWritable()
    const taken = this.pending > 0 ? 0 : this.#send(data)
    if (taken < data.length) this.#waiting.push(data.subarray(taken))
    return this.pending === 0
  }

  override writev(list: readonly Uint8Array[]): boolean {
    return super.writev([...gathered(list)])
  }

  override get writesAtOnce(): boolean {
    return true
  }

  override tryWrite(data: Uint8Array): number {
    this.requireWritable()
    if (this.pending > 0) return 0
    const taken = this.#send(data)
    this.#choked = taken < data.length
    return taken
  }

  /** The connection stands; called once. */
  onOpen(socket: BunSocket<BunData>): void {
    this.#socket = socket
    socket.unref()
    this.name(socket)
    if (this.#left === 'closed') socket.end()
    else if (this.#left === 'reset') socket.terminate()
    else if (!this.connected) this.establish()
    if (this.open && this.leavesUnread && !this.flowing) this.#pause()
  }

  /** Bytes came. */
  onData(chunk: Uint8Array): void {
    if (!this.flowing) this.#pause()
    this.arrive(chunk)
  }

  /** The operating system takes bytes again, perhaps. */
  onDrain(): void {
    if (!this.open || (this.pending === 0 && !this.#choked)) return
    if (!this.sendWaiting(this.#waiting, (data) => this.#sendOn(data))) return
    this.#choked = false
    this.drain()
  }

  /** The peer ended. */
  onEnd(): void {
    this.arriveEnd()
  }

  /** The socket is gone: both ends have ended, or it failed. */
  onClose(error: unknown): void {
    const finished = this.finishing
    this.#closed = true
    this.#forget()
    // Our own doing, which Bun tells within the call.
    if (this.#left !== 'no') return
    if (error !== undefined && error !== null) this.arriveFailure(nameOfCode(codeOf(error)))
    else if (finished) this.arriveEnd()
    else this.arriveFailure(this.#reason())
  }

  protected override resume(): void {
    if (this.#paused) this.#socket?.resume()
    this.#paused = false
  }

  protected override pause(): void {
    if (this.leavesUnread) this.#pause()
  }

  protected override soon(callback: () => void): void {
    setImmediate(callback)
  }

  protected override sendFin(): void {
    this.#socket?.shutdown()
  }

  /** The operating system sends what it has taken, then FIN (RST if it has unread bytes, as for any process). */
  protected override release(): void {
    this.#left = 'closed'
    this.#forget()
    this.#socket?.end()
  }

  protected override abort(): void {
    this.#left = 'reset'
    this.#forget()
    this.#socket?.terminate()
  }

  /** Holds the peer back: if it can be, not before something has come that is not read. Mostly, reading goes on before that. */
  #pause(): void {
    this.#paused = true
    this.#socket?.pause()
  }

  /** Why nothing can be written, which Bun does not tell. */
  #reason(): ErrnoName {
    return this.ended ? 'EPIPE' : 'ECONNRESET'
  }

  /** @returns how many bytes the operating system has taken. @throws {HostError} when the connection is broken */
  #send(data: Uint8Array): number {
    if (data.length === 0) return 0
    const taken = this.#closed ? -1 : (this.#socket?.write(data) ?? 0)
    if (taken < 0) this.refuse(new HostError(this.#reason(), 'write'))
    return taken
  }

  /** Sends what waits. Of a path that is not read, Bun tells in no other way that its peer is gone. */
  #sendOn(data: Uint8Array): number {
    const taken = this.#socket?.write(data) ?? 0
    if (taken >= 0) return taken
    this.fail(this.#reason())
    return 0
  }

  /** What was not sent is its writer's. */
  #forget(): void {
    this.#waiting.clear()
    this.#choked = false
  }
}

/** The connection of a socket, for each thing that it tells. */
export const handler: Omit<BunHandler<BunData>, 'open'> = {
  binaryType: 'uint8array',
  data: (socket, chunk) => socket.data.onData(chunk),
  drain: (socket) => socket.data.onDrain(),
  end: (socket) => socket.data.onEnd(),
  close: (socket, error) => socket.data.onClose(error),
  // It may be told within the call; a promise tells it later.
  connectError: () => {},
  // What a callback of ours threw is nobody's to catch.
  error: (_socket, error) => {
    setImmediate(() => {
      throw error
    })
  },
}
