import { Poll } from './readiness.js'

/** What a chunk costs beside its bytes, roughly. */
const CHUNK_COST = 256

/** Who takes back chunks that were copied. */
export interface Recycler {
  /** The chunk is of no more use here. */
  recycle(chunk: Uint8Array): void
}

/**
 * Received bytes that nobody has read yet, in the chunks they came in. A chunk that is taken whole is passed on without a
 * copy.
 */
export class ReceiveQueue {
  #chunks: Uint8Array[] = []
  /** Index of the first chunk that still has bytes. */
  #head = 0
  /** Bytes of the head chunk that were read already. */
  #offset = 0
  #length = 0
  /** Whether a part of the head chunk was passed on, and is somebody's. */
  #parted = false

  /** Bytes that wait. */
  get length(): number {
    return this.#length
  }

  /**
   * What to tell of a connection that is over: {@link Poll.HUP}, but not before the last chunk. libuv takes a short read
   * together with a hang-up for the end of the stream (`uv__stream_io`), and {@link ReceiveQueue.take} reads a chunk at a time.
   */
  get hangup(): number {
    return this.#chunks.length - this.#head > 1 ? 0 : Poll.HUP
  }

  /** Bytes of memory that it takes, roughly: a peer that sends single bytes fills it too. */
  get weight(): number {
    return this.#length + (this.#chunks.length - this.#head) * CHUNK_COST
  }

  /** Appends a chunk, which belongs to the queue from then on. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.#length += chunk.length
  }

  /**
   * Moves bytes into `heap`.
   *
   * @param peek - leave them in the queue
   * @param recycler - gets the chunks of which everything was copied
   * @returns how many were moved: as many as there are, up to `length`
   */
  copyTo(heap: Uint8Array, address: number, length: number, peek: boolean, recycler?: Recycler): number {
    let index = this.#head
    let offset = this.#offset
    let done = 0
    while (done < length) {
      const chunk = this.#chunks[index]
      if (chunk === undefined) break
      const count = Math.min(chunk.length - offset, length - done)
      heap.set(count === chunk.length ? chunk : chunk.subarray(offset, offset + count), address + done)
      done += count
      offset += count
      if (offset === chunk.length) {
        if (!peek && !(this.#parted && index === this.#head)) recycler?.recycle(chunk)
        index++
        offset = 0
      }
    }
    if (!peek) this.#drop(index, offset, done)
    return done
  }

  /**
   * Takes the oldest chunk, or its first `max` bytes.
   *
   * @returns the bytes, without a copy; none when the queue is empty
   */
  take(max: number): Uint8Array {
    const chunk = this.#chunks[this.#head]
    if (chunk === undefined) return EMPTY
    const offset = this.#offset
    const end = Math.min(chunk.length, offset + max)
    if (end === chunk.length) this.#drop(this.#head + 1, 0, end - offset)
    else {
      this.#drop(this.#head, end, end - offset)
      this.#parted = true
    }
    return end - offset === chunk.length ? chunk : chunk.subarray(offset, end)
  }

  /** Forgets everything. */
  clear(): void {
    this.#chunks = []
    this.#head = 0
    this.#offset = 0
    this.#length = 0
    this.#parted = false
  }

  #drop(index: number, offset: number, bytes: number): void {
    if (index !== this.#head) this.#parted = false
    this.#length -= bytes
    this.#offset = offset
    if (index === this.#chunks.length) {
      // One by one: shortening an array by its length is a slow call of the engine's.
      while (this.#chunks.length > 0) this.#chunks.pop()
      this.#head = 0
      return
    }
    for (let i = this.#head; i < index; i++) this.#chunks[i] = EMPTY
    this.#head = index
    // A reader that never catches up must not make the array grow for ever.
    if (this.#head > 64 && this.#head * 2 > this.#chunks.length) {
      this.#chunks.splice(0, this.#head)
      this.#head = 0
    }
  }
}

const EMPTY = new Uint8Array(0)
