/** The clock of the virtual network. It shows the real time; a virtual clock would have the same three methods. */
import { monotonicTime, wallTime } from '../common/time.js'
import type { HostTimer } from '../contract/host.js'
import { LONGEST_DELAY, unreferenced } from './event-queue.js'

/** A clock that shows the real time. */
export class RealClock {
  readonly #start = performance.now()

  /** Monotonic time in nanoseconds; it starts at the same value on every network. */
  now(): number {
    return monotonicTime(this.#start)
  }

  /** Wall clock time in milliseconds since 1970. */
  wall(): number {
    return wallTime()
  }

  /** Creates a timer, which is not set yet and never keeps the process alive. */
  timer(callback: () => void): HostTimer {
    return new RealTimer(callback)
  }
}

class RealTimer implements HostTimer {
  readonly #callback: () => void
  #due = 0
  #handle: ReturnType<typeof setTimeout> | undefined

  constructor(callback: () => void) {
    this.#callback = callback
  }

  set(ms: number): void {
    this.clear()
    this.#due = performance.now() + ms
    this.#arm(ms)
  }

  clear(): void {
    clearTimeout(this.#handle)
    this.#handle = undefined
  }

  #arm(ms: number): void {
    this.#handle = unreferenced(setTimeout(this.#fire, Math.min(Math.ceil(ms), LONGEST_DELAY)))
  }

  readonly #fire = (): void => {
    // The runtime's timers may fire a fraction of a millisecond early, and have a maximum delay.
    const left = this.#due - performance.now()
    if (left > 0) {
      this.#arm(left)
      return
    }
    this.#handle = undefined
    this.#callback()
  }
}
