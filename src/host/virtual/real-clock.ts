/** The time of the virtual network. It is the real one; a virtual clock has the same three methods. */
import type { HostTimer } from '../contract/host.js'
import { LONGEST_DELAY, unreferenced } from './event-queue.js'

/** Real time. */
export class RealClock {
  /** Monotonic time in nanoseconds. */
  now(): number {
    return Math.round(performance.now() * 1e6)
  }

  /** Wall clock time in milliseconds since 1970. */
  wall(): number {
    return performance.timeOrigin + performance.now()
  }

  /** Makes a timer that is not set and that never keeps the process alive. */
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
    // The runtime's timers may be early by a fraction of a millisecond, and cannot be as late as one may ask.
    const left = this.#due - performance.now()
    if (left > 0) {
      this.#arm(left)
      return
    }
    this.#handle = undefined
    this.#callback()
  }
}
