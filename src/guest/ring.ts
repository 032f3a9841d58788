/**
 * A one-way stream of records between two threads, in shared memory: one writes, the other reads, and either can sleep until
 * there is something to do. What is written becomes visible by {@link RingWriter.publish}, so that a batch arrives as one.
 *
 * A record is its length, its kind, a number, and bytes; records are aligned to 16 bytes.
 */

/** Bytes before the records: four 32-bit words, the first three of which the ring uses. */
const HEADER = 16
/** Words of the header: how many bytes were written and read in all (mod 2^32), and whether the reader sleeps. */
const WRITTEN = 0
const READ = 1
const SLEEPING = 2
/** Bytes of a record before its payload: length, kind, id, and nothing. */
const RECORD = 16
/** The kind of a record that only fills the space up to the end of the buffer. */
const FILLER = 0xffff_ffff

/** Makes the shared memory of a ring. @param capacity - bytes for records, a power of two */
export function makeRing(capacity: number): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER + capacity)
}

/** The most a record of a ring can carry. */
export function largestPayload(ring: SharedArrayBuffer): number {
  return (ring.byteLength - HEADER) / 4 - RECORD
}

function aligned(length: number): number {
  return (RECORD + length + 15) & ~15
}

/** The writing end. */
export class RingWriter {
  readonly #state: Int32Array
  readonly #words: Uint32Array
  readonly #bytes: Uint8Array
  readonly #capacity: number
  /** Bytes written in all, published or not. */
  #written: number

  /** @param ring - from {@link makeRing} */
  constructor(ring: SharedArrayBuffer) {
    this.#state = new Int32Array(ring, 0, 4)
    this.#capacity = ring.byteLength - HEADER
    this.#words = new Uint32Array(ring, HEADER)
    this.#bytes = new Uint8Array(ring, HEADER)
    this.#written = Atomics.load(this.#state, WRITTEN)
  }

  /**
   * Writes a record, invisible until {@link RingWriter.publish}.
   *
   * @param payload - at most {@link largestPayload} bytes
   * @returns `false`, and nothing happened, when there is no room for it
   */
  write(kind: number, id: number, payload: Uint8Array = NOTHING): boolean {
    const size = aligned(payload.length)
    const at = (this.#written >>> 0) % this.#capacity
    const untilEnd = this.#capacity - at
    const needed = size <= untilEnd ? size : untilEnd + size
    const used = (this.#written - Atomics.load(this.#state, READ)) >>> 0
    if (used + needed > this.#capacity) return false
    if (size > untilEnd) {
      this.#put(at, untilEnd - RECORD, FILLER, 0)
      this.#written = (this.#written + untilEnd) | 0
      return this.write(kind, id, payload)
    }
    this.#put(at, payload.length, kind, id)
    this.#bytes.set(payload, at + RECORD)
    this.#written = (this.#written + size) | 0
    return true
  }

  /** Makes what was written visible. @returns whether the reader slept, and was woken */
  publish(): boolean {
    if (Atomics.load(this.#state, WRITTEN) === this.#written) return false
    Atomics.store(this.#state, WRITTEN, this.#written)
    if (Atomics.exchange(this.#state, SLEEPING, 0) === 0) return false
    Atomics.notify(this.#state, WRITTEN)
    return true
  }

  /** Waits until the reader has read something; only where a thread may wait. */
  waitForRoom(): void {
    this.publish()
    Atomics.wait(this.#state, READ, Atomics.load(this.#state, READ), 100)
  }

  #put(at: number, length: number, kind: number, id: number): void {
    const word = at / 4
    this.#words[word] = length
    this.#words[word + 1] = kind
    this.#words[word + 2] = id
  }
}

/** Receives a record. The payload lies in shared memory, and is the receiver's only during the call. */
export type OnRecord = (kind: number, id: number, payload: Uint8Array) => void

/** The reading end. */
export class RingReader {
  readonly #state: Int32Array
  readonly #words: Uint32Array
  readonly #bytes: Uint8Array
  readonly #capacity: number
  #read: number

  /** @param ring - from {@link makeRing} */
  constructor(ring: SharedArrayBuffer) {
    this.#state = new Int32Array(ring, 0, 4)
    this.#capacity = ring.byteLength - HEADER
    this.#words = new Uint32Array(ring, HEADER)
    this.#bytes = new Uint8Array(ring, HEADER)
    this.#read = Atomics.load(this.#state, READ)
  }

  /** Reads all published records. @returns whether there were any */
  drain(onRecord: OnRecord): boolean {
    const written = Atomics.load(this.#state, WRITTEN)
    if (written === this.#read) return false
    while (this.#read !== written) {
      const at = (this.#read >>> 0) % this.#capacity
      const word = at / 4
      const length = this.#words[word] ?? 0
      const kind = this.#words[word + 1] ?? 0
      const id = this.#words[word + 2] ?? 0
      if (kind !== FILLER) onRecord(kind, id, this.#bytes.subarray(at + RECORD, at + RECORD + length))
      this.#read = (this.#read + (kind === FILLER ? RECORD + length : aligned(length))) | 0
      Atomics.store(this.#state, READ, this.#read)
    }
    Atomics.notify(this.#state, READ)
    return true
  }

  /** Sleeps until something is published; only where a thread may. @param timeout - milliseconds, `Infinity` for ever */
  sleep(timeout: number): void {
    Atomics.store(this.#state, SLEEPING, 1)
    Atomics.wait(this.#state, WRITTEN, this.#read, timeout)
    Atomics.store(this.#state, SLEEPING, 0)
  }

  /** Like {@link RingReader.sleep} for a thread that must not block. @returns a promise, or `undefined` when there is no need */
  doze(): Promise<unknown> | undefined {
    Atomics.store(this.#state, SLEEPING, 1)
    const wait = Atomics.waitAsync(this.#state, WRITTEN, this.#read)
    return wait.async ? wait.value : undefined
  }
}

const NOTHING = new Uint8Array(0)
