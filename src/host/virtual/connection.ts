/** Connections of the virtual network. */

import type { Address, SocketAddress } from '../../base/address.js'
import { NO_BYTES } from '../../base/bytes.js'
import { formatEndpoint } from '../../base/endpoint.js'
import type { ErrnoName } from '../../base/errno.js'
import { StreamConnection } from '../connection/stream-connection.js'
import { UnsentBytes } from '../connection/unsent-bytes.js'
import { HostError } from '../contract/error.js'
import { phaseOf, type SocketRow } from './netstat.js'
import { HEADERS, localPath, type Path } from './path.js'
import type { Queue } from './queue.js'
import { Segment } from './segment.js'
import type { PacketKind } from './tap.js'

/** The number of bytes that may be sent and unread in one direction before the writer must wait. */
export const WINDOW = 3 * 87_380
/** The maximum number of bytes that arrive at once. */
const SEGMENT_SIZE = 64 * 1024
/** The most bytes in one packet between machines: what IPv4 has room for beside the headers. */
const PACKET_SIZE = 65_535 - HEADERS

/** The operations that a connection requires of its network. */
export interface Wire<At extends SocketAddress = Address> {
  readonly queue: Queue
  /** This end of the connection has terminated: nothing arrives, and nothing is left to be sent. */
  over(connection: VirtualConnection<At>): void
}

/**
 * The state of an end on the wire: present until its owner closes it; then leaving, while its bytes are in transit
 * and its peer's FIN has not arrived; then gone.
 */
type Presence = 'present' | 'leaving' | 'gone'

/**
 * One end of a connection. Its bytes travel along a path to the other end, whose kernel holds them until they are read.
 * The path sends again what it loses, so what remains of TCP here is a window, the two FINs and RST. On one machine
 * each end sees the state of the other one at once, as on Linux; over a distance it knows only what has arrived.
 */
export class VirtualConnection<At extends SocketAddress = Address> extends StreamConnection<At> {
  readonly local: At
  readonly remote: At
  readonly #wire: Wire<At>
  #peer: VirtualConnection<At> | undefined
  #presence: Presence = 'present'
  /** Whether the peer's FIN has arrived, and whether ours has been sent. */
  #endArrived = false
  #endSent = false
  /** The error caused by the peer's RST. */
  #broken: ErrnoName | undefined

  /** The bytes that wait for the window to open, in the writer's own buffers. */
  readonly #waiting = new UnsentBytes()
  /** Whether an attempt to write found the window too small. */
  #choked = false
  /** The number of bytes sent that the peer has not read. */
  #unread = 0
  /** The last segment sent, and its position: it is still the last event of the queue if none was posted since. */
  #last: Segment | undefined
  #lastPost = 0
  /** Whether bytes were sent to a peer that had closed; the peer answers with RST. */
  #sentInVain = false
  /** The bytes that have arrived over a distance and were not read. */
  #arrived = 0
  #path: Path
  /** When something happened to it last, in milliseconds of virtual time. */
  #changed: number | undefined

  private constructor(wire: Wire<At>, local: At, remote: At, connected: boolean, path: Path) {
    super(connected)
    this.#wire = wire
    this.#path = path
    this.#changed = wire.queue.elapsed
    this.local = local
    this.remote = remote
  }

  /** Creates the connecting end. {@link VirtualConnection.accept} or {@link VirtualConnection.decline} completes it. */
  static outgoing<At extends SocketAddress>(wire: Wire<At>, local: At, remote: At): VirtualConnection<At> {
    return new VirtualConnection(wire, local, remote, false, localPath(wire.queue))
  }

  /** Creates the connecting end, whose other end is on another machine. */
  static distant(wire: Wire, local: Address, remote: Address, path: Path): VirtualConnection {
    return new VirtualConnection(wire, local, remote, false, path)
  }

  get pending(): number {
    return this.#waiting.length
  }

  /**
   * Accepts the connection. As on Linux's loopback, the handshake completes immediately, and only its notification
   * travels: an end that is closed before `onConnect` has been connected nevertheless.
   *
   * @param local - the other end's local address
   * @param remote - this end's address in the form that the other end reports
   * @param wire - the network of the other end, if that is another one
   * @param path - the path from the other end to this one
   * @returns the other end
   */
  accept(local: At, remote: At, wire = this.#wire, path = this.#path): VirtualConnection<At> {
    const other = new VirtualConnection(wire, local, remote, true, path)
    other.#peer = this
    this.#peer = other
    return other
  }

  /** A description for messages. @param nameOf - the name of the machine with an address */
  describe(nameOf: (host: string) => string | undefined = () => undefined): string {
    const { remote } = this
    const name = 'host' in remote ? nameOf(remote.host) : undefined
    const ends = `${formatEndpoint(this.local)} -> ${formatEndpoint(remote)}${name === undefined ? '' : ` (${name})`}`
    const since = this.#changed === undefined ? '' : `, which ${this.#waitsFor} since ${this.#changed} ms`
    return `${ends} ${this.#presence}${since}`
  }

  /** What `netstat` says of it. */
  get state(): SocketRow {
    const phases = { isConnected: this.connected, hasSentEnd: this.#endSent, hasReceivedEnd: this.#endArrived }
    return {
      protocol: 'tcp',
      local: formatEndpoint(this.local),
      remote: formatEndpoint(this.remote),
      state: phaseOf(phases),
      received: this.#path.isLocal ? this.#unreadHere : this.#arrived,
      sent: this.#unread + this.pending,
    }
  }

  /** What the other end on this machine has sent, and this end's program has not taken. */
  get #unreadHere(): number {
    return this.#peer === undefined ? 0 : this.#peer.#unread
  }

  get #waitsFor(): string {
    if (this.#presence === 'leaving') return 'waits for the end of its peer'
    if (!this.connected) return 'waits to be connected'
    if (this.pending > 0 || this.#choked) return `waits to send: its peer has ${this.#unread} bytes unread`
    return this.flowing ? 'waits for bytes' : 'is not read'
  }

  /** Delivers the notification of {@link VirtualConnection.accept}. */
  established(): void {
    this.#changed = this.#wire.queue.elapsed
    if (!this.open) return
    // Linux reports only the latest event.
    if (this.#path.isLocal && this.#peer !== undefined && this.#peer.#presence === 'gone') this.fail('ECONNRESET')
    else this.establish()
  }

  /** Whether it was closed, by whichever side. */
  get isOver(): boolean {
    return this.#presence !== 'present' || !this.open
  }

  /** Sets the path for what is sent from now on. */
  follow(path: Path): void {
    this.#path = path
  }

  /** The other end has not answered for too long. */
  expire(): void {
    if (this.#presence === 'gone') return
    this.#broken = 'ETIMEDOUT'
    if (this.#presence === 'present' && !this.connected) this.fail('ETIMEDOUT')
    else this.#break()
  }

  /** Ends it without a word to either side: its machine has crashed. */
  vanish(): void {
    this.#path.drop()
    this.#over()
  }

  /** Refuses the connection: there is no listener. */
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

  /** Accepted without effect: a virtual wire has no Nagle algorithm, every write is sent immediately. */
  override setNoDelay(_enable: boolean): void {}

  /** Accepted without effect: a virtual peer does not vanish silently, so there is nothing to probe for. */
  override setKeepAlive(): void {}

  protected override resume(): void {}

  protected override pause(): void {}

  protected override soon(callback: () => void): void {
    this.#wire.queue.post(callback)
  }

  protected override sendFin(): void {
    this.#changed = this.#wire.queue.elapsed
    this.#endSent = true
    this.#toPeer((peer) => peer.#receiveEnd(), NO_BYTES, 'end')
  }

  protected override release(): void {
    this.#forget()
    // It has vanished with its machine, which sends no more.
    if (this.#presence === 'gone') return
    const peer = this.#peer
    const isAlone = peer === undefined || (this.#path.isLocal && peer.#presence === 'gone')
    if (isAlone || this.#broken !== undefined) this.#over()
    // The peer's bytes were not read, and FIN would imply that they were (RFC 2525, section 2.17).
    else if ((this.#path.isLocal ? peer.#unread : this.#arrived) > 0) this.abort()
    else {
      this.#presence = 'leaving'
      if (!this.#endSent) this.sendFin()
      this.#settle()
    }
  }

  protected override abort(): void {
    if (this.#presence === 'gone') return
    this.#toPeer((peer) => peer.#receiveReset(), NO_BYTES, 'reset')
    this.#over()
  }

  /** Opens the peer's window by as many bytes. */
  protected override onDelivered(bytes: number): void {
    const peer = this.#peer
    if (peer === undefined) return
    if (!this.#path.isLocal) {
      this.#arrived -= bytes
      this.#toPeer((peer) => peer.#acknowledge(bytes), NO_BYTES, 'read', bytes)
      return
    }
    peer.#unread -= bytes
    if (peer.pending > 0 || peer.#choked) this.#wire.queue.post(() => peer.#onRoom())
  }

  #acknowledge(bytes: number): void {
    this.#unread -= bytes
    this.#onRoom()
  }

  protected override onEndDelivered(): void {
    if (this.#broken !== undefined && !this.broken) this.fail(this.#broken)
  }

  /** @throws {HostError} the error that prevents bytes from being sent */
  #requireSound(): void {
    this.requireWritable()
    // A writer does not wait for a RST that is behind unread bytes, or still in transit.
    const code = this.#broken ?? this.#refused()
    if (code !== undefined) this.refuse(new HostError(code, 'the peer has reset the connection'))
  }

  /** The error of the next write to a peer that is gone: on one machine the peer answers immediately. */
  #refused(): ErrnoName | undefined {
    const peer = this.#peer
    if (this.pending > 0 || !this.#path.isLocal) return undefined
    if (peer !== undefined && peer.#presence === 'gone') return 'ECONNRESET'
    // Between paths the writer knows immediately; with TCP the peer has to answer first.
    const known = this.local.family === 'unix' && peer !== undefined && peer.#presence === 'leaving'
    return known || this.#sentInVain ? 'EPIPE' : undefined
  }

  /** Sends as many bytes as the window allows. Bytes are copied only here. @returns the number of bytes sent */
  #send(data: Uint8Array): number {
    const count = Math.min(data.length, WINDOW - this.#unread)
    const most = this.#path.isLocal ? SEGMENT_SIZE : PACKET_SIZE
    for (let at = 0; at < count; at += most) this.#transmit(data.subarray(at, Math.min(count, at + most)))
    return count
  }

  /** Sends bytes; they join the last segment if that has not left and no other event was posted since. */
  #transmit(data: Uint8Array): void {
    this.#changed = this.#wire.queue.elapsed
    this.#unread += data.length
    const peer = this.#peer
    this.#sentInVain = peer !== undefined && peer.#presence === 'leaving'
    const { queue } = this.#wire
    if (
      this.#path.isLocal &&
      this.#last !== undefined &&
      queue.posted === this.#lastPost &&
      this.#last.length + data.length <= SEGMENT_SIZE
    ) {
      this.#last.add(data)
      return
    }
    const segment = new Segment(data)
    this.#last = segment
    this.#toPeer(
      (peer) => {
        if (this.#last === segment) this.#last = undefined
        peer.#receive(segment.bytes)
      },
      segment.bytes,
      'data',
    )
    this.#lastPost = queue.posted
  }

  #toPeer(news: (peer: VirtualConnection<At>) => void, bytes: Uint8Array, kind: PacketKind, read = 0): void {
    const peer = this.#peer
    if (peer !== undefined) this.#path.send(bytes, () => news(peer), kind, read)
  }

  /** Continues sending after the window has opened. */
  #onRoom(): void {
    if (!this.open || (this.pending === 0 && !this.#choked)) return
    if (!this.sendWaiting(this.#waiting, (data) => this.#send(data))) return
    this.#choked = false
    this.drain()
  }

  #receive(segment: Uint8Array): void {
    this.#changed = this.#wire.queue.elapsed
    if (this.#presence === 'leaving') this.abort()
    else if (this.#presence === 'present') {
      if (!this.#path.isLocal) this.#arrived += segment.length
      this.arrive(segment)
    } else this.#answerReset()
  }

  /** Over a distance, the peer learns only now that this end is gone. */
  #answerReset(): void {
    const peer = this.#peer
    if (!this.#path.isLocal && peer !== undefined) this.#path.sendOnce(() => peer.#receiveReset())
  }

  #receiveEnd(): void {
    if (this.#presence === 'gone') {
      this.#answerReset()
      return
    }
    this.#endArrived = true
    if (this.#presence === 'present') this.arriveEnd()
    this.#settle()
  }

  #receiveReset(): void {
    // Both directions have ended, so nothing is left to reset.
    if ((this.#endArrived && this.#endSent) || this.#broken !== undefined) return
    // As on Linux: on a connection whose peer had finished, only a write can fail.
    this.#broken = this.#endArrived ? 'EPIPE' : 'ECONNRESET'
    this.#break()
  }

  /** Reports why the connection is broken; undelivered bytes come first. */
  #break(): void {
    const code = this.#broken ?? 'ECONNRESET'
    if (this.#presence !== 'present') this.#over()
    else if (this.pending > 0) this.fail(code)
    else this.arriveFailure(code)
  }

  /** Terminates a closed end once both FINs have arrived. */
  #settle(): void {
    if (this.#presence === 'leaving' && this.#endSent && this.#endArrived) this.#over()
  }

  #over(): void {
    this.#forget()
    this.#presence = 'gone'
    this.#wire.over(this)
  }

  /** Discards unsent bytes: their writer owns them again. */
  #forget(): void {
    this.#waiting.clear()
    this.#choked = false
  }
}
