import { clearInterval, setImmediate, setInterval } from 'node:timers'
import type { Address, SocketAddress } from '../../abi/address.js'
import type { ErrnoName } from '../../abi/errno.js'
import { gathered } from '../gather.js'
import { HostConnection, HostError } from '../host.js'
import { Inbox } from '../inbox.js'
import { codeOf, nameOfCode } from '../node/errors.js'
import { LINGER } from '../node/transport.js'
import type { BunHandler, BunSocket } from './api.js'

/** What a socket of Bun's belongs to. */
export type BunData = BunConnection<SocketAddress>

/**
 * A connection on a socket of Bun's, of whichever kind. The operating system has what it takes within `write()`; the rest
 * waits here. A paused socket still tells what it finds when the peer is gone, which the inbox keeps.
 */
export abstract class BunConnection<At extends SocketAddress = Address> extends HostConnection<At> {
  #socket: BunSocket<BunData> | undefined
  readonly #inbox = new Inbox(this)
  /** What the operating system has not taken. */
  readonly #outbox: Uint8Array[] = []
  #pending = 0
  #paused = false
  /** How the connection is left: `end` once all is sent. */
  #leave: 'no' | 'end' | 'reset' = 'no'
  /** FIN was asked for. */
  #shut = false
  #closed = false
  /** A write has failed at once, and told it. */
  #failed = false
  #lingering: NodeJS.Timeout | undefined

  /** Whether what nobody reads has to stay with the operating system: where only that makes a close a reset. */
  protected abstract readonly leavesUnread: boolean

  /** Notes the local address, if it is not known: a closed socket has forgotten it. */
  protected abstract name(socket: BunSocket<BunData>): void

  /** Bun's socket, once the connection stands. */
  protected get socket(): BunSocket<BunData> | undefined {
    return this.#socket
  }

  get pending(): number {
    return this.#pending
  }

  write(data: Uint8Array): boolean {
    this.#requireAlive('EPIPE')
    // The failure is on its way.
    if (this.#closed) return true
    if (this.#pending > 0) return this.#queue(data)
    if (data.length === 0) return true
    const taken = this.#send(data)
    if (taken < 0) {
      this.#failed = true
      throw new HostError(this.#reason(), 'write')
    }
    return taken === data.length || this.#queue(taken === 0 ? data : data.subarray(taken))
  }

  override writev(list: readonly Uint8Array[]): boolean {
    return super.writev(gathered(list))
  }

  shutdown(): void {
    this.#requireAlive('ENOTCONN')
    this.#shut = true
    if (this.#pending === 0) this.#socket?.shutdown()
  }

  readStart(): void {
    if (this.#inbox.reading) return
    if (this.#inbox.start()) setImmediate(() => this.#inbox.flush())
    if (this.#paused) this.#socket?.resume()
    this.#paused = false
  }

  readStop(): void {
    this.#inbox.stop()
    if (this.leavesUnread) this.#pause()
  }

  close(): void {
    if (this.#leave !== 'no') return
    this.#leave = 'end'
    this.events = undefined
    // The operating system sends what it has taken, then FIN (RST if it has unread bytes, as for any process).
    if (this.#inbox.unread) this.reset()
    else if (this.#pending === 0) this.#socket?.end()
    else this.#linger()
  }

  override reset(): void {
    this.#leave = 'reset'
    this.events = undefined
    this.#drop()
    this.#socket?.terminate()
  }

  /** The connection stands; called once. */
  onOpen(socket: BunSocket<BunData>): void {
    this.#socket = socket
    socket.unref()
    this.name(socket)
    if (this.#leave === 'end') socket.end()
    else if (this.#leave === 'reset') socket.terminate()
    else if (this.leavesUnread && !this.#inbox.reading) this.#pause()
  }

  /** Bytes came. */
  onData(chunk: Uint8Array): void {
    if (!this.#inbox.reading) this.#pause()
    this.#inbox.data(chunk)
  }

  /** The operating system takes bytes again, perhaps. */
  onDrain(): void {
    if (this.#pending === 0) return
    this.#sendAll()
    if (this.#pending > 0) return
    if (this.#leave === 'end') {
      clearInterval(this.#lingering)
      this.#socket?.end()
      return
    }
    if (this.#shut) this.#socket?.shutdown()
    this.events?.onDrain()
  }

  /** The peer ended. */
  onEnd(): void {
    if (!this.#inbox.over) this.#inbox.end()
  }

  /** The socket is gone: both ends have ended, or it failed. */
  onClose(error: unknown): void {
    this.#closed = true
    this.#drop()
    if (error !== undefined && error !== null && !this.#failed) this.#inbox.fail(nameOfCode(codeOf(error)))
    else if (this.#shut || this.#failed) this.onEnd()
    else this.#inbox.fail(this.#reason())
  }

  /** Holds the peer back: if it can be, not before something has come that nobody reads. Mostly, reading goes on before that. */
  #pause(): void {
    this.#paused = true
    this.#socket?.pause()
  }

  #requireAlive(code: ErrnoName): void {
    if (this.#failed) throw new HostError(code, 'an earlier write has failed')
  }

  /** Why nothing can be written, which Bun does not tell. */
  #reason(): ErrnoName {
    return this.#inbox.over ? 'EPIPE' : 'ECONNRESET'
  }

  #queue(data: Uint8Array): boolean {
    this.#outbox.push(data)
    this.#pending += data.length
    return this.#pending === 0
  }

  /** @returns how many bytes are gone; -1 when the connection is broken, which `close` tells */
  #send(data: Uint8Array): number {
    return this.#socket?.write(data) ?? 0
  }

  #sendAll(): void {
    let sent = 0
    for (const data of this.#outbox) {
      const taken = Math.max(0, this.#send(data))
      this.#pending -= taken
      if (taken < data.length) {
        this.#outbox[sent] = data.subarray(taken)
        break
      }
      sent++
    }
    this.#outbox.splice(0, sent)
  }

  #drop(): void {
    clearInterval(this.#lingering)
    this.#outbox.length = 0
    this.#pending = 0
  }

  /** Looks from time to time whether a closed connection still gets bytes away. */
  #linger(): void {
    let left = this.#pending
    this.#lingering = setInterval(() => {
      if (this.#pending === left) this.reset()
      left = this.#pending
    }, LINGER).unref()
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
