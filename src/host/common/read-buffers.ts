/**
 * The memory that bytes are read into. A chunk that is passed on is the receiver's alone, with all the memory under it: it may
 * be changed, kept or transferred to another thread. So no two chunks share memory, and nothing is read into memory that was
 * passed on, unless its receiver has given it back.
 */
import { Buffer } from 'node:buffer'

/** The most that is read at once, as libuv suggests it. */
const READ_SIZE = 65_536

/**
 * From how many bytes on a read is the sign of a stream. The next one goes into a buffer of its own then, which is passed on as
 * it is; smaller ones are copied.
 */
export const LARGE_READ = 16_384

/**
 * The sizes of buffers. A read that fills its buffer is followed by another, which mostly finds nothing: so there is a little more
 * room than for the usual messages.
 */
const SIZES = [LARGE_READ + 1_024, 2 * LARGE_READ + 1_024, READ_SIZE] as const

/** How many buffers of each size are kept for reads to come: 1.8 MiB of them. */
const MOST_SPARES = 16

/** A buffer outside of the engine's heap, by default of the size of a read; what is in it does not matter. */
export const newBuffer = (size = READ_SIZE): Uint8Array => new Uint8Array(Buffer.allocUnsafeSlow(size).buffer)

/** The buffers of all connections of a transport. */
export class ReadPool {
  /** What was passed on in a buffer of its own, and did not come back. */
  readonly #lent = new WeakSet<Uint8Array>()
  /** Buffers that nothing else has, by {@link SIZES}. */
  readonly #spares: readonly Uint8Array[][] = SIZES.map(() => [])

  /** A buffer to read into, for one connection alone: with room for more than `expected` bytes, up to the size of a read. */
  fresh(expected: number): Uint8Array {
    const at = expected < SIZES[0] ? 0 : expected < SIZES[1] ? 1 : 2
    return this.#spares[at]?.pop() ?? newBuffer(SIZES[at])
  }

  /** The first `length` bytes of a buffer that nothing else is read into, to be passed on. */
  lend(buffer: Uint8Array, length: number): Uint8Array {
    const chunk = length === buffer.length ? buffer : new Uint8Array(buffer.buffer, 0, length)
    this.#lent.add(chunk)
    return chunk
  }

  /**
   * Takes the memory of a chunk back, away from its array; ignores what did not come from here.
   *
   * @param sole - nothing else has the array
   */
  recycle(chunk: Uint8Array, sole = false): void {
    // Before its buffer is looked at: engines keep small arrays without one, and would have to make it.
    if (!this.#lent.delete(chunk)) return
    const { buffer } = chunk
    // A chunk whose memory was transferred has none to give.
    if (buffer.byteLength === 0 || !(buffer instanceof ArrayBuffer)) return
    this.keep(new Uint8Array(sole ? buffer : takeAway(buffer)))
  }

  /** Keeps memory of {@link ReadPool.fresh} that was not passed on. */
  keep(buffer: Uint8Array): void {
    const { length } = buffer
    const spares = this.#spares[length === SIZES[0] ? 0 : length === SIZES[1] ? 1 : 2]
    if (spares !== undefined && spares.length < MOST_SPARES) spares.push(buffer)
  }
}

const transfer: unknown = Reflect.get(ArrayBuffer.prototype, 'transfer')

/** Makes the memory ours: every array over it is empty from then on. Node 20 has no `transfer()`. */
const takeAway = (buffer: ArrayBuffer): ArrayBuffer =>
  typeof transfer === 'function' ? Reflect.apply(transfer, buffer, []) : structuredClone(buffer, { transfer: [buffer] })

/**
 * Where one connection reads to. Quiet, it reads into a buffer that it may share with others and copies what came. After a
 * large read it has a buffer of its own, which is passed on with what is in it, and then another, until a small read.
 */
export class ReadBuffers {
  readonly #pool: ReadPool
  readonly #shared: Uint8Array
  #own: Uint8Array | undefined

  /**
   * @param pool - the transport's
   * @param shared - read into at first; never passed on. Where a read that waits needs no buffer, all connections may have
   *   the same
   */
  constructor(pool: ReadPool, shared: Uint8Array) {
    this.#pool = pool
    this.#shared = shared
  }

  /** Where the next read goes. */
  get into(): Uint8Array {
    return this.#own ?? this.#shared
  }

  /** What came: `length` bytes were read into {@link ReadBuffers.into}, which may be another buffer from now on. */
  take(length: number): Uint8Array {
    const { into } = this
    const lends = this.#own !== undefined && length >= LARGE_READ
    const chunk = lends ? this.#pool.lend(into, length) : into.slice(0, length)
    if (length < Math.min(LARGE_READ, this.#shared.length)) this.#leave()
    else if (lends || this.#own === undefined) this.#own = this.#pool.fresh(length === into.length ? READ_SIZE : length)
    return chunk
  }

  /** See {@link ReadPool.recycle}. */
  recycle(chunk: Uint8Array, sole?: boolean): void {
    this.#pool.recycle(chunk, sole)
  }

  #leave(): void {
    if (this.#own !== undefined) this.#pool.keep(this.#own)
    this.#own = undefined
  }
}
