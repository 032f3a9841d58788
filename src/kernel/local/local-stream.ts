/** Descriptors that are connected to each other inside the kernel: what one sends is what the other has received. */
import { totalLength } from '../../base/bytes.js'
import type { ErrnoName } from '../../base/errno.js'
import { ByteDescriptor, type Descriptor, type Domain, type Result } from '../descriptor.js'
import type { Payload } from '../payload.js'
import { Poll } from '../readiness.js'
import { ByteQueue } from './byte-queue.js'
import { CAPACITY, type LocalMemory } from './local-memory.js'

/** What an end needs of its kernel. */
export interface LocalContext {
  /** Counts what may wait in all ends. */
  readonly localMemory: LocalMemory
  /** The readiness of `descriptor` may be another now. */
  changed(descriptor: Descriptor): void
}

/** One end of two, or the only one as long as it has no peer. */
export abstract class LocalStream extends ByteDescriptor {
  protected readonly received = new ByteQueue()
  /** Nothing can be sent any more. */
  protected sendEnded = false
  /** Nothing comes any more. */
  protected receiveEnded = false
  readonly #kernel: LocalContext
  #capacity = CAPACITY
  /** Whether the capacity was promised, and is to be given back. */
  #promised = false
  #peer: LocalStream | undefined
  #error: ErrnoName | undefined

  protected constructor(domain: Domain | undefined, access: 'read' | 'write' | 'both', kernel: LocalContext) {
    super(domain, access)
    this.#kernel = kernel
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
    if (typeof room === 'number') this.#pass(room === bytes.length ? bytes : bytes.subarray(0, room))
    return room
  }

  override sendPayload(payload: Payload, length: number): Result {
    const room = this.room(length)
    if (typeof room === 'string') return room
    const list = payload.peek(room)
    // The buffers are their owner's, which may have transferred one away.
    if (totalLength(list) !== room) return 'EFAULT'
    for (const bytes of list) this.#pass(bytes)
    payload.advance(room)
    return room
  }

  /**
   * Makes two ends each other's peers.
   *
   * @returns `false` where there is no memory for what they would send each other
   */
  protected static join(one: LocalStream, other: LocalStream): boolean {
    const receivers = [one, other].filter(({ access }) => access !== 'write')
    const capacity = one.#kernel.localMemory.promise(receivers.length)
    if (capacity === 0) return false
    for (const end of receivers) end.#hold(capacity)
    one.#peer = other
    other.#peer = one
    one.#tell()
    other.#tell()
    return true
  }

  /** Lets go of the peer, for which all is over then. @param error - what it is told, after what was sent to it */
  protected part(error: ErrnoName | undefined): void {
    const peer = this.#peer
    this.#peer = undefined
    this.received.clear()
    if (this.#promised) this.#kernel.localMemory.release(this.#capacity)
    this.#promised = false
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
    return this.#peer === undefined ? 0 : this.#peer.#capacity - this.#peer.received.length
  }

  /** How many bytes may wait here. */
  protected get capacity(): number {
    return this.#capacity
  }

  /**
   * What to tell of an end that is over: {@link Poll.HUP}, but not before the last piece. libuv takes a short read together with
   * a hang-up for the end of the stream (`uv__stream_io`), and {@link LocalStream.takePayload} reads a piece at a time.
   */
  protected get hangup(): number {
    return this.received.pieces > 1 ? 0 : Poll.HUP
  }

  #hold(capacity: number): void {
    this.#capacity = capacity
    this.#promised = true
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
    this.#kernel.changed(this)
  }
}
