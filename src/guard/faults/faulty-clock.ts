/** Clocks that faults move. */
import type { Host, HostTimer } from '../../host/contract/host.js'
import type { FaultEntry } from './fault-entry.js'
import type { FaultSet } from './fault-set.js'

/** Moves the clocks of a host as its faults say, and the timers with them. */
export class FaultyClock {
  readonly #host: Host
  readonly #faults: FaultSet
  /** Faults that have moved the clocks already. */
  readonly #done = new WeakSet<FaultEntry>()
  readonly #timers = new Set<FaultyTimer>()
  readonly #edge: HostTimer
  /** How far the monotonic clock is ahead, in milliseconds. */
  #ahead = 0
  #wallShift = 0

  constructor(host: Host, faults: FaultSet) {
    this.#host = host
    this.#faults = faults
    this.#edge = host.timer(() => this.update())
  }

  /** Monotonic time in nanoseconds. */
  clock(): number {
    return this.#host.clock() + this.#ahead * 1e6
  }

  /** Wall clock time in milliseconds. */
  wallClock(): number {
    return this.#host.wallClock() + this.#wallShift
  }

  /** Makes a timer of this clock. */
  timer(callback: () => void): HostTimer {
    return new FaultyTimer(this.#host, this.#timers, () => this.clock(), callback)
  }

  /** Finds out which faults have begun, and which have ended. */
  update(): void {
    const now = this.#faults.now()
    let next = Number.POSITIVE_INFINITY
    let jump = 0
    this.#wallShift = 0
    for (const entry of this.#faults.entries) {
      const { fault } = entry
      if (fault.toxic !== 'clock') continue
      const { from, to } = entry.times
      for (const edge of [from, to]) if (edge > now) next = Math.min(next, edge)
      if (!entry.isActive(now)) continue
      const { wall = 0, monotonic = 0 } = fault
      this.#wallShift += wall
      if (this.#done.has(entry)) continue
      this.#done.add(entry)
      jump += monotonic
      this.#faults.note(entry, 'the clock', `jumps: wall ${wall} ms, monotonic ${monotonic} ms`)
    }
    if (next === Number.POSITIVE_INFINITY) this.#edge.clear()
    else this.#edge.set(Math.ceil(next - now))
    if (jump === 0) return
    this.#ahead += jump
    for (const timer of this.#timers) timer.move()
  }
}

/** A timer that keeps its time when the clock is moved. */
class FaultyTimer implements HostTimer {
  readonly #inner: HostTimer
  readonly #set: Set<FaultyTimer>
  readonly #clock: () => number
  #due = 0

  constructor(host: Host, set: Set<FaultyTimer>, clock: () => number, callback: () => void) {
    this.#set = set
    this.#clock = clock
    this.#inner = host.timer(() => {
      set.delete(this)
      callback()
    })
  }

  set(ms: number): void {
    this.#due = this.#clock() + ms * 1e6
    this.#set.add(this)
    this.#inner.set(ms)
  }

  clear(): void {
    this.#set.delete(this)
    this.#inner.clear()
  }

  /** The clock has been moved. */
  move(): void {
    this.#inner.set(Math.max(0, Math.ceil((this.#due - this.#clock()) / 1e6)))
  }
}
