/**
 * Where bytes are read to. What is passed on is the receiver's own, so a buffer is never written to twice where somebody has
 * seen it.
 */
import { Buffer } from 'node:buffer'

/** The most that is read at once, as libuv suggests it. */
const READ_SIZE = 65_536

/**
 * From how many bytes on a read is the sign of a stream, where so much can be read at first; and what is left of a buffer is
 * read into as long as this much would fit.
 */
const LARGE_READ = 16_384

/** Small reads share buffers of this size, as Node's own do: who keeps one of them keeps so much at most. */
const POOL_SIZE = 8_192

/** How many buffers that came back are kept for the next reads: 1 MiB of them. */
const MOST_SPARES = 16

/** A buffer outside of the engine's heap, by default of the size of a read; what is in it does not matter. */
export const newBuffer = (size = READ_SIZE): Uint8Array => new Uint8Array(Buffer.allocUnsafeSlow(size).buffer)

/** The memory of what was read, of all connections of a transport. */
export class ReadPool {
  readonly #spares: Uint8Array[] = []
  #pool = newBuffer(POOL_SIZE).buffer
  #used = 0

  /** A buffer for a connection alone. */
  fresh(): Uint8Array {
    return this.#spares.pop() ?? newBuffer(READ_SIZE)
  }

  /** Keeps a buffer of a connection that nobody looks at any more. */
  keep(buffer: Uint8Array): void {
    if (this.#spares.length < MOST_SPARES) this.#spares.push(buffer)
  }

  // `new Uint8Array()`, not `subarray()`, which looks for overrides first; and not of a view's `buffer`, whose getter is a call.

  /** A copy of the first `length` bytes. */
  copy(bytes: ArrayBufferLike, length: number): Uint8Array {
    const copy = length > POOL_SIZE / 2 ? newBuffer(length) : this.#part(length)
    copy.set(new Uint8Array(bytes, 0, length))
    return copy
  }

  #part(length: number): Uint8Array {
    if (this.#used + length > POOL_SIZE) {
      this.#pool = newBuffer(POOL_SIZE).buffer
      this.#used = 0
    }
    const at = this.#used
    this.#used += length
    return new Uint8Array(this.#pool, at, length)
  }
}

/** A buffer that one connection reads into, part by part. */
class Slab {
  readonly bytes: Uint8Array
  /** Where the next read begins. */
  at = 0
  /** Parts of it that are with somebody: a handful. */
  readonly #lent: Uint8Array[] = []

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** Whether nobody has a part of it. */
  get whole(): boolean {
    return this.#lent.length === 0
  }

  /** The next part, of what was read. */
  lend(length: number): Uint8Array {
    const part = this.bytes.subarray(this.at, this.at + length)
    this.at += length
    this.#lent.push(part)
    return part
  }

  /** @returns whether it was a part of this one, and not yet back */
  takeBack(part: Uint8Array): boolean {
    const index = this.#lent.indexOf(part)
    if (index < 0) return false
    const last = this.#lent.pop()
    if (last !== undefined && last !== part) this.#lent[index] = last
    return true
  }
}

/**
 * The buffers of one connection. It reads into its first one and copies what came, until a large read: from then on it has a
 * larger one, whose parts are passed on as they are, until a small one. Where all parts have come back it is read into anew.
 */
export class ReadBuffers {
  readonly #pool: ReadPool
  readonly #first: Uint8Array
  readonly #memory: ArrayBufferLike
  readonly #large: number
  #slab: Slab | undefined
  /** The slab before, of which parts are out. */
  #before: Slab | undefined

  /**
   * @param pool - the transport's
   * @param first - what is read into at first, the whole of its memory. Where a read that waits needs no buffer, all
   *   connections may have the same.
   */
  constructor(pool: ReadPool, first: Uint8Array) {
    this.#pool = pool
    this.#first = first
    this.#memory = first.buffer
    this.#large = Math.min(LARGE_READ, first.length)
  }

  /** What came: `length` bytes were read. */
  take(length: number): Uint8Array {
    return this.#slab?.lend(length) ?? this.#pool.copy(this.#memory, length)
  }

  /** Takes back what {@link ReadBuffers.take} gave. What it did not give, or has back already, is no matter. */
  recycle(chunk: Uint8Array): void {
    if (this.#slab?.takeBack(chunk)) return
    const before = this.#before
    if (before?.takeBack(chunk) && before.whole) {
      this.#pool.keep(before.bytes)
      this.#before = undefined
    }
  }

  /** Where to read to behind a read of `length` bytes, which was passed on; `undefined` where it is what it was. */
  next(length: number): Uint8Array | undefined {
    const slab = this.#slab
    if (length < this.#large) {
      if (slab === undefined) return undefined
      this.#leave(slab)
      return this.#first
    }
    if (slab === undefined) return this.#begin()
    if (slab.whole) {
      const first = slab.at === length
      slab.at = 0
      return first ? undefined : slab.bytes
    }
    if (slab.bytes.length - slab.at >= LARGE_READ) return slab.bytes.subarray(slab.at)
    this.#leave(slab)
    return this.#begin()
  }

  #begin(): Uint8Array {
    this.#slab = new Slab(this.#pool.fresh())
    return this.#slab.bytes
  }

  #leave(slab: Slab): void {
    this.#slab = undefined
    if (slab.whole) this.#pool.keep(slab.bytes)
    else this.#before = slab
  }
}
