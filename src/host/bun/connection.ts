import { setImmediate } from 'node:timers'
import type { Address, SocketAddress } from '../../base/address.js'
import { gathered } from '../../base/bytes.js'
import type { ErrnoName } from '../../base/errno.js'
import { codeOf, nameOfCode } from '../common/errors.js'
import { StreamConnection } from '../connection/stream-connection.js'
import { UnsentBytes } from '../connection/unsent-bytes.js'
import { HostError } from '../contract/error.js'
import type { BunHandler, BunSocket } from './api.js'

/** The connection that a Bun socket belongs to. */
export type BunData = BunConnection<SocketAddress>

/**
 * A connection of any kind on a Bun socket. The operating system accepts bytes within `write()`; the rest waits here.
 * A paused socket still reports the data that it finds when the peer is gone; that data is held back.
 */
export abstract class BunConnection<At extends SocketAddress = Address> extends StreamConnection<At> {
  #socket: BunSocket<BunData> | undefined
  /** The bytes that the operating system has not accepted, in the writer's own buffers. */
  readonly #waiting = new UnsentBytes()
  /** Whether an attempt to write was incomplete, so that `drain` must report when there is room. */
  #choked = false
  #paused = false
  /** How the connection was ended, possibly before Bun had a socket for it. */
  #left: 'no' | 'closed' | 'reset' = 'no'
  /** Whether Bun has closed the socket. */
  #closed = false

  /** Whether unread bytes have to stay with the operating system, because only then a close becomes a reset. */
  protected abstract readonly leavesUnread: boolean

  /** Records the local address if it is unknown: a closed socket no longer has it. */
  protected abstract name(socket: BunSocket<BunData>): void

  /** @param connected - whether it was accepted */
  protected constructor(connected: boolean) {
    super(connected)
  }

  /** Bun's socket, once the connection is established. */
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

  /** Called once, when the connection is established. */
  onOpen(socket: BunSocket<BunData>): void {
    this.#socket = socket
    socket.unref()
    this.name(socket)
    if (this.#left === 'closed') socket.end()
    else if (this.#left === 'reset') socket.terminate()
    else if (!this.connected) this.establish()
    if (this.open && this.leavesUnread && !this.flowing) this.#pause()
  }

  /** Called when bytes were received. */
  onData(chunk: Uint8Array): void {
    if (!this.flowing) this.#pause()
    this.arrive(chunk)
  }

  /** Called when the operating system may accept bytes again. */
  onDrain(): void {
    if (!this.open || (this.pending === 0 && !this.#choked)) return
    if (!this.sendWaiting(this.#waiting, (data) => this.#sendOn(data))) return
    this.#choked = false
    this.drain()
  }

  /** Called when the peer has ended the connection. */
  onEnd(): void {
    this.arriveEnd()
  }

  /** Called when the socket is gone: both ends have ended, or it failed. */
  onClose(error: unknown): void {
    const finished = this.finishing
    this.#closed = true
    this.#forget()
    // This connection has ended it itself, and Bun reports that within the call.
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

  /**
   * The operating system sends the bytes it has accepted, then FIN (RST if it has unread bytes, as for any process).
   */
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

  /**
   * Applies backpressure to the peer: if possible, only after unread data has arrived. Usually, reading resumes
   * before that.
   */
  #pause(): void {
    this.#paused = true
    this.#socket?.pause()
  }

  /** The reason why nothing can be written, which Bun does not report. */
  #reason(): ErrnoName {
    return this.ended ? 'EPIPE' : 'ECONNRESET'
  }

  /**
   * @returns the number of bytes that the operating system has accepted. @throws {HostError} when the connection is
   *   broken
   */
  #send(data: Uint8Array): number {
    if (data.length === 0) return 0
    const taken = this.#closed ? -1 : (this.#socket?.write(data) ?? 0)
    if (taken < 0) this.refuse(new HostError(this.#reason(), 'write'))
    return taken
  }

  /**
   * Sends queued bytes. On a connection with a path that is not read, this is the only way to notice that the peer is
   * gone.
   */
  #sendOn(data: Uint8Array): number {
    const taken = this.#socket?.write(data) ?? 0
    if (taken >= 0) return taken
    this.fail(this.#reason())
    return 0
  }

  /** Discards unsent bytes: their writer owns them again. */
  #forget(): void {
    this.#waiting.clear()
    this.#choked = false
  }
}

/** The event handlers of all sockets; each event is passed to the connection of its socket. */
export const handler: Omit<BunHandler<BunData>, 'open'> = {
  binaryType: 'uint8array',
  data: (socket, chunk) => socket.data.onData(chunk),
  drain: (socket) => socket.data.onDrain(),
  end: (socket) => socket.data.onEnd(),
  close: (socket, error) => socket.data.onClose(error),
  // This may be called within `connect()`; the promise reports the error later.
  connectError: () => {},
  // An exception of one of our callbacks: rethrown outside of Bun's call, as an uncaught exception.
  error: (_socket, error) => {
    setImmediate(() => {
      throw error
    })
  },
}
