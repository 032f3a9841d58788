/** Events in virtual time. */
import type { HostTimer } from '../contract/host.js'
import type { Queue } from './queue.js'
import type { RunLog } from './run-log.js'

/** An event that will happen. */
interface Planned {
  /** In nanoseconds. */
  readonly at: number
  /** How many were planned before: of events at the same time, the one planned first happens first. */
  readonly order: number
  /** `undefined` once it was cancelled. */
  event: (() => void) | undefined
}

/** When virtual clocks start, in nanoseconds, as in `monotonicTime()`: programs take 0 for "never". */
const START = 1e12

/** Nanoseconds in a millisecond. */
const MS = 1e6

/**
 * The events of a simulated world, in the order of their time. Time stands still while an event runs, and jumps from
 * one to the next.
 */
export class Schedule implements Queue {
  #now = START
  #posted = 0
  #cancelled = 0
  /** A binary heap: each is before its two children. */
  readonly #heap: Planned[] = []
  /** Where what happens is noted. */
  readonly log: RunLog

  constructor(log: RunLog) {
    this.log = log
  }

  /** Monotonic time in nanoseconds. */
  get now(): number {
    return this.#now
  }

  /** The milliseconds since the world began. */
  get elapsed(): number {
    return this.elapsedAt(this.#now)
  }

  /** The milliseconds since the world began at a time in nanoseconds. */
  elapsedAt(at: number): number {
    return (at - START) / MS
  }

  get length(): number {
    return this.#heap.length - this.#cancelled
  }

  get posted(): number {
    return this.#posted
  }

  /** When the next event happens, in nanoseconds; `undefined` if there is none. */
  get next(): number | undefined {
    this.#dropCancelled()
    return this.#heap[0]?.at
  }

  post(event: () => void): void {
    this.plan(this.#now, event)
  }

  /** Plans an event. @param at - in nanoseconds; one that is over means now @returns a function that cancels it */
  plan(at: number, event: () => void): () => void {
    const planned: Planned = { at: Math.max(at, this.#now), order: this.#posted++, event }
    this.#heap.push(planned)
    this.#rise(this.#heap.length - 1)
    return () => {
      if (planned.event === undefined) return
      planned.event = undefined
      this.#cancelled++
    }
  }

  /** Plans an event some milliseconds from now. */
  after(ms: number, event: () => void): () => void {
    return this.plan(this.#now + Math.ceil(ms * MS), event)
  }

  /** A timer of this time. */
  timer(callback: () => void): HostTimer {
    let cancel = (): void => {}
    return {
      set: (ms) => {
        cancel()
        cancel = this.after(ms, callback)
      },
      clear: () => cancel(),
    }
  }

  /** Lets the next event happen, at its time. @returns whether there was one */
  step(): boolean {
    this.#dropCancelled()
    const first = this.#heap[0]
    if (first === undefined) return false
    this.#removeFirst()
    this.#now = first.at
    const { event } = first
    this.log.add(first.at, first.order)
    // A timer may be cleared from its own callback.
    first.event = undefined
    event?.()
    return true
  }

  /** Lets time pass in which nothing happens. @param to - in nanoseconds, not after the next event */
  pass(to: number): void {
    this.#now = Math.max(this.#now, to)
  }

  #dropCancelled(): void {
    while (this.#heap.length > 0 && this.#heap[0]?.event === undefined) {
      this.#removeFirst()
      this.#cancelled--
    }
  }

  #removeFirst(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    this.#sink(0)
  }

  #rise(index: number): void {
    for (let at = index; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!this.#swapUnlessBefore(parent, at)) return
      at = parent
    }
  }

  #sink(index: number): void {
    for (let at = index; ; ) {
      const left = 2 * at + 1
      const right = left + 1
      const child = right < this.#heap.length && this.#isBefore(right, left) ? right : left
      if (child >= this.#heap.length || !this.#swapUnlessBefore(at, child)) return
      at = child
    }
  }

  #swapUnlessBefore(parent: number, child: number): boolean {
    const [a, b] = [this.#heap[parent], this.#heap[child]]
    if (a === undefined || b === undefined || !this.#isBefore(child, parent)) return false
    this.#heap[parent] = b
    this.#heap[child] = a
    return true
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]]
    if (a === undefined || b === undefined) return false
    return a.at < b.at || (a.at === b.at && a.order < b.order)
  }
}
