import { copyOf, NO_BYTES } from '../../base/bytes.js'
import { Fifo } from '../../base/fifo.js'
import { Poll } from '../readiness.js'

/** What a chunk costs in addition to its bytes, roughly. */
const CHUNK_COST = 256

/** Takes back chunks whose bytes were copied. */
export interface Recycler {
  /** Returns a chunk that is no longer used. @param sole - no other reference to it was given out */
  recycle(chunk: Uint8Array, sole?: boolean): void
}

/**
 * Received bytes that have not been read yet, in the chunks in which they arrived. A chunk that is taken whole is
 * passed on without a copy.
 */
export class ReceiveQueue {
  /** The oldest chunk. */
  #first: Uint8Array | undefined
  /**
   * The chunks after the first. Most connections never have any, and a list would cost them more memory than all the
   * other fields.
   */
  #others: Fifo<Uint8Array> | undefined
  /** Bytes of the first chunk that have been read. */
  #offset = 0
  #length = 0

  /** Bytes that can be read. */
  get length(): number {
    return this.#length
  }

  /** How many chunks there are. */
  get chunks(): number {
    return this.#first === undefined ? 0 : 1 + this.#remainder()
  }

  /**
   * What a finished connection reports: {@link Poll.HUP}, but not before the last chunk. libuv takes a short read
   * together with a hang-up for the end of the stream (`uv__stream_io`), and {@link ReceiveQueue.take} reads one
   * chunk at a time.
   */
  get hangup(): number {
    return this.#remainder() > 0 ? 0 : Poll.HUP
  }

  /**
   * Bytes of memory in use, roughly. It includes the overhead, so that a peer that sends single bytes fills the queue
   * too.
   */
  get weight(): number {
    return this.#first === undefined ? 0 : this.#length + (1 + this.#remainder()) * CHUNK_COST
  }

  /** Appends a chunk, which belongs to the queue from now on. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#length += chunk.length
    if (this.#first === undefined) this.#first = chunk
    else {
      this.#others ??= new Fifo()
      this.#others.push(chunk)
    }
  }

  /**
   * Moves bytes into `heap`.
   *
   * @param peek - leave them in the queue
   * @param recycler - receives the chunks that were copied completely
   * @returns how many were moved: as many as there are, up to `length`
   */
  copyTo(heap: Uint8Array, address: number, length: number, peek: boolean, recycler?: Recycler): number {
    if (peek) return this.#peek(heap, address, length)
    let done = 0
    while (done < length && this.#first !== undefined) {
      const chunk = this.#first
      const count = copyPart(heap, address + done, chunk, this.#offset, length - done)
      done += count
      if (this.#offset + count === chunk.length) recycler?.recycle(chunk, true)
      this.#drop(chunk, count)
    }
    return done
  }

  /**
   * Takes the oldest chunk, or its first `max` bytes.
   *
   * @returns the bytes, in memory that the queue no longer uses: part of a chunk is copied, a whole chunk or the rest
   *   of one is not. Empty when the queue is empty
   */
  take(max: number): Uint8Array {
    const chunk = this.#first
    if (chunk === undefined) return NO_BYTES
    const offset = this.#offset
    const end = Math.min(chunk.length, offset + max)
    this.#drop(chunk, end - offset)
    if (end < chunk.length) return copyOf(chunk.subarray(offset, end))
    return offset === 0 ? chunk : chunk.subarray(offset)
  }

  /** Removes everything. */
  clear(): void {
    this.#first = undefined
    this.#others = undefined
    this.#offset = 0
    this.#length = 0
  }

  // A method, not a getter: engines do not inline private getters.
  #remainder(): number {
    return this.#others?.length ?? 0
  }

  #peek(heap: Uint8Array, address: number, length: number): number {
    if (this.#first === undefined) return 0
    let done = copyPart(heap, address, this.#first, this.#offset, length)
    for (const chunk of this.#others ?? []) done += copyPart(heap, address + done, chunk, 0, length - done)
    return done
  }

  /** Counts bytes of the first chunk as read. */
  #drop(chunk: Uint8Array, bytes: number): void {
    this.#length -= bytes
    this.#offset += bytes
    if (this.#offset < chunk.length) return
    this.#first = this.#others?.shift()
    this.#offset = 0
  }
}

/** Copies the bytes of a chunk from `offset` on, at most `max`. @returns how many */
function copyPart(heap: Uint8Array, address: number, chunk: Uint8Array, offset: number, max: number): number {
  const count = Math.min(chunk.length - offset, max)
  heap.set(count === chunk.length ? chunk : chunk.subarray(offset, offset + count), address)
  return count
}
