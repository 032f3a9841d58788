/** Descriptors that are connected to each other inside the kernel: `socketpair()` and `pipe()`. */
import type { ErrnoName } from '../abi/errno.js'
import { Descriptor, type OptionName, type Result } from './descriptor.js'
import { concat, Outbox } from './outbox.js'
import { Poll } from './readiness.js'
import { ReceiveQueue } from './receive-queue.js'

/** Bytes that may wait in one direction: a pipe's capacity on Linux. */
const CAPACITY = 64 * 1024

/** One end of a pair. */
export class PairEnd extends Descriptor {
  readonly #changed: (descriptor: Descriptor) => void
  readonly #received = new ReceiveQueue()
  #outbox: Outbox | undefined
  #peer: PairEnd | undefined
  #sendEnded = false
  #receiveEnded = false
  #reset = false

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
    let events = 0
    if (this.access !== 'write') {
      if (this.#received.length > 0) events |= Poll.IN
      if (this.#atEnd) events |= this.domain === undefined ? Poll.HUP : Poll.IN | Poll.RDHUP
    }
    if (this.access !== 'read') {
      if (this.#peer === undefined) events |= Poll.OUT | (this.access === 'write' ? Poll.ERR : Poll.HUP)
      else if (this.#sendEnded || this.#room > 0) events |= Poll.OUT
    }
    if (this.#sendEnded && this.#receiveEnded) events |= Poll.HUP
    return events
  }

  override read(heap: Uint8Array, address: number, length: number, peek: boolean): Result {
    if (this.access === 'write') return 'EBADF'
    const count = this.#received.copyTo(heap, address, length, peek)
    if (count === 0 && length > 0) return this.#readEnd()
    if (!peek) this.#madeRoom()
    return count
  }

  override readPayload(max: number): Uint8Array | ErrnoName {
    if (this.access === 'write') return 'EBADF'
    const chunk = this.#received.take(max)
    if (chunk === undefined) {
      const end = this.#readEnd()
      return typeof end === 'string' ? end : NOTHING
    }
    this.#madeRoom()
    return chunk
  }

  override write(heap: Uint8Array, address: number, length: number): Result {
    const room = this.#writable(length)
    if (typeof room === 'string') return room
    this.#deliver(heap.slice(address, address + room))
    return room
  }

  override writePayload(length: number): Result {
    const room = this.#writable(length)
    if (typeof room === 'string') return room
    const outbox = this.outbox()
    this.#deliver(concat(outbox.peek(room)))
    outbox.advance(room)
    return room
  }

  override outbox(): Outbox {
    this.#outbox ??= new Outbox()
    return this.#outbox
  }

  override shutdown(receive: boolean, send: boolean): Result {
    if (this.domain === undefined) return 'ENOTSOCK'
    if (receive) this.#receiveEnded = true
    if (send) {
      this.#sendEnded = true
      if (this.#peer !== undefined) {
        this.#peer.#receiveEnded = true
        this.#changed(this.#peer)
      }
    }
    this.#changed(this)
    return 0
  }

  override getOption(name: OptionName): Result {
    if (this.domain === undefined) return 'ENOTSOCK'
    if (name === 'sendBuffer' || name === 'receiveBuffer') return CAPACITY
    return name === 'error' || name === 'acceptsConnections' ? 0 : 'EOPNOTSUPP'
  }

  override setOption(): Result {
    return this.domain === undefined ? 'ENOTSOCK' : 'EOPNOTSUPP'
  }

  override close(): void {
    const peer = this.#peer
    this.#peer = undefined
    if (peer === undefined) return
    peer.#peer = undefined
    peer.#receiveEnded = true
    // A socket that is closed with unread bytes takes them down with a reset; a pipe does not mind.
    peer.#reset = this.domain !== undefined && this.#received.length > 0
    this.#received.clear()
    this.#changed(peer)
  }

  get #atEnd(): boolean {
    return this.#receiveEnded || this.#peer === undefined
  }

  #readEnd(): Result {
    if (this.#reset) {
      this.#reset = false
      return 'ECONNRESET'
    }
    return this.#atEnd ? 0 : 'EAGAIN'
  }

  get #room(): number {
    return this.#peer === undefined ? 0 : CAPACITY - this.#peer.#received.length
  }

  #writable(length: number): number | ErrnoName {
    if (this.access === 'read') return 'EBADF'
    if (this.#peer === undefined || this.#sendEnded) return 'EPIPE'
    const count = Math.min(length, this.#room)
    return count > 0 || length === 0 ? count : 'EAGAIN'
  }

  #deliver(chunk: Uint8Array): void {
    if (this.#peer === undefined) return
    this.#peer.#received.push(chunk)
    this.#changed(this.#peer)
  }

  #madeRoom(): void {
    if (this.#peer !== undefined) this.#changed(this.#peer)
  }
}

const NOTHING = new Uint8Array(0)
