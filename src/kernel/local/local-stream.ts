/**
 * Descriptors that are connected to each other inside the kernel: bytes that one end sends are received by the other.
 */
import { totalLength } from '../../base/bytes.js'
import type { ErrnoName } from '../../base/errno.js'
import { ByteDescriptor, type Descriptor, type Domain, type Result } from '../descriptor.js'
import type { KernelGauges } from '../gauges.js'
import type { Passing, Rights } from '../passing.js'
import type { Payload } from '../payload.js'
import { Poll } from '../readiness.js'
import { ByteQueue } from './byte-queue.js'
import type { LocalMemory } from './local-memory.js'
import { MarkedMessages } from './marked-messages.js'

/** What an end needs from its kernel. */
export interface LocalContext {
  /** What it counts of its limits. */
  readonly gauges: KernelGauges
  /** Limits the bytes that may wait in all ends. */
  readonly localMemory: LocalMemory
  /** The descriptors on their way between its sockets. */
  readonly passing: Passing
  /** Reports that the readiness of `descriptor` may have changed. */
  changed(descriptor: Descriptor): void
}

/** One of two connected ends, or a single end that has no peer yet. */
export abstract class LocalStream extends ByteDescriptor {
  protected readonly received = new ByteQueue()
  /** Nothing more can be sent. */
  protected sendEnded = false
  /** Nothing more will be received. */
  protected receiveEnded = false
  readonly #kernel: LocalContext
  readonly #marked = new MarkedMessages()
  #capacity: number
  /** Whether the capacity was reserved and has to be returned. */
  #promised = false
  #peer: LocalStream | undefined
  #error: ErrnoName | undefined

  protected constructor(domain: Domain | undefined, access: 'read' | 'write' | 'both', kernel: LocalContext) {
    super(domain, access)
    this.#kernel = kernel
    this.#capacity = kernel.localMemory.capacity
  }

  override queued(which: 'received' | 'sent'): Result {
    const sent = this.#peer?.received.length ?? 0
    if (which === 'sent') return this.domain === undefined ? 'ENOTTY' : sent
    // Both ends of a pipe tell what is in it.
    return this.access === 'write' ? sent : this.received.length
  }

  override arrived(wanted: number): Result {
    if (this.received.length > 0) return Math.min(this.received.length, this.#marked.within(wanted))
    return this.takeError() ?? (this.receiveEnded ? 0 : 'EAGAIN')
  }

  override take(heap: Uint8Array, address: number, length: number, peek: boolean): number {
    const count = this.received.copyTo(heap, address, this.#marked.within(length), peek)
    this.#passed(count, peek)
    return count
  }

  override takePayload(max: number): Uint8Array {
    const chunk = this.received.take(this.#marked.within(max))
    this.#passed(chunk.length, false)
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
    // The owner of the buffers may have transferred one away.
    if (totalLength(list) !== room) return 'EFAULT'
    for (const bytes of list) this.#pass(bytes)
    payload.advance(room)
    return room
  }

  override heldRights(): Rights {
    return this.#marked.held()
  }

  override dropRights(): Rights {
    return this.#marked.clear()
  }

  /**
   * Connects two ends to each other.
   *
   * @returns `false` when there is no capacity for the bytes between them
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

  /**
   * Disconnects from the peer and ends both of its directions.
   *
   * @param error - what the peer reports, after the bytes sent to it
   */
  protected part(error: ErrnoName | undefined): void {
    const peer = this.#peer
    this.#peer = undefined
    this.received.clear()
    this.#kernel.passing.release(this.#marked.clear())
    if (this.#promised) this.#kernel.localMemory.release(this.#capacity)
    this.#promised = false
    if (peer === undefined) return
    peer.#peer = undefined
    peer.#error = error
    peer.#end(true, true)
  }

  /** Ends directions, on the peer too. */
  protected end(receive: boolean, send: boolean): void {
    const peer = this.#peer
    this.#end(receive, send)
    if (peer !== undefined) peer.#end(send, receive)
  }

  /** Whether an error is pending. */
  protected get failed(): boolean {
    return this.#error !== undefined
  }

  /** Returns the pending error and clears it. */
  protected takeError(): ErrnoName | undefined {
    const error = this.#error
    this.#error = undefined
    return error
  }

  /** Bytes that the peer has room for. */
  protected get free(): number {
    return this.#peer === undefined ? 0 : this.#peer.#capacity - this.#peer.received.length
  }

  /** How many received bytes this end may hold. */
  protected get capacity(): number {
    return this.#capacity
  }

  /**
   * What a finished end reports: {@link Poll.HUP}, but not before the last piece. libuv takes a short read together
   * with a hang-up for the end of the stream (`uv__stream_io`), and {@link LocalStream.takePayload} reads one piece
   * at a time.
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
    if (room > 0 || wanted === 0) return room
    this.#kernel.localMemory.fullest.reach()
    return 'EAGAIN'
  }

  /** Copies bytes to the peer. */
  #pass(bytes: Uint8Array): void {
    const peer = this.#peer
    if (peer === undefined) return
    const rights = bytes.length > 0 ? this.#kernel.passing.outgoing() : undefined
    if (rights !== undefined) peer.#marked.add(rights, peer.received.length, bytes.length)
    peer.received.push(bytes)
    this.#kernel.localMemory.fullest.mark(peer.received.length)
    peer.#tell()
  }

  #end(receive: boolean, send: boolean): void {
    this.receiveEnded ||= receive
    this.sendEnded ||= send
    this.#tell()
  }

  /** Gives the caller what the first `count` bytes carry. @param stays - they stay here */
  #passed(count: number, stays: boolean): void {
    const rights = this.#marked.rightsWithin(count)
    if (!stays) this.#marked.take(count)
    if (rights !== undefined) this.#kernel.passing.arrive(rights, stays)
    const peer = this.#peer
    if (!stays && peer !== undefined) peer.#tell()
  }

  #tell(): void {
    this.#kernel.changed(this)
  }
}
