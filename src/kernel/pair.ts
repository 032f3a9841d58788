/** Descriptors that are connected to each other inside the kernel: `socketpair()` and `pipe()`. */
import type { ErrnoName } from '../abi/errno.js'
import { Descriptor, type OptionName, type Result } from './descriptor.js'
import { concat, Outbox } from './outbox.js'
import { Poll } from './readiness.js'
import { ReceiveQueue } from './receive-queue.js'

/** Bytes that may wait in one direction: a pipe's capacity on Linux. */
const CAPACITY = 64 * 1024

/** What a pipe takes in one piece, as on Linux. */
const PIPE_BUF = 4096

/** One end of a pair. */
export class PairEnd extends Descriptor {
  readonly #changed: (descriptor: Descriptor) => void
  readonly #received = new ReceiveQueue()
  #outbox: Outbox | undefined
  #peer: PairEnd | undefined
  #sendEnded = false
  #receiveEnded = false
  #error: ErrnoName | undefined

  private constructor(kind: 'socket' | 'pipe', access: 'read' | 'write' | 'both', changed: (d: Descriptor) => void) {
    super(kind === 'socket' ? 'unix' : undefined, access)
    this.#changed = changed
  }

  /** Two sockets of `AF_UNIX`; what one writes the other reads. */
  static sockets(changed: (descriptor: Descriptor) => void): [PairEnd, PairEnd] {
    return PairEnd.#join(new PairEnd('socket', 'both', changed), new PairEnd('socket', 'both', changed))
  }

  /** A pipe: the first end reads what the second writes. */
  static pipe(changed: (descriptor: Descriptor) => void): [PairEnd, PairEnd] {
    return PairEnd.#join(new PairEnd('pipe', 'read', changed), new PairEnd('pipe', 'write', changed))
  }

  static #join(one: PairEnd, other: PairEnd): [PairEnd, PairEnd] {
    one.#peer = other
    other.#peer = one
    return [one, other]
  }

  override readiness(): number {
    const error = this.#error === undefined ? 0 : Poll.ERR
    return error | (this.domain === undefined ? this.#pipeReadiness() : this.#socketReadiness())
  }

  override arrived(): Result {
    if (this.#received.length > 0) return this.#received.length
    return this.#takeError() ?? (this.#receiveEnded ? 0 : 'EAGAIN')
  }

  override take(heap: Uint8Array, address: number, length: number, peek: boolean): number {
    const count = this.#received.copyTo(heap, address, length, peek)
    if (!peek) this.#madeRoom()
    return count
  }

  override takePayload(max: number): Uint8Array {
    const chunk = this.#received.take(max)
    this.#madeRoom()
    return chunk
  }

  override room(wanted: number): Result {
    if (this.#sendEnded) return 'EPIPE'
    const room = this.#free
    if (wanted <= room) return wanted
    // What fits into PIPE_BUF goes through a pipe in one piece or not at all.
    return room === 0 || (this.domain === undefined && wanted <= PIPE_BUF) ? 'EAGAIN' : room
  }

  override send(bytes: Uint8Array): void {
    const peer = this.#peer
    if (peer === undefined) return
    peer.#received.push(bytes)
    this.#changed(peer)
  }

  override sendPayload(length: number): Result {
    const outbox = this.outbox()
    const room = this.room(length)
    if (typeof room === 'string') return room
    const bytes = concat(outbox.peek(room))
    if (bytes.length !== room) return 'EFAULT'
    this.send(bytes)
    outbox.advance(room)
    return room
  }

  override outbox(): Outbox {
    this.#outbox ??= new Outbox()
    return this.#outbox
  }

  override shutdown(receive: boolean, send: boolean): Result {
    if (this.domain === undefined) return 'ENOTSOCK'
    this.#end(receive, send)
    if (this.#peer !== undefined) this.#peer.#end(send, receive)
    return 0
  }

  override getOption(name: OptionName): Result {
    if (this.domain === undefined) return 'ENOTSOCK'
    if (name === 'sendBuffer' || name === 'receiveBuffer') return CAPACITY
    if (name === 'error') return this.#takeError() ?? 0
    return name === 'acceptsConnections' ? 0 : 'EOPNOTSUPP'
  }

  override setOption(name: OptionName): Result {
    if (this.domain === undefined) return 'ENOTSOCK'
    // Nothing lingers here, what was sent has arrived; and there is no address.
    return name === 'linger' || name === 'reuseAddress' ? 0 : 'EOPNOTSUPP'
  }

  override close(): void {
    const peer = this.#peer
    this.#peer = undefined
    if (peer !== undefined) {
      peer.#peer = undefined
      // A socket that is closed with unread bytes takes the connection down with a reset; a pipe does not mind.
      if (this.domain !== undefined && this.#received.length > 0) peer.#error = 'ECONNRESET'
      peer.#end(true, true)
    }
    this.#received.clear()
  }

  #socketReadiness(): number {
    let events = this.#received.length > 0 ? Poll.IN : 0
    if (this.#receiveEnded) events |= Poll.IN | Poll.RDHUP
    if (this.#sendEnded || this.#free > 0) events |= Poll.OUT
    if (this.#receiveEnded && this.#sendEnded) events |= this.#received.hangup
    return events
  }

  #pipeReadiness(): number {
    if (this.access === 'write') {
      if (this.#sendEnded) return Poll.OUT | Poll.ERR
      return this.#free >= PIPE_BUF ? Poll.OUT : 0
    }
    return (this.#received.length > 0 ? Poll.IN : 0) | (this.#receiveEnded ? this.#received.hangup : 0)
  }

  #end(receive: boolean, send: boolean): void {
    this.#receiveEnded ||= receive
    this.#sendEnded ||= send
    this.#changed(this)
  }

  #takeError(): ErrnoName | undefined {
    const error = this.#error
    this.#error = undefined
    return error
  }

  /** Bytes the peer has room for. */
  get #free(): number {
    return this.#peer === undefined ? 0 : CAPACITY - this.#peer.#received.length
  }

  #madeRoom(): void {
    if (this.#peer !== undefined) this.#changed(this.#peer)
  }
}
