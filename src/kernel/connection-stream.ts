/**
 * The bytes of one TCP connection, from the moment `connect()` was asked for or a peer was accepted: what came and was not
 * read, what was sent and not taken, and how the two directions ended.
 */

import type { SocketAddress } from '../base/address.js'
import { gathered, totalLength } from '../base/bytes.js'
import type { ErrnoName } from '../base/errno.js'
import { abort } from '../host/contract/abort.js'
import type { ConnectionEvents, HostConnection } from '../host/contract/connection.js'
import { HostError } from '../host/contract/error.js'
import type { Result } from './descriptor.js'
import type { Payload } from './payload.js'
import { Poll } from './readiness.js'
import { ReceiveQueue } from './receive-queue.js'
import type { StreamOptions } from './stream-options.js'

/** The socket whose bytes they are. */
export interface StreamOwner {
  /** Its readiness may be another now, for `bytes` that came or whatever else. */
  changed(bytes: number): void
  /** Takes over a connection that is closed once what it has pending is sent. */
  leave(connection: HostConnection<SocketAddress>): void
}

/** Bytes of a guest that a host without `tryWrite()` keeps for a connection, at the most. */
const SOCKET_BUFFER = 65_536

/** The byte part of a TCP socket. */
export class ConnectionStream implements ConnectionEvents {
  /** A part of the life in {@link LEGAL_CALLS}. */
  state: 'connecting' | 'connected' | 'refused' | 'broken'

  readonly #options: StreamOptions
  readonly #owner: StreamOwner
  readonly #received = new ReceiveQueue()
  #host: HostConnection<SocketAddress> | undefined
  /** What `SO_ERROR` answers, once. */
  #error: ErrnoName | undefined
  /** Bytes of a request that were handed to the host, which has not said that all have gone; and whose they are. */
  #inFlight = 0
  #flying: Payload | undefined
  /** The last write fell short; {@link ConnectionStream.onDrain} says when there may be room again. */
  #choked = false
  #reading = false
  /** The peer's last byte has come. */
  #peerEnded = false
  /** Our own side was shut down, for receiving and for sending. */
  #receiveEnded = false
  #sendEnded = false

  /**
   * @param state - `connected` for a connection that came in
   * @param options - the socket's, looked at whenever they matter
   */
  constructor(state: 'connecting' | 'connected', options: StreamOptions, owner: StreamOwner) {
    this.state = state
    this.#options = options
    this.#owner = owner
  }

  /** Gives the stream the host's part. */
  attach(connection: HostConnection<SocketAddress>): void {
    this.#host = connection
    if (this.state === 'connected') this.#applyOptions()
  }

  /** The host's part. */
  get connection(): HostConnection<SocketAddress> {
    if (this.#host === undefined) throw new Error('a stream was used before it had a connection')
    return this.#host
  }

  /** Starts to take bytes from the host; an accepted connection is held back until somebody accepts it. */
  start(): void {
    if (this.state !== 'connected' || this.#reading) return
    this.#reading = true
    this.connection.readStart()
  }

  /** See {@link Descriptor.readiness}. */
  readiness(asked: number): number {
    if (this.state === 'connecting') return 0
    const error = this.#error === undefined ? 0 : Poll.ERR
    const { hangup } = this.#received
    if (this.state !== 'connected') return Poll.IN | Poll.OUT | Poll.RDHUP | hangup | error
    const ended = this.#peerEnded || this.#receiveEnded
    let events = error
    if (this.#received.length > 0) events |= Poll.IN
    if (ended) events |= Poll.IN | Poll.RDHUP
    if ((asked & Poll.OUT) !== 0 && (this.#sendEnded || this.#hasRoom())) events |= Poll.OUT
    if (ended && this.#sendEnded) events |= hangup
    return events
  }

  /** See {@link Descriptor.arrived}. */
  arrived(): Result {
    if (this.#received.length > 0) return this.#received.length
    // What the peer finished is over for a reader: a reset after it is a writer's matter.
    if (this.#peerEnded) return 0
    return this.takeError() ?? (this.#receiveEnded || this.state !== 'connected' ? 0 : 'EAGAIN')
  }

  /** See {@link Descriptor.take}. */
  take(heap: Uint8Array, address: number, length: number, peek: boolean): number {
    const count = this.#received.copyTo(heap, address, length, peek, this.#host)
    if (!peek) this.#readOn()
    return count
  }

  /** See {@link Descriptor.takePayload}. */
  takePayload(max: number): Uint8Array {
    const chunk = this.#received.take(max)
    this.#readOn()
    return chunk
  }

  /** See {@link ByteDescriptor.write}. */
  write(bytes: Uint8Array): Result {
    const refusal = this.#writeRefusal()
    if (refusal !== undefined) return refusal
    if (bytes.length === 0) return 0
    // What is in flight must not be overtaken.
    if (this.#inFlight > 0) return 'EAGAIN'
    return this.connection.writesAtOnce ? this.#try(bytes) : this.#keep(bytes)
  }

  /** See {@link Descriptor.sendPayload}. */
  sendPayload(payload: Payload, length: number): Result {
    const refusal = this.#writeRefusal()
    if (refusal !== undefined) return refusal
    if (this.#inFlight > 0) return payload === this.#flying ? this.#landed(payload, length) : 'EAGAIN'
    const list = payload.peek(length)
    // The buffers are their owner's, which may have transferred one away.
    if (totalLength(list) !== length) return 'EFAULT'
    const sent = payload.lent ? this.#tryList(list) : this.#hand(list, length)
    if (typeof sent === 'number') payload.advance(sent)
    else if (this.#inFlight > 0) this.#flying = payload
    return sent
  }

  /** Ends one direction or both. */
  shutdown(receive: boolean, send: boolean): Result {
    if (send && !this.#sendEnded) {
      this.#sendEnded = true
      this.connection.shutdown()
    }
    if (receive) this.#receiveEnded = true
    this.#owner.changed(0)
    return 0
  }

  /**
   * Lets the connection go: unread bytes, or the wish for it (`SO_LINGER` 0), end it with a reset. Of a write in flight
   * nothing more is sent; bytes that count as written still are.
   *
   * @see RFC 2525, section 2.17
   */
  close(): void {
    if (this.state === 'refused' || this.state === 'broken') return
    const kept = this.#inFlight === 0 && this.connection.pending > 0
    if (this.#options.resetOnClose || this.#received.length > 0) this.abort()
    else if (kept) this.#owner.leave(this.connection)
    else this.connection.close()
  }

  /** Ends the connection with a reset, whatever waits. */
  abort(): void {
    this.#received.clear()
    if (this.state === 'connecting' || this.state === 'connected') abort(this.connection)
  }

  onConnect(): void {
    this.state = 'connected'
    this.#applyOptions()
    this.start()
    this.#owner.changed(0)
  }

  onData(chunk: Uint8Array): void {
    this.#received.push(chunk)
    if (this.#full()) {
      this.#reading = false
      this.connection.readStop()
    }
    this.#owner.changed(chunk.length)
  }

  onEnd(): void {
    this.#peerEnded = true
    this.#owner.changed(0)
  }

  onDrain(): void {
    this.#choked = false
    this.#owner.changed(0)
  }

  onError(code: ErrnoName): void {
    this.state = this.state === 'connecting' ? 'refused' : 'broken'
    this.#error = code
    this.#owner.changed(0)
  }

  /** Fetches the pending error, as `SO_ERROR` does. */
  takeError(): ErrnoName | undefined {
    const error = this.#error
    this.#error = undefined
    return error
  }

  #full(): boolean {
    return this.#received.weight >= this.#options.receiveBuffer
  }

  #hasRoom(): boolean {
    return this.#inFlight > 0 ? this.connection.pending === 0 : !this.#choked
  }

  /** What was asked for before there was a connection can only be refused now: as the connection's error. */
  #applyOptions(): void {
    try {
      this.#options.apply(this.connection)
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      this.#error = error.code
    }
  }

  /** Lets the peer go on once half of what held it back has been read. */
  #readOn(): void {
    if (!this.#reading && this.#received.weight * 2 <= this.#options.receiveBuffer) this.start()
  }

  #writeRefusal(): ErrnoName | undefined {
    return this.takeError() ?? (this.#sendEnded || this.state !== 'connected' ? 'EPIPE' : undefined)
  }

  /** The bytes in flight have arrived, or have not. */
  #landed(payload: Payload, length: number): Result {
    if (this.connection.pending > 0) return 'EAGAIN'
    if (length !== this.#inFlight) return 'EINVAL'
    this.#inFlight = 0
    this.#flying = undefined
    payload.advance(length)
    return length
  }

  /** Hands bytes to the host, which has them until the outside has taken all; {@link ConnectionStream.#landed} says so then. */
  #hand(list: readonly Uint8Array[], length: number): Result {
    const { connection } = this
    const first = list[0]
    const gone =
      length === 0 || (list.length === 1 && first !== undefined ? connection.write(first) : connection.writev(list))
    if (gone) return length
    this.#inFlight = length
    return 'EAGAIN'
  }

  /** Sends what the outside takes now. */
  #try(bytes: Uint8Array): number | 'EAGAIN' {
    const taken = this.connection.tryWrite(bytes)
    this.#choked = taken < bytes.length
    return taken > 0 ? taken : 'EAGAIN'
  }

  /** The same for bytes that are given up after this call, whatever is taken of them. */
  #tryList(list: readonly Uint8Array[]): Result {
    const wanted = totalLength(list)
    if (wanted > 0 && !this.connection.writesAtOnce) return 'EAGAIN'
    let done = 0
    for (const bytes of gathered(list)) {
      let taken: number | 'EAGAIN'
      try {
        taken = this.#try(bytes)
      } catch (error) {
        // After others that were taken, the next call tells it.
        if (done > 0 && error instanceof HostError) return done
        throw error
      }
      if (taken === 'EAGAIN') break
      done += taken
      if (this.#choked) break
    }
    return done > 0 || wanted === 0 ? done : 'EAGAIN'
  }

  /**
   * Where the platform says only later what it took, a guest's bytes are kept meanwhile, as the socket's own buffer: up to
   * {@link SOCKET_BUFFER} of them, so that no more is lost than that if the process ends at once.
   */
  #keep(bytes: Uint8Array): Result {
    const { connection } = this
    const room = Math.min(SOCKET_BUFFER, this.#options.sendBuffer) - connection.pending
    const count = Math.min(bytes.length, room)
    if (count > 0) connection.write(bytes.slice(0, count))
    this.#choked = connection.pending > 0 && count < bytes.length
    return count > 0 ? count : 'EAGAIN'
  }
}
