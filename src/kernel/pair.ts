/** Descriptors that are connected to each other inside the kernel: what one sends is what the other has received. */
import type { ErrnoName } from '../abi/errno.js'
import { ByteDescriptor, type Descriptor, type Domain, type Result } from './descriptor.js'
import { concat, Outbox } from './outbox.js'
import { ReceiveQueue } from './receive-queue.js'

/** Bytes that may wait in one direction: a pipe's capacity on Linux. */
export const CAPACITY = 64 * 1024

/** One end of two, or the only one as long as it has no peer. */
export abstract class PairEnd extends ByteDescriptor {
  protected readonly received = new ReceiveQueue()
  /** Nothing can be sent any more. */
  protected sendEnded = false
  /** Nothing comes any more. */
  protected receiveEnded = false
  readonly #changed: (descriptor: Descriptor) => void
  #outbox: Outbox | undefined
  #peer: PairEnd | undefined
  #error: ErrnoName | undefined

  protected constructor(
    domain: Domain | undefined,
    access: 'read' | 'write' | 'both',
    changed: (descriptor: Descriptor) => void,
  ) {
    super(domain, access)
    this.#changed = changed
  }

  override arrived(): Result {
    if (this.received.length > 0) return this.received.length
    return this.takeError() ?? (this.receiveEnded ? 0 : 'EAGAIN')
  }

  override take(heap: Uint8Array, address: number, length: number, peek: boolean): number {
    const count = this.received.copyTo(heap, address, length, peek)
    if (!peek) this.#madeRoom()
    return count
  }

  override takePayload(max: number): Uint8Array {
    const chunk = this.received.take(max)
    this.#madeRoom()
    return chunk
  }

  override write(bytes: Uint8Array): Result {
    const room = this.room(bytes.length)
    if (typeof room === 'number') this.#pass(bytes.slice(0, room))
    return room
  }

  override sendPayload(length: number): Result {
    const outbox = this.outbox()
    const room = this.room(length)
    if (typeof room === 'string') return room
    const bytes = concat(outbox.peek(room))
    if (bytes.length !== room) return 'EFAULT'
    this.#pass(bytes)
    outbox.advance(room)
    return room
  }

  override outbox(): Outbox {
    this.#outbox ??= new Outbox()
    return this.#outbox
  }

  /** Makes two ends each other's peers. */
  protected static join(one: PairEnd, other: PairEnd): void {
    one.#peer = other
    other.#peer = one
    one.#tell()
    other.#tell()
  }

  /** Lets go of the peer, for which all is over then. @param error - what it is told, after what was sent to it */
  protected part(error: ErrnoName | undefined): void {
    const peer = this.#peer
    this.#peer = undefined
    this.received.clear()
    if (peer === undefined) return
    peer.#peer = undefined
    peer.#error = error
    peer.#end(true, true)
  }

  /** Ends directions, for the peer too. */
  protected end(receive: boolean, send: boolean): void {
    const peer = this.#peer
    this.#end(receive, send)
    if (peer !== undefined) peer.#end(send, receive)
  }

  /** Whether an error waits to be told. */
  protected get failed(): boolean {
    return this.#error !== undefined
  }

  /** Tells the error, and forgets it. */
  protected takeError(): ErrnoName | undefined {
    const error = this.#error
    this.#error = undefined
    return error
  }

  /** Bytes the peer has room for. */
  protected get free(): number {
    return this.#peer === undefined ? 0 : CAPACITY - this.#peer.received.length
  }

  /** How many of `wanted` bytes the peer has room for; EAGAIN for none. */
  protected room(wanted: number): Result {
    if (this.sendEnded) return 'EPIPE'
    const room = Math.min(wanted, this.free)
    return room === 0 && wanted > 0 ? 'EAGAIN' : room
  }

  /** Gives bytes to the peer, for good. */
  #pass(bytes: Uint8Array): void {
    const peer = this.#peer
    if (peer === undefined) return
    peer.received.push(bytes)
    peer.#tell()
  }

  #end(receive: boolean, send: boolean): void {
    this.receiveEnded ||= receive
    this.sendEnded ||= send
    this.#tell()
  }

  #madeRoom(): void {
    const peer = this.#peer
    if (peer !== undefined) peer.#tell()
  }

  #tell(): void {
    this.#changed(this)
  }
}
