/** One end of a connection on the virtual network. */

import type { Address, SocketAddress } from '../../base/address.js'
import { formatEndpoint } from '../../base/endpoint.js'
import type { ErrnoName } from '../../base/errno.js'
import { StreamConnection } from '../connection/stream-connection.js'
import { Waiting } from '../connection/waiting.js'
import { HostError } from '../contract/error.js'
import type { EventQueue } from './event-queue.js'
import { Segment } from './segment.js'

/** Bytes under way in one direction, sent and not read, before the writer must wait. */
const WINDOW = 3 * 87_380
/** The most bytes that arrive at once. */
const SEGMENT_SIZE = 64 * 1024

/** What an end needs of its network. */
export interface Wire<At extends SocketAddress = Address> {
  readonly queue: EventQueue
  /** The connection is over on this end: nothing comes, nothing is left to be sent. */
  over(connection: VirtualConnection<At>): void
}

/**
 * What is left of an end on the wire: all, until its owner closes it; then what it has sent is still on its way and its peer's
 * FIN to come; then nothing.
 */
type Presence = 'present' | 'leaving' | 'gone'

/**
 * One end of a connection. What it sends travels through the network's queue to the other end, whose kernel holds it until it
 * is read. Without latencies or faults nothing is lost on the way, so that there are no acknowledgements; what remains of TCP
 * is a window, the two FINs and RST.
 */
export class VirtualConnection<At extends SocketAddress = Address> extends StreamConnection<At> {
  readonly local: At
  readonly remote: At
  readonly #wire: Wire<At>
  #peer: VirtualConnection<At> | undefined
  #presence: Presence = 'present'
  /** The peer's FIN has arrived; ours has been sent. */
  #endArrived = false
  #endSent = false
  /** Why the peer's RST has ended it. */
  #broken: ErrnoName | undefined

  /** What waits for the window to open, in the writer's own buffers. */
  readonly #waiting = new Waiting()
  /** A try to write found the window too small. */
  #choked = false
  /** Bytes sent that the peer has not read. */
  #unread = 0
  /** What was sent last, and when: it is still the last of the queue's events if none was posted since. */
  #last: Segment | undefined
  #lastPost = 0
  /** Bytes were sent to a peer that had closed: it answers with RST. */
  #sentInVain = false

  private constructor(wire: Wire<At>, local: At, remote: At, connected: boolean) {
    super(connected)
    this.#wire = wire
    this.local = local
    this.remote = remote
  }

  /** An end that asks for a connection; {@link VirtualConnection.accept} or {@link VirtualConnection.decline} answers. */
  static outgoing<At extends SocketAddress>(wire: Wire<At>, local: At, remote: At): VirtualConnection<At> {
    return new VirtualConnection(wire, local, remote, false)
  }

  get pending(): number {
    return this.#waiting.length
  }

  /**
   * Answers with a connection. Like on Linux's loopback the handshake is over at once, only the news of it travels: an end
   * that is closed before `onConnect` has connected all the same.
   *
   * @param local - the other end's own address
   * @param remote - this end's address as the other end shows it
   * @returns the other end
   */
  accept(local: At, remote: At): VirtualConnection<At> {
    const other = new VirtualConnection(this.#wire, local, remote, true)
    other.#peer = this
    this.#peer = other
    return other
  }

  /** A line for messages. */
  describe(): string {
    return `${formatEndpoint(this.local)} -> ${formatEndpoint(this.remote)} ${this.#presence}`
  }

  /** The news of {@link VirtualConnection.accept}. */
  established(): void {
    if (!this.open) return
    // Linux tells the last news only.
    if (this.#peer !== undefined && this.#peer.#presence === 'gone') this.fail('ECONNRESET')
    else this.establish()
  }

  /** Answers that it cannot be: there is no listener. */
  decline(code: ErrnoName = 'ECONNREFUSED'): void {
    this.fail(code)
  }

  write(data: Uint8Array): boolean {
    this.#requireSound()
    const sent = this.pending > 0 ? 0 : this.#send(data)
    if (sent < data.length) this.#waiting.push(data.subarray(sent))
    return this.pending === 0
  }

  override get writesAtOnce(): boolean {
    return true
  }

  override tryWrite(data: Uint8Array): number {
    this.#requireSound()
    if (this.pending > 0) return 0
    const taken = this.#send(data)
    this.#choked = taken < data.length
    return taken
  }

  /** Accepted: a virtual wire has no Nagle, every write leaves at once. */
  override setNoDelay(_enable: boolean): void {}

  /** Accepted: a virtual peer does not vanish silently, so that there is nothing to probe for. */
  override setKeepAlive(_enable: boolean, _idle: number): void {}

  protected override resume(): void {}

  protected override pause(): void {}

  protected override soon(callback: () => void): void {
    this.#wire.queue.post(callback)
  }

  protected override sendFin(): void {
    this.#endSent = true
    this.#toPeer((peer) => peer.#receiveEnd())
  }

  protected override release(): void {
    this.#forget()
    const peer = this.#peer
    if (peer === undefined || peer.#presence === 'gone' || this.#broken !== undefined) this.#over()
    // Bytes that the peer sent and that were not read: FIN would say that they were (RFC 2525, section 2.17).
    else if (peer.#unread > 0) this.abort()
    else {
      this.#presence = 'leaving'
      if (!this.#endSent) this.sendFin()
      this.#settle()
    }
  }

  protected override abort(): void {
    if (this.#presence === 'gone') return
    this.#toPeer((peer) => peer.#receiveReset())
    this.#over()
  }

  /** The peer may send as many bytes more. */
  protected override onDelivered(bytes: number): void {
    const peer = this.#peer
    if (peer === undefined) return
    peer.#unread -= bytes
    if (peer.pending > 0 || peer.#choked) this.#wire.queue.post(() => peer.#onRoom())
  }

  protected override onEndDelivered(): void {
    if (this.#broken !== undefined && !this.broken) this.fail(this.#broken)
  }

  /** @throws {HostError} what keeps bytes from being sent */
  #requireSound(): void {
    this.requireWritable()
    // A writer does not wait for a RST that comes after unread bytes, or is still on its way.
    const code = this.#broken ?? this.#refused()
    if (code !== undefined) this.refuse(new HostError(code, 'the peer has reset the connection'))
  }

  /** What a peer that is gone makes of the next write: on one machine it answers at once. */
  #refused(): ErrnoName | undefined {
    const peer = this.#peer
    if (this.pending > 0) return undefined
    if (peer !== undefined && peer.#presence === 'gone') return 'ECONNRESET'
    // Between paths the writer knows at once; by TCP the peer has to answer first.
    const known = this.local.family === 'unix' && peer !== undefined && peer.#presence === 'leaving'
    return known || this.#sentInVain ? 'EPIPE' : undefined
  }

  /** Sends as much of the bytes as the window lets through. A byte is copied here and nowhere else. @returns how many */
  #send(data: Uint8Array): number {
    const count = Math.min(data.length, WINDOW - this.#unread)
    for (let at = 0; at < count; at += SEGMENT_SIZE)
      this.#transmit(data.subarray(at, Math.min(count, at + SEGMENT_SIZE)))
    return count
  }

  /** Sends bytes: with those before, if those have not left and nothing else has happened since. */
  #transmit(data: Uint8Array): void {
    this.#unread += data.length
    const peer = this.#peer
    this.#sentInVain = peer !== undefined && peer.#presence === 'leaving'
    const { queue } = this.#wire
    if (
      this.#last !== undefined &&
      queue.posted === this.#lastPost &&
      this.#last.length + data.length <= SEGMENT_SIZE
    ) {
      this.#last.add(data)
      return
    }
    const segment = new Segment(data)
    this.#last = segment
    this.#toPeer((peer) => {
      if (this.#last === segment) this.#last = undefined
      peer.#receive(segment.bytes)
    })
    this.#lastPost = queue.posted
  }

  #toPeer(news: (peer: VirtualConnection<At>) => void): void {
    const peer = this.#peer
    if (peer !== undefined) this.#wire.queue.post(() => news(peer))
  }

  /** The window has opened. */
  #onRoom(): void {
    if (!this.open || (this.pending === 0 && !this.#choked)) return
    if (!this.sendWaiting(this.#waiting, (data) => this.#send(data))) return
    this.#choked = false
    this.drain()
  }

  #receive(segment: Uint8Array): void {
    if (this.#presence === 'leaving') this.abort()
    else if (this.#presence === 'present') this.arrive(segment)
  }

  #receiveEnd(): void {
    this.#endArrived = true
    if (this.#presence === 'present') this.arriveEnd()
    this.#settle()
  }

  #receiveReset(): void {
    // Over both ways: there is nothing left to be reset.
    if (this.#endArrived && this.#endSent) return
    // What Linux says: of a connection whose peer had finished, only a write can fail.
    this.#broken = this.#endArrived ? 'EPIPE' : 'ECONNRESET'
    if (this.#presence !== 'present') this.#over()
    else if (this.pending > 0) this.fail(this.#broken)
    else this.arriveFailure(this.#broken)
  }

  /** A closed end is over once both FINs have arrived. */
  #settle(): void {
    if (this.#presence === 'leaving' && this.#endSent && this.#endArrived) this.#over()
  }

  #over(): void {
    this.#forget()
    this.#presence = 'gone'
    this.#wire.over(this)
  }

  /** What was not sent is its writer's. */
  #forget(): void {
    this.#waiting.clear()
    this.#choked = false
  }
}
