/** When a connection with faults has something to do. */
import type { Host, HostTimer } from '../../host/contract/host.js'
import { NEVER } from './line.js'

/** Calls back at the earliest of the times that were asked for. */
export class Wake {
  readonly #host: Host
  readonly #now: () => number
  readonly #timer: HostTimer
  readonly #callback: () => void
  #at = NEVER
  #isDeferred = false

  /**
   * @param host - whose timers are used
   * @param now - milliseconds of its clock
   */
  constructor(host: Host, now: () => number, callback: () => void) {
    this.#host = host
    this.#now = now
    this.#callback = callback
    this.#timer = host.timer(() => {
      this.#at = NEVER
      callback()
    })
  }

  /** Calls back after so many milliseconds, or before; 0 is the next turn, and {@link NEVER} asks for nothing. */
  in(ms: number): void {
    if (ms <= 0) this.#soon()
    else if (ms !== NEVER && this.#now() + ms < this.#at) {
      this.#at = this.#now() + ms
      this.#timer.set(Math.ceil(ms))
    }
  }

  /** Forgets the times that were asked for. */
  clear(): void {
    this.#at = NEVER
    this.#timer.clear()
  }

  #soon(): void {
    if (this.#isDeferred) return
    this.#isDeferred = true
    this.#host.defer(() => {
      this.#isDeferred = false
      this.#callback()
    })
  }
}
