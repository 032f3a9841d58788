/**
 * The memory for received bytes. The receiver of a chunk owns it together with all the memory under it, and may
 * modify, keep or transfer it to another thread. So no two chunks share memory, and memory that was passed on is read
 * into again only after its receiver has returned it.
 */
import { Buffer } from 'node:buffer'

/** The maximum length of a read, as suggested by libuv. */
const READ_SIZE = 65_536

/**
 * From this length on, a read indicates a stream. The next read then goes into a separate buffer, which is passed on
 * without a copy; smaller reads are copied.
 */
export const LARGE_READ = 16_384

/**
 * The buffer sizes. A read that fills its buffer is followed by another one, which usually finds nothing, so the
 * buffers are slightly larger than the usual messages.
 */
const SIZES = [LARGE_READ + 1_024, 2 * LARGE_READ + 1_024, READ_SIZE] as const

/** The number of buffers of each size that are kept for later reads: 1.8 MiB in total. */
const MOST_SPARES = 16

/**
 * Creates a buffer outside the engine's heap, by default of the maximum length of a read. Its contents are
 * unspecified.
 */
export const newBuffer = (size = READ_SIZE): Uint8Array => new Uint8Array(Buffer.allocUnsafeSlow(size).buffer)

/** The read buffers of all connections of a transport. */
export class ReadPool {
  /** The chunks that were passed on without a copy and have not been returned. */
  readonly #lent = new WeakSet<Uint8Array>()
  /** Unused buffers, by {@link SIZES}. */
  readonly #spares: readonly Uint8Array[][] = SIZES.map(() => [])

  /**
   * Returns a buffer for the reads of one connection, with room for more than `expected` bytes, up to the maximum
   * length of a read.
   */
  fresh(expected: number): Uint8Array {
    const at = expected < SIZES[0] ? 0 : expected < SIZES[1] ? 1 : 2
    return this.#spares[at]?.pop() ?? newBuffer(SIZES[at])
  }

  /** Returns the first `length` bytes of a buffer as a chunk to pass on. The buffer must not be read into any more. */
  lend(buffer: Uint8Array, length: number): Uint8Array {
    const chunk = length === buffer.length ? buffer : new Uint8Array(buffer.buffer, 0, length)
    this.#lent.add(chunk)
    return chunk
  }

  /**
   * Takes back the memory of a chunk and detaches it from its array; ignores chunks that this pool did not pass on.
   *
   * @param sole - no other code has the array
   */
  recycle(chunk: Uint8Array, sole = false): void {
    // Before `buffer` is accessed: engines keep small arrays without one, and would have to create it.
    if (!this.#lent.delete(chunk)) return
    const { buffer } = chunk
    // The memory of a transferred chunk is gone.
    if (buffer.byteLength === 0 || !(buffer instanceof ArrayBuffer)) return
    this.keep(new Uint8Array(sole ? buffer : takeAway(buffer)))
  }

  /** Keeps a buffer from {@link ReadPool.fresh} that was not passed on. */
  keep(buffer: Uint8Array): void {
    const { length } = buffer
    const spares = this.#spares[length === SIZES[0] ? 0 : length === SIZES[1] ? 1 : 2]
    if (spares !== undefined && spares.length < MOST_SPARES) spares.push(buffer)
  }
}

const transfer: unknown = Reflect.get(ArrayBuffer.prototype, 'transfer')

/** Detaches the memory from all arrays over it, and returns it as a new buffer. Node 20 has no `transfer()`. */
const takeAway = (buffer: ArrayBuffer): ArrayBuffer =>
  typeof transfer === 'function' ? Reflect.apply(transfer, buffer, []) : structuredClone(buffer, { transfer: [buffer] })

/**
 * The read buffers of one connection. Small reads go into a buffer that connections may share, and are copied. After
 * a large read, the connection has a buffer of its own, which is passed on with its contents and replaced by another
 * one, until a small read.
 */
export class ReadBuffers {
  readonly #pool: ReadPool
  readonly #shared: Uint8Array
  #own: Uint8Array | undefined

  /**
   * @param pool - the pool of the transport
   * @param shared - the buffer for the first reads; it is never passed on. If pending reads do not occupy a buffer,
   *   all connections may share it
   */
  constructor(pool: ReadPool, shared: Uint8Array) {
    this.#pool = pool
    this.#shared = shared
  }

  /** The buffer for the next read. */
  get into(): Uint8Array {
    return this.#own ?? this.#shared
  }

  /**
   * Returns the `length` bytes that were read into {@link ReadBuffers.into}, which may be a different buffer
   * afterwards.
   */
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
