/** One end of a connection on the virtual network. */
import type { Address, SocketAddress } from '../../abi/address.js'
import type { ErrnoName } from '../../abi/errno.js'
import { Fifo } from '../fifo.js'
import { HostConnection, HostError } from '../host.js'
import type { EventQueue } from './event-queue.js'
import { Segment } from './segment.js'

/** Bytes under way in one direction, sent and not read, before the writer must wait. */
const WINDOW = 256 * 1024
/** The most bytes that arrive at once. */
const SEGMENT_SIZE = 64 * 1024

/** What an end needs of its network. */
export interface Wire<At extends SocketAddress = Address> {
  readonly queue: EventQueue
  /** The connection is over on this end: nothing comes, nothing is left to be sent. */
  over(connection: VirtualConnection<At>): void
}

/**
 * One end of a connection. What it sends travels through the network's queue to the other end, which holds it until it is
 * read. Without latencies or faults nothing is lost on the way, so that there are no acknowledgements; what remains of TCP
 * is a window, the two FINs and RST.
 */
export class VirtualConnection<At extends SocketAddress = Address> extends HostConnection<At> {
  readonly local: At
  readonly remote: At
  readonly #wire: Wire<At>
  #peer: VirtualConnection<At> | undefined

  /**
   * `connecting`: nothing is known yet. `open`: events may come. `closed`: let go by its owner, may have bytes left to send.
   * `gone`: over.
   */
  #state: 'connecting' | 'open' | 'closed' | 'gone'

  /** What arrived and was not read. */
  readonly #inbox = new Fifo<Uint8Array>()
  #reading = false
  /** The peer's FIN has arrived, and has been told. */
  #endArrived = false
  #endTold = false
  /** The peer's RST has arrived; told once what came before it is, unless a write has told it. */
  #broken: ErrnoName | undefined
  #brokenTold = false

  /** What waits for the window to open, in the writer's own buffers. */
  readonly #outbox = new Fifo<Uint8Array>()
  #pending = 0
  /** Bytes sent that the peer has not read. */
  #unread = 0
  /** What was sent last, and when: it is still the last of the queue's events if none was posted since. */
  #last: Segment | undefined
  #lastPost = 0
  /** Bytes were sent to a peer that had closed: it answers with RST. */
  #sentInVain = false
  /** FIN is to be sent after the last byte, and has been sent. */
  #endAsked = false
  #endSent = false

  private constructor(wire: Wire<At>, local: At, remote: At, state: 'connecting' | 'open') {
    super()
    this.#wire = wire
    this.local = local
    this.remote = remote
    this.#state = state
  }

  /** An end that asks for a connection; {@link VirtualConnection.accept} or {@link VirtualConnection.refuse} answers. */
  static outgoing<At extends SocketAddress>(wire: Wire<At>, local: At, remote: At): VirtualConnection<At> {
    return new VirtualConnection(wire, local, remote, 'connecting')
  }

  get pending(): number {
    return this.#pending
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
    const other = new VirtualConnection(this.#wire, local, remote, 'open')
    other.#peer = this
    this.#peer = other
    return other
  }

  /** A line for messages. */
  describe(): string {
    return `${show(this.local)} -> ${show(this.remote)} ${this.#state}`
  }

  /** The news of {@link VirtualConnection.accept}. */
  established(): void {
    if (this.#state !== 'connecting') return
    // Linux tells the last news only.
    if (this.#peer !== undefined && this.#peer.#state === 'gone') return this.#fail('ECONNRESET')
    this.#state = 'open'
    this.events?.onConnect()
  }

  /** Answers that it cannot be: nobody listens. */
  refuse(code: ErrnoName = 'ECONNREFUSED'): void {
    this.#fail(code)
  }

  write(data: Uint8Array): boolean {
    this.#requireWritable()
    // A RST that waits behind unread bytes, or is still on its way, is not waited for by a writer.
    const broken = this.#broken ?? this.#refused
    if (broken !== undefined) {
      const code = this.#brokenTold ? 'EPIPE' : broken
      this.#brokenTold = true
      throw new HostError(code, 'the peer has reset the connection')
    }
    if (data.length > 0) {
      this.#outbox.push(data)
      this.#pending += data.length
      this.#send()
    }
    return this.#pending === 0
  }

  shutdown(): void {
    this.#requireWritable()
    if (this.#brokenTold) throw new HostError('ENOTCONN', 'the peer has reset the connection')
    this.#endAsked = true
    this.#send()
  }

  readStart(): void {
    if (this.#reading) return
    this.#reading = true
    this.#wire.queue.post(() => this.#tell())
  }

  readStop(): void {
    this.#reading = false
  }

  close(): void {
    if (this.#state === 'closed' || this.#state === 'gone') return
    if (this.#broken !== undefined) return this.#over()
    // Bytes that the peer sent and nobody read: FIN would say that they were (RFC 2525, section 2.17).
    const unread = this.#peer !== undefined && this.#peer.#unread > 0
    if (unread || this.#peer === undefined) {
      this.reset()
      return
    }
    this.#state = 'closed'
    this.#endAsked = true
    this.#send()
    this.#settle()
  }

  override reset(): void {
    if (this.#state === 'gone') return
    this.#toPeer((peer) => peer.#arriveReset())
    this.#over()
  }

  /** Accepted: a virtual wire has no Nagle, every write leaves at once. */
  override setNoDelay(_enable: boolean): void {}

  /** Accepted: a virtual peer does not vanish silently, so that there is nothing to probe for. */
  override setKeepAlive(_enable: boolean, _idle: number): void {}

  /** What a peer that is gone makes of the next write: on one machine it answers at once. */
  get #refused(): ErrnoName | undefined {
    const peer = this.#peer
    if (this.#pending > 0) return undefined
    if (peer !== undefined && peer.#state === 'gone') return 'ECONNRESET'
    // Between paths the writer knows at once; by TCP the peer has to answer first.
    const known = this.local.family === 'unix' && peer !== undefined && peer.#state === 'closed'
    return known || this.#sentInVain ? 'EPIPE' : undefined
  }

  /** Sends what the window lets through. A byte is copied here and nowhere else. */
  #send(): void {
    for (let room = WINDOW - this.#unread; room > 0; room = WINDOW - this.#unread) {
      const data = this.#outbox.first
      if (data === undefined) break
      const count = Math.min(data.length, SEGMENT_SIZE, room)
      this.#transmit(data.subarray(0, count))
      this.#pending -= count
      if (count === data.length) this.#outbox.shift()
      else this.#outbox.first = data.subarray(count)
    }
    if (this.#pending > 0 || !this.#endAsked || this.#endSent) return
    this.#endSent = true
    this.#toPeer((peer) => peer.#arriveEnd())
  }

  /** Sends bytes: with those before, if those have not left and nothing else has happened since. */
  #transmit(data: Uint8Array): void {
    this.#unread += data.length
    const peer = this.#peer
    this.#sentInVain = peer !== undefined && peer.#state === 'closed'
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
      peer.#arrive(segment.bytes)
    })
    this.#lastPost = queue.posted
  }

  #toPeer(news: (peer: VirtualConnection<At>) => void): void {
    const peer = this.#peer
    if (peer !== undefined) this.#wire.queue.post(() => news(peer))
  }

  /** The window has opened. */
  #resume(): void {
    if (this.#pending === 0) return
    this.#send()
    if (this.#pending > 0) return
    if (this.#state === 'open') this.events?.onDrain()
    this.#settle()
  }

  #arrive(segment: Uint8Array): void {
    if (this.#state === 'closed') this.reset()
    if (this.#state !== 'open') return
    this.#inbox.push(segment)
    this.#tell()
  }

  #arriveEnd(): void {
    this.#endArrived = true
    this.#tell()
    this.#settle()
  }

  #arriveReset(): void {
    // Over both ways: there is nothing left to be reset.
    if (this.#endArrived && this.#endSent) return
    // What Linux says: of a connection whose peer had finished, only a write can fail.
    this.#broken = this.#endArrived ? 'EPIPE' : 'ECONNRESET'
    if (this.#state === 'closed') this.#over()
    else if (this.#pending > 0) this.#fail(this.#broken)
    else this.#tell()
  }

  /** Tells what came, as far as the owner reads. */
  #tell(): void {
    while (this.#reading) {
      const segment = this.#inbox.shift()
      if (segment === undefined) break
      this.#taken(segment.length)
      this.events?.onData(segment)
    }
    if (this.#state !== 'open' || this.#inbox.length > 0) return
    const over = this.#endArrived || (this.#broken !== undefined && this.#brokenTold)
    if (over && !this.#endTold) {
      if (!this.#reading) return
      this.#endTold = true
      this.events?.onEnd()
    }
    if (this.#broken !== undefined && !this.#brokenTold) this.#fail(this.#broken)
  }

  /** The peer may send as many bytes more. */
  #taken(count: number): void {
    const peer = this.#peer
    if (peer === undefined) return
    peer.#unread -= count
    if (peer.#pending > 0) this.#wire.queue.post(() => peer.#resume())
  }

  #fail(code: ErrnoName): void {
    if (this.#state === 'closed' || this.#state === 'gone') return
    this.#over()
    this.events?.onError(code)
  }

  /** A closed end is over once both FINs have arrived. */
  #settle(): void {
    if (this.#state === 'closed' && this.#endSent && this.#endArrived) this.#over()
  }

  #over(): void {
    this.#state = 'gone'
    this.#inbox.clear()
    this.#outbox.clear()
    this.#pending = 0
    this.#wire.over(this)
  }

  #requireWritable(): void {
    if (this.#state === 'connecting') throw new HostError('ENOTCONN', 'cannot send before onConnect')
    if (this.#endAsked || this.#state === 'gone') throw new HostError('EPIPE', 'cannot send after the end')
  }
}

function show(address: SocketAddress): string {
  return address.family === 'unix' ? JSON.stringify(address.path) : `${address.host} ${address.port}`
}
