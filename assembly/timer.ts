/** Timers: the program's own, in a binary heap by the time when they are due. */
import { hold, now, release, Timers, useTimers } from './loop'

/**
 * Calls `onTimer()` once, or again and again. A timer that runs keeps the program running.
 *
 * ```ts
 * class Tick extends Timer {
 *   onTimer(): void { console.log("tick") }
 * }
 * new Tick().start(1000, 1000)
 * ```
 */
export class Timer {
  /** When it is due, in milliseconds of the loop's time. */
  due: f64 = 0
  /** Milliseconds from one call to the next, 0 for only one. */
  interval: f64 = 0
  /** Timers that are due at the same time are called in the order in which they were started. */
  order: u64 = 0
  /** The place in the heap, or -1. */
  place: i32 = -1

  /** Called when the time has passed. */
  onTimer(): void {}

  /** Whether it runs. */
  get active(): bool {
    return this.place >= 0
  }

  /**
   * Starts it, or starts it again.
   *
   * @param timeout - milliseconds until the first call
   * @param interval - milliseconds from then on to each of the next calls; with 0 there is only one
   */
  start(timeout: f64, interval: f64 = 0): void {
    this.stop()
    this.interval = interval > 0 ? interval : 0
    this.due = now() + (timeout > 0 ? timeout : 0)
    timers.add(this)
    hold()
  }

  /** Stops it. */
  stop(): void {
    if (this.place < 0) return
    timers.remove(this)
    release()
  }
}

/** A timer that calls a function. */
class FunctionTimer extends Timer {
  private readonly callback: () => void

  constructor(callback: () => void) {
    super()
    this.callback = callback
  }

  onTimer(): void {
    this.callback()
  }
}

/** Calls a function once, after some milliseconds. @returns the timer, which can be stopped */
export function setTimeout(callback: () => void, timeout: f64): Timer {
  const timer = new FunctionTimer(callback)
  timer.start(timeout)
  return timer
}

/** Calls a function again and again. @returns the timer, which can be stopped */
export function setInterval(callback: () => void, interval: f64): Timer {
  const timer = new FunctionTimer(callback)
  timer.start(interval, interval < 1 ? 1 : interval)
  return timer
}

/** A binary heap: no timer is due before the one in the middle between it and the root. */
class TimerHeap extends Timers {
  private readonly timers: Timer[] = []
  private started: u64 = 0

  next(): f64 {
    return this.timers.length > 0 ? this.timers[0].due : -1
  }

  run(time: f64): void {
    // Those that are started meanwhile have to wait for the next iteration, or this would not end.
    const last = this.started
    while (this.timers.length > 0) {
      const timer = this.timers[0]
      if (timer.due > time || timer.order > last) return
      timer.stop()
      if (timer.interval > 0) timer.start(timer.interval, timer.interval)
      timer.onTimer()
    }
  }

  add(timer: Timer): void {
    timer.order = ++this.started
    timer.place = this.timers.length
    this.timers.push(timer)
    this.rise(timer)
  }

  remove(timer: Timer): void {
    const last = this.timers.pop()
    const place = timer.place
    timer.place = -1
    if (last === timer) return
    this.put(last, place)
    this.rise(last)
    this.sink(last)
  }

  private rise(timer: Timer): void {
    while (timer.place > 0) {
      const middle = (timer.place - 1) >> 1
      const above = this.timers[middle]
      if (!isBefore(timer, above)) return
      this.put(above, timer.place)
      this.put(timer, middle)
    }
  }

  private sink(timer: Timer): void {
    for (;;) {
      let below = 2 * timer.place + 1
      if (below >= this.timers.length) return
      if (below + 1 < this.timers.length && isBefore(this.timers[below + 1], this.timers[below])) below++
      const next = this.timers[below]
      if (!isBefore(next, timer)) return
      this.put(next, timer.place)
      this.put(timer, below)
    }
  }

  private put(timer: Timer, place: i32): void {
    this.timers[place] = timer
    timer.place = place
  }
}

function isBefore(one: Timer, other: Timer): bool {
  return one.due < other.due || (one.due == other.due && one.order < other.order)
}

const timers = new TimerHeap()
useTimers(timers)
