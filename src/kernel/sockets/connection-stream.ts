import type { SocketAddress } from '../../base/address.js'
import { gathered, totalLength } from '../../base/bytes.js'
import type { ErrnoName } from '../../base/errno.js'
import { abort } from '../../host/contract/abort.js'
import type { ConnectionEvents, HostConnection } from '../../host/contract/connection.js'
import { HostError } from '../../host/contract/error.js'
import type { Result } from '../descriptor.js'
import { isFull, type KernelGauges, type QueueGauges, reachLimit } from '../gauges.js'
import type { Payload } from '../payload.js'
import { Poll } from '../readiness.js'
import { ReceiveQueue } from './receive-queue.js'
import type { StreamOptions } from './stream-options.js'

/** The socket that owns a stream. */
export interface StreamOwner {
  /** What its kernel counts. */
  readonly gauges: KernelGauges
  /** Reports that the readiness may have changed: `bytes` is how many arrived, 0 for any other cause. */
  changed(bytes: number): void
  /** Takes over a connection that must stay open until its pending bytes are sent. */
  leave(connection: HostConnection<SocketAddress>): void
}

/** The most bytes of a guest that are buffered per connection on a host without `tryWrite()`. */
const SOCKET_BUFFER = 65_536

/** What a connection may keep in any case. */
const PAGE = 4096

/**
 * The byte stream of one connection, from `connect()` or from the incoming connection on: received bytes that have
 * not been read, sent bytes that the host has not taken, and how the two directions ended.
 */
export class ConnectionStream implements ConnectionEvents {
  /** One of the states in {@link LEGAL_CALLS}. */
  state: 'connecting' | 'connected' | 'refused' | 'broken'

  readonly #options: StreamOptions
  readonly #owner: StreamOwner
  readonly #received = new ReceiveQueue()
  #host: HostConnection<SocketAddress> | undefined
  /** The pending error for `SO_ERROR`, which returns it once. */
  #error: ErrnoName | undefined
  /**
   * Bytes of a request that were handed to the host, which has not sent all of them yet; and the payload that they
   * belong to.
   */
  #inFlight = 0
  #flying: Payload | undefined
  /** Bytes and pieces of a guest that the host has not sent yet, as they were counted. */
  #kept = 0
  #pieces = 0
  /** The last write was incomplete; {@link ConnectionStream.onDrain} reports when there may be room again. */
  #choked = false
  #reading = false
  /** The peer's last byte has been received. */
  #peerEnded = false
  /** This side was shut down, for receiving and for sending. */
  #receiveEnded = false
  #sendEnded = false

  /**
   * @param state - `connected` for an incoming connection
   * @param options - the socket's options, read whenever they are needed
   */
  constructor(state: 'connecting' | 'connected', options: StreamOptions, owner: StreamOwner) {
    this.state = state
    this.#options = options
    this.#owner = owner
  }

  /** Sets the host's connection. */
  attach(connection: HostConnection<SocketAddress>): void {
    this.#host = connection
    if (this.state === 'connected') this.#applyOptions()
  }

  /** The host's connection. */
  get connection(): HostConnection<SocketAddress> {
    if (this.#host === undefined) throw new Error('a stream was used before it had a connection')
    return this.#host
  }

  /**
   * Starts to take bytes from the host. Nothing is read from an incoming connection until the program has accepted
   * it.
   */
  start(): void {
    if (this.state !== 'connected' || this.#reading) return
    this.#reading = true
    this.connection.readStart()
  }

  /** Which directions have ended. */
  get ended(): { readonly receive: boolean; readonly send: boolean } {
    return { receive: this.#peerEnded, send: this.#sendEnded }
  }

  /** See {@link Descriptor.queued}. */
  queued(which: 'received' | 'sent'): number {
    return which === 'received' ? this.#received.length : (this.#host?.pending ?? 0)
  }

  /** See {@link Descriptor.readiness}. */
  readiness(asked: number): number {
    if (this.state === 'connecting') return 0
    const error = this.#error === undefined ? 0 : Poll.ERR
    const { hangup } = this.#received
    if (this.state !== 'connected') return Poll.IN | Poll.OUT | Poll.RDHUP | hangup | error
    const ended = this.#peerEnded || this.#receiveEnded
    let events = error
    if (this.#received.length > 0 && this.#enough()) events |= Poll.IN
    if (ended) events |= Poll.IN | Poll.RDHUP
    if ((asked & Poll.OUT) !== 0 && (this.#sendEnded || this.#hasRoom())) events |= Poll.OUT
    if (ended && this.#sendEnded) events |= hangup
    return events
  }

  /** See {@link ByteDescriptor.arrived}. */
  arrived(): Result {
    if (this.#received.length > 0) return this.#received.length
    // After the peer has finished, a reader sees the end of the stream; a later reset concerns writers only.
    if (this.#peerEnded) return 0
    return this.takeError() ?? (this.#receiveEnded || this.state !== 'connected' ? 0 : 'EAGAIN')
  }

  /** See {@link ByteDescriptor.take}. */
  take(heap: Uint8Array, address: number, length: number, peek: boolean): number {
    const { chunks } = this.#received
    const count = this.#received.copyTo(heap, address, length, peek, this.#host)
    if (!peek) this.#readOn(count, chunks)
    return count
  }

  /** See {@link ByteDescriptor.takePayload}. */
  takePayload(max: number): Uint8Array {
    const { chunks } = this.#received
    const chunk = this.#received.take(max)
    this.#readOn(chunk.length, chunks)
    return chunk
  }

  /** See {@link ByteDescriptor.write}. */
  write(bytes: Uint8Array): Result {
    const refusal = this.#writeRefusal()
    if (refusal !== undefined) return refusal
    if (bytes.length === 0) return 0
    // Bytes in flight must not be overtaken.
    if (this.#inFlight > 0) return 'EAGAIN'
    return this.connection.writesAtOnce ? this.#try(bytes) : this.#keep(bytes)
  }

  /** See {@link ByteDescriptor.sendPayload}. */
  sendPayload(payload: Payload, length: number): Result {
    const refusal = this.#writeRefusal()
    if (refusal !== undefined) return refusal
    if (this.#inFlight > 0) return payload === this.#flying ? this.#landed(payload, length) : 'EAGAIN'
    const list = payload.peek(length)
    // The owner of the buffers may have transferred one away.
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
   * Closes the connection. Unread bytes or a linger time of 0 (`SO_LINGER`) end it with a reset. Nothing more is sent
   * of a write in flight, but bytes that were reported as written are still sent.
   *
   * @see RFC 2525, section 2.17
   */
  close(): void {
    this.#uncountSent()
    if (this.state === 'refused' || this.state === 'broken') return this.#forget()
    const kept = this.#inFlight === 0 && this.connection.pending > 0
    if (this.#options.values.linger === 0 || this.#received.length > 0) this.abort()
    else if (kept) this.#owner.leave(this.connection)
    else this.connection.close()
  }

  /** Ends the connection with a reset, whatever is pending. */
  abort(): void {
    this.#forget()
    if (this.state === 'connecting' || this.state === 'connected') abort(this.connection)
  }

  onConnect(): void {
    this.state = 'connected'
    this.#applyOptions()
    this.start()
    this.#owner.changed(0)
  }

  onData(chunk: Uint8Array): void {
    const { received } = this.#owner.gauges
    this.#received.push(chunk)
    if (chunk.length > 0) {
      received.bytes.add(chunk.length)
      received.chunks.add(1)
    }
    if (isFull(received)) reachLimit(received)
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
    this.#uncountSent()
    this.#owner.changed(0)
  }

  onError(code: ErrnoName): void {
    this.state = this.state === 'connecting' ? 'refused' : 'broken'
    this.#error = code
    this.#uncountSent()
    this.#owner.changed(0)
  }

  /** Takes the pending error, like `SO_ERROR`. */
  takeError(): ErrnoName | undefined {
    const error = this.#error
    this.#error = undefined
    return error
  }

  #full(): boolean {
    return this.#received.weight >= this.#options.values.receiveBuffer || isFull(this.#owner.gauges.received)
  }

  /** Whether what has arrived is worth reporting: a full buffer is, since no more would come. */
  #enough(): boolean {
    const { receiveLowat } = this.#options.values
    return receiveLowat === 1 || this.#received.length >= receiveLowat || this.#full()
  }

  #hasRoom(): boolean {
    return this.#inFlight > 0 ? this.connection.pending === 0 : !this.#choked
  }

  /** Options set before the connection existed can be refused only now, so a refusal becomes the connection's error. */
  #applyOptions(): void {
    try {
      this.#options.apply(this.connection)
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      this.#error = error.code
    }
  }

  /**
   * Counts what was read, and resumes reading once the buffered bytes have fallen to half of the receive buffer. While
   * the kernel holds too much altogether, that is when they are gone.
   */
  #readOn(bytes: number, chunks: number): void {
    const { received } = this.#owner.gauges
    received.bytes.give(bytes)
    received.chunks.give(chunks - this.#received.chunks)
    if (this.#reading) return
    const { weight } = this.#received
    if (weight === 0 || (weight * 2 <= this.#options.values.receiveBuffer && !isFull(received))) this.start()
  }

  /** Drops what was received. */
  #forget(): void {
    const { bytes, chunks } = this.#owner.gauges.received
    bytes.give(this.#received.length)
    chunks.give(this.#received.chunks)
    this.#received.clear()
  }

  /** Counts what the host has sent, or dropped. */
  #uncountSent(): void {
    if (this.#kept === 0) return
    const { bytes, chunks } = this.#owner.gauges.sent
    bytes.give(this.#kept)
    chunks.give(this.#pieces)
    this.#kept = 0
    this.#pieces = 0
  }

  #writeRefusal(): ErrnoName | undefined {
    return this.takeError() ?? (this.#sendEnded || this.state !== 'connected' ? 'EPIPE' : undefined)
  }

  /** Completes a write in flight if all its bytes have been sent. */
  #landed(payload: Payload, length: number): Result {
    if (this.connection.pending > 0) return 'EAGAIN'
    if (length !== this.#inFlight) return 'EINVAL'
    this.#inFlight = 0
    this.#flying = undefined
    payload.advance(length)
    return length
  }

  /**
   * Hands bytes to the host, which owns them until all are sent; then {@link ConnectionStream.#landed} reports them.
   */
  #hand(list: readonly Uint8Array[], length: number): Result {
    const { connection } = this
    const first = list[0]
    const gone =
      length === 0 || (list.length === 1 && first !== undefined ? connection.write(first) : connection.writev(list))
    if (gone) return length
    this.#inFlight = length
    return 'EAGAIN'
  }

  /** Sends as much as the host takes now. */
  #try(bytes: Uint8Array): number | 'EAGAIN' {
    const taken = this.connection.tryWrite(bytes)
    this.#choked = taken < bytes.length
    return taken > 0 ? taken : 'EAGAIN'
  }

  /**
   * Does the same for a list of lent buffers, which are not accessed after this call, however much of them is taken.
   */
  #tryList(list: readonly Uint8Array[]): Result {
    const wanted = totalLength(list)
    if (wanted > 0 && !this.connection.writesAtOnce) return 'EAGAIN'
    let done = 0
    for (const bytes of gathered(list)) {
      let taken: number | 'EAGAIN'
      try {
        taken = this.#try(bytes)
      } catch (error) {
        // Some bytes were taken before, so the next call reports the error.
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
   * On a host that reports only later what it has sent, the bytes of a guest are buffered, like in a socket's send
   * buffer: at most {@link SOCKET_BUFFER} of them, so that no more than that is lost if the process exits at once.
   */
  #keep(bytes: Uint8Array): Result {
    const { connection } = this
    const { sent } = this.#owner.gauges
    const count = Math.min(bytes.length, this.#room(sent))
    if (count > 0 && !connection.write(bytes.slice(0, count))) {
      this.#kept += count
      this.#pieces += 1
      sent.bytes.add(count)
      sent.chunks.add(1)
    }
    this.#choked = connection.pending > 0 && count < bytes.length
    return count > 0 ? count : 'EAGAIN'
  }

  /** How many bytes it may keep. While the kernel holds too much altogether, that is a page at a time. */
  #room(sent: QueueGauges): number {
    const { pending } = this.connection
    const room = Math.min(SOCKET_BUFFER, this.#options.values.sendBuffer) - pending
    if (!isFull(sent)) return room
    reachLimit(sent)
    return pending > 0 ? 0 : Math.min(room, PAGE)
  }
}
