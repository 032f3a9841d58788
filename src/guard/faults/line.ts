/** One direction of a connection with faults. */
import { Fifo } from '../../base/fifo.js'
import { HostError } from '../../host/contract/error.js'
import type { Affliction, Afflictions } from './affliction.js'
import type { FaultDirection } from './faults.js'

/** Bytes under way: a range of a buffer, and when it may arrive. */
interface Entry {
  readonly data: Uint8Array
  start: number
  readonly end: number
  readonly due: number
}

/** Where a line leads to. */
export interface Sink {
  /** Whether it takes bytes now. */
  isReady(): boolean
  /** Takes bytes. @param isWhole - whether they are all bytes of the array that entered */
  take(bytes: Uint8Array, isWhole: boolean): void
}

/** Nothing happens before something else does. */
export const NEVER = Number.POSITIVE_INFINITY

/** More than nothing, and less than any timer measures. */
const SOON = 0.001

/** How much of a second passes between two pieces of a limited bandwidth, in milliseconds. */
const QUANTUM = 20

/** Keeps the bytes of a direction in order, and decides when how many of them pass. Times are in milliseconds. */
export class Line {
  readonly direction: FaultDirection
  readonly #afflictions: Afflictions
  readonly #queue = new Fifo<Entry>()
  #length = 0
  /** When the last bytes that entered may arrive. */
  #last = 0
  /** No piece passes before. */
  #free = 0
  /** The next piece waits for the next turn. */
  #isResting = false
  /** When an attempt that was put off may be repeated. */
  #trial: number | undefined

  constructor(direction: FaultDirection, afflictions: Afflictions) {
    this.direction = direction
    this.#afflictions = afflictions
  }

  /** How many bytes it holds. */
  get length(): number {
    return this.#length
  }

  /** Takes bytes, which must not change until they have passed. */
  push(data: Uint8Array, now: number): void {
    if (data.length === 0) return
    this.#last = this.#arrival(now)
    this.#queue.push({ data, start: 0, end: data.length, due: this.#last })
    this.#length += data.length
  }

  /** Drops everything. */
  clear(): void {
    this.#queue.clear()
    this.#length = 0
    this.#trial = undefined
  }

  /** Whether {@link Line.rested} is to be called in the next turn. */
  get isResting(): boolean {
    return this.#isResting
  }

  /** A turn of the event loop has passed. */
  rested(): void {
    this.#isResting = false
  }

  /** When an end that enters now may arrive. */
  endsAt(now: number): number {
    let at = this.#arrival(now)
    for (const one of this.#faults()) {
      if (one.fault.toxic !== 'slow_close') continue
      one.fire(`ends ${this.direction} ${one.fault.delay} ms later`)
      at += one.fault.delay
    }
    return at
  }

  /** Whether nothing passes at all for now. */
  get isBlocked(): boolean {
    const block = this.#faults().find(({ fault: { toxic } }) => BLOCKING.has(toxic))
    block?.fire(`is held ${this.direction}`)
    return block !== undefined
  }

  /**
   * Passes on what may pass.
   *
   * @returns the milliseconds until more may pass; 0 is the next turn
   * @throws {HostError} the errors of the sink, and EFAULT when a buffer has lost its bytes
   */
  advance(now: number, sink: Sink): number {
    for (;;) {
      const { first } = this.#queue
      if (first === undefined || this.isBlocked) return NEVER
      const due = Math.max(first.due, this.#free)
      if (due > now) return due - now
      if (this.#isResting) return 0
      if (!sink.isReady()) return NEVER
      const size = this.#cut(first.end - first.start)
      if (size === 0) return NEVER
      this.#pass(first, size, now, sink)
    }
  }

  /**
   * How many bytes of an attempt to send may pass now; the rest has to be tried again.
   *
   * @param length - at least 1
   */
  allows(length: number, now: number): number {
    if (this.isBlocked || this.#isResting || this.#free > now) return 0
    this.#trial ??= this.#arrival(now)
    return this.#trial > now ? 0 : this.#cut(length)
  }

  /** Takes note of an attempt that has sent bytes. */
  sent(bytes: Uint8Array, now: number): void {
    if (bytes.length === 0) return
    this.#trial = undefined
    this.#last = now
    this.#count(bytes, now)
  }

  /** The milliseconds until an attempt may be worthwhile. */
  untilRoom(now: number): number {
    if (this.isBlocked) return NEVER
    return this.#isResting ? SOON : Math.max(0, (this.#trial ?? now) - now, this.#free - now)
  }

  #pass(entry: Entry, size: number, now: number, sink: Sink): void {
    const { data, start, end } = entry
    if (data.length < end) throw new HostError('EFAULT', 'a buffer was transferred or resized during a pending write')
    const isWhole = start === 0 && size === data.length
    const piece = isWhole ? data : data.subarray(start, start + size)
    entry.start += size
    this.#length -= size
    if (entry.start === end) this.#queue.shift()
    this.#count(piece, now)
    sink.take(piece, isWhole)
  }

  /** Notes that bytes pass, and when the next ones may. */
  #count(piece: Uint8Array, now: number): void {
    let free = now
    for (const { fault } of this.#faults()) {
      if (fault.toxic === 'bandwidth') free = Math.max(free, Math.max(this.#free, now) + piece.length / fault.rate)
      if (fault.toxic === 'slicer') free = Math.max(free, now + (fault.delay ?? 0) / 1000)
    }
    this.#free = free
    this.#isResting = this.#faults().some(({ fault: { toxic } }) => STEPWISE.has(toxic))
    this.#afflictions.pass(this.direction, piece, now)
  }

  /** When bytes that enter now may arrive: not before those that entered earlier. */
  #arrival(now: number): number {
    let due = now
    for (const one of this.#faults()) {
      const { fault } = one
      if (fault.toxic !== 'latency') continue
      const { latency, jitter = 0 } = fault
      one.fire(`is delayed ${this.direction}`)
      due += Math.max(0, latency + (2 * one.random.unit() - 1) * jitter)
    }
    return Math.max(due, this.#last)
  }

  /** How many of so many bytes pass at once: 0 only at a limit. */
  #cut(length: number): number {
    let size = Math.min(length, this.#afflictions.room(this.direction))
    for (const one of this.#faults()) {
      const most = mostOf(one, this.direction)
      if (most < size) {
        one.fire(PHRASES[one.fault.toxic] ?? 'is affected')
        size = most
      }
    }
    return size
  }

  #faults(): readonly Affliction[] {
    return this.#afflictions.on(this.direction)
  }
}

const BLOCKING: ReadonlySet<string> = new Set(['hold', 'partition', 'timeout'])
const STEPWISE: ReadonlySet<string> = new Set(['slicer', 'short_read', 'short_write'])

const PHRASES: Readonly<Record<string, string>> = {
  bandwidth: 'is slowed down',
  slicer: 'is sliced',
  short_read: 'is read in pieces',
  short_write: 'is written in pieces',
  limit_data: 'is at its limit',
}

/** How many bytes a fault lets pass at once. */
function mostOf({ fault, random, passed }: Affliction, direction: FaultDirection): number {
  switch (fault.toxic) {
    case 'bandwidth':
      return Math.max(1, Math.ceil(fault.rate * QUANTUM))
    case 'slicer': {
      const { average_size, size_variation = 0 } = fault
      return random.int(average_size - size_variation, average_size + size_variation)
    }
    case 'short_read':
    case 'short_write':
      return fault.size ?? 1
    case 'limit_data':
      return Math.max(0, fault.bytes - passed[direction])
    default:
      return NEVER
  }
}
