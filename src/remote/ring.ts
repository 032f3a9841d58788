/**
 * A one-way stream of records between two threads, in shared memory: one thread writes, the other reads, and either
 * can sleep until there is something to do. Written records become visible by {@link RingWriter.publish}, so that a
 * batch arrives at once.
 *
 * A record has a kind, two numbers and bytes; records are aligned to 16 bytes and never wrap around the end.
 *
 * No wakeup is lost: before a thread sleeps, it sets a flag and then waits for a counter to differ from the value it
 * last saw; the other thread changes the counter first and then checks the flag. Atomics order these four steps for
 * both threads.
 */

/** The words of the header, at the start of the shared memory. */
const WRITTEN = 0
const READ = 1
const READER_SLEEPS = 2
const WRITER_SLEEPS = 3
const PUBLISHED = 4
const WOKEN = 5
/** The word that a lingering reader waits for: a counter of its wakeups. */
const CALLED = 6
/** The size of the header, in bytes. */
const HEADER = 32
/** The size of a record's header in bytes: length, kind, id and value. */
const RECORD = 16
/** The kind of a record that only fills the space up to the end of the buffer. */
const FILLER = 0xffff_ffff

/** The values of `READER_SLEEPS` for a reader that waits: they determine how to wake it. */
const SLEEPS = 1
const LINGERS = 2

/** Receives a record. The payload is in shared memory, and valid only during the call. */
export type OnRecord = (kind: number, id: number, value: number, payload: Uint8Array) => void

/** The statistics of a ring since its creation. */
export interface RingFigures {
  /** The number of published batches. */
  readonly published: number
  /** The number of batches that had to wake the reader. */
  readonly woken: number
}

/** Allocates the shared memory of a ring. @param capacity - bytes for records, a power of two and at least 64 */
export function makeRing(capacity: number): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER + capacity)
}

/** The current statistics of a ring. */
export function ringFigures(ring: SharedArrayBuffer): RingFigures {
  const state = new Int32Array(ring, 0, HEADER / 4)
  return { published: Atomics.load(state, PUBLISHED) >>> 0, woken: Atomics.load(state, WOKEN) >>> 0 }
}

/** The memory of a ring, shared by both ends. */
class Ring {
  readonly state: Int32Array
  readonly words: Uint32Array
  readonly bytes: Uint8Array
  readonly capacity: number

  constructor(ring: SharedArrayBuffer) {
    this.state = new Int32Array(ring, 0, HEADER / 4)
    this.words = new Uint32Array(ring, HEADER)
    this.bytes = new Uint8Array(ring, HEADER)
    this.capacity = ring.byteLength - HEADER
  }

  /** The offset of the byte with that position. Positions count modulo 2^32, which the capacity divides. */
  at(position: number): number {
    return (position >>> 0) % this.capacity
  }
}

/** The writing end. */
export class RingWriter {
  /** The maximum payload of a record: an empty ring has room for it regardless of where the last record ended. */
  readonly largest: number
  readonly #ring: Ring
  /** The total number of bytes written (modulo 2^32), published or not. */
  #written: number
  /** The number of bytes that the reader had read at the last check. */
  #seen = 0

  /** @param ring - from {@link makeRing} */
  constructor(ring: SharedArrayBuffer) {
    this.#ring = new Ring(ring)
    this.#written = Atomics.load(this.#ring.state, WRITTEN)
    this.largest = this.#ring.capacity / 4 - RECORD
  }

  /**
   * Writes a record, which stays invisible until {@link RingWriter.publish}.
   *
   * @param payload - at most {@link RingWriter.largest} bytes; copied
   * @returns `false` if there is no room; nothing has been written then
   */
  write(kind: number, id: number, value: number, payload: Uint8Array): boolean {
    const { state, bytes, capacity } = this.#ring
    const size = aligned(payload.length)
    let at = this.#ring.at(this.#written)
    const untilEnd = capacity - at
    const filler = size > untilEnd ? untilEnd : 0
    this.#seen = Atomics.load(state, READ)
    if (((this.#written - this.#seen) >>> 0) + filler + size > capacity) return false
    if (filler > 0) {
      this.#head(at, filler - RECORD, FILLER, 0, 0)
      at = 0
    }
    this.#head(at, payload.length, kind, id, value)
    bytes.set(payload, at + RECORD)
    this.#written = (this.#written + filler + size) | 0
    return true
  }

  /** Makes the written records visible, and wakes the reader if it sleeps. */
  publish(): void {
    const { state } = this.#ring
    if (Atomics.load(state, WRITTEN) === this.#written) return
    Atomics.store(state, WRITTEN, this.#written)
    Atomics.add(state, PUBLISHED, 1)
    const sleeps = Atomics.exchange(state, READER_SLEEPS, 0)
    if (sleeps === 0) return
    Atomics.add(state, WOKEN, 1)
    if (sleeps === LINGERS) Atomics.add(state, CALLED, 1)
    Atomics.notify(state, sleeps === LINGERS ? CALLED : WRITTEN)
  }

  /** After a record found no room: publishes, and blocks until another attempt is worthwhile. */
  waitForRoom(): void {
    this.#announce()
    Atomics.wait(this.#ring.state, READ, this.#seen)
  }

  /**
   * Like {@link RingWriter.waitForRoom} for a thread that must not block.
   *
   * @returns `undefined` if no wait is necessary
   */
  whenRoom(): Promise<unknown> | undefined {
    this.#announce()
    const wait = Atomics.waitAsync(this.#ring.state, READ, this.#seen)
    return wait.async ? wait.value : undefined
  }

  /** Ends a wait for room that the reader will not end. */
  wake(): void {
    Atomics.notify(this.#ring.state, READ)
  }

  #announce(): void {
    this.publish()
    Atomics.store(this.#ring.state, WRITER_SLEEPS, 1)
  }

  #head(at: number, length: number, kind: number, id: number, value: number): void {
    const { words } = this.#ring
    const word = at / 4
    words[word] = length
    words[word + 1] = kind
    words[word + 2] = id
    words[word + 3] = value
  }
}

/** The reading end. */
export class RingReader {
  readonly #ring: Ring
  /** The total number of bytes read, modulo 2^32. */
  #read: number

  /** @param ring - from {@link makeRing} */
  constructor(ring: SharedArrayBuffer) {
    this.#ring = new Ring(ring)
    this.#read = Atomics.load(this.#ring.state, READ)
  }

  /**
   * Reads the records that are currently published. The receiver of a record must not call it.
   *
   * @returns whether there were any
   */
  drain(onRecord: OnRecord): boolean {
    const written = Atomics.load(this.#ring.state, WRITTEN)
    if (written === this.#read) return false
    while (this.#read !== written) this.#take(written, onRecord)
    return true
  }

  /** Blocks until something is published. @param timeout - milliseconds; `Infinity` for no limit */
  sleep(timeout: number): void {
    const { state } = this.#ring
    Atomics.store(state, READER_SLEEPS, SLEEPS)
    Atomics.wait(state, WRITTEN, this.#read, timeout)
    Atomics.store(state, READER_SLEEPS, 0)
  }

  /**
   * Like {@link RingReader.sleep} for a thread that must not block.
   *
   * @returns `undefined` if there is something already
   */
  doze(): Promise<unknown> | undefined {
    const { state } = this.#ring
    Atomics.store(state, READER_SLEEPS, SLEEPS)
    const wait = Atomics.waitAsync(state, WRITTEN, this.#read)
    if (wait.async) return wait.value
    Atomics.store(state, READER_SLEEPS, 0)
    return undefined
  }

  /**
   * Blocks briefly during a {@link RingReader.doze}, because a blocked thread wakes sooner than an event loop. The doze
   * itself continues in any case.
   *
   * @param ask - sends the request to the writer, which may reply before this returns
   * @param timeout - milliseconds
   * @returns whether something has been published. `false` if the doze has already ended: its owner will check anyway
   */
  linger(ask: () => void, timeout: number): boolean {
    const { state } = this.#ring
    const called = Atomics.load(state, CALLED)
    const dozed = Atomics.compareExchange(state, READER_SLEEPS, SLEEPS, LINGERS) === SLEEPS
    ask()
    if (!dozed) return false
    if (Atomics.load(state, WRITTEN) === this.#read) Atomics.wait(state, CALLED, called, timeout)
    Atomics.store(state, READER_SLEEPS, SLEEPS)
    return Atomics.load(state, WRITTEN) !== this.#read
  }

  /** Ends a sleep that the writer will not end. */
  wake(): void {
    Atomics.notify(this.#ring.state, WRITTEN)
  }

  #take(written: number, onRecord: OnRecord): void {
    const { words, bytes } = this.#ring
    const at = this.#ring.at(this.#read)
    const length = words[at / 4] ?? 0
    const kind = words[at / 4 + 1] ?? 0
    const start = at + RECORD
    if (kind !== FILLER) {
      onRecord(kind, words[at / 4 + 2] ?? 0, words[at / 4 + 3] ?? 0, bytes.subarray(start, start + length))
    }
    this.#advance(aligned(length), written)
  }

  /** Frees room. A waiting writer is woken once half the ring is free, which suffices for any record. */
  #advance(size: number, written: number): void {
    const { state, capacity } = this.#ring
    this.#read = (this.#read + size) | 0
    Atomics.store(state, READ, this.#read)
    if ((written - this.#read) >>> 0 > capacity / 2) return
    if (Atomics.load(state, WRITER_SLEEPS) === 1 && Atomics.exchange(state, WRITER_SLEEPS, 0) === 1) {
      Atomics.notify(state, READ)
    }
  }
}

/** The size of a record with a payload of that length, in bytes. */
function aligned(length: number): number {
  return (RECORD + length + 15) & ~15
}
