/**
 * Where bytes are read to. What is passed on is the receiver's own, so a buffer is never written to twice where somebody has
 * seen it.
 */
import { Buffer } from 'node:buffer'

/** The most that is read at once, as libuv suggests it. */
const READ_SIZE = 65_536

/** What is left of a buffer is read into as long as this much would fit. */
const LEAST_ROOM = 32_768

/** From how many bytes on a read is the sign of a stream. */
const LARGE_READ = 16_384

/** Small reads share buffers of this size, as Node's own do: who keeps one of them keeps so much at most. */
const POOL_SIZE = 8_192

/** A buffer outside of the engine's heap; what is in it does not matter. */
const newBuffer = (size: number): Uint8Array => new Uint8Array(Buffer.allocUnsafeSlow(size).buffer)

/** What all connections of a transport share: a quiet one has no buffer of its own. */
export class SharedReadBuffer {
  /** What is read into. */
  readonly bytes = newBuffer(READ_SIZE)
  #spare: Uint8Array | undefined
  #pool = newBuffer(POOL_SIZE)
  #used = 0

  /** A buffer for a connection alone. */
  fresh(): Uint8Array {
    const buffer = this.#spare ?? newBuffer(READ_SIZE)
    this.#spare = undefined
    return buffer
  }

  /** Keeps a buffer of a connection that nobody looks at any more, for the next one. */
  keep(buffer: Uint8Array): void {
    this.#spare = buffer
  }

  /** A copy of the first `length` bytes. */
  copy(length: number): Uint8Array {
    if (length > POOL_SIZE / 2) {
      const copy = newBuffer(length)
      copy.set(this.bytes.subarray(0, length))
      return copy
    }
    if (this.#used + length > POOL_SIZE) {
      this.#pool = newBuffer(POOL_SIZE)
      this.#used = 0
    }
    const copy = this.#pool.subarray(this.#used, this.#used + length)
    copy.set(this.bytes.subarray(0, length))
    this.#used += length
    return copy
  }
}

/**
 * The buffers of one connection. It reads into the common one and copies what came, until a large read: from then on it has one
 * of its own, whose parts are passed on as they are, until a small one. Where all parts have come back it is read into anew.
 */
export class ReadBuffers {
  readonly #shared: SharedReadBuffer
  #own: Uint8Array | undefined
  /** Where the next read begins. */
  #at = 0
  /** Parts of the own buffer that are with somebody. */
  #lent = 0

  /** @param shared - the transport's */
  constructor(shared: SharedReadBuffer) {
    this.#shared = shared
  }

  /** What came: `length` bytes were read. */
  take(length: number): Uint8Array {
    const own = this.#own
    if (own === undefined) return this.#shared.copy(length)
    const at = this.#at
    this.#at += length
    this.#lent += 1
    return own.subarray(at, this.#at)
  }

  /** Takes back what {@link ReadBuffers.take} gave. */
  recycle(chunk: Uint8Array): void {
    if (chunk.buffer === this.#own?.buffer) this.#lent -= 1
  }

  /** Where to read to behind a read of `length` bytes, which was passed on; `undefined` where it is what it was. */
  next(length: number): Uint8Array | undefined {
    const own = this.#own
    if (length < LARGE_READ) {
      if (own === undefined) return undefined
      this.#own = undefined
      if (this.#lent === 0) this.#shared.keep(own)
      return this.#shared.bytes
    }
    if (own === undefined || (this.#lent > 0 && own.length - this.#at < LEAST_ROOM)) {
      this.#own = this.#shared.fresh()
      this.#at = 0
      this.#lent = 0
      return this.#own
    }
    if (this.#lent > 0) return own.subarray(this.#at)
    const first = this.#at === length
    this.#at = 0
    return first ? undefined : own
  }
}
