/** The longest delay between two attempts, in milliseconds. */
const LONGEST = 64

/** Calls back once after `ms` milliseconds, or as soon as possible for 0. @returns a function that cancels the call */
export type Schedule = (ms: number, callback: () => void) => () => void

/**
 * Decides when to try sending again after the operating system had no room. Node reports room only when bytes of its
 * own queue have been sent, and the bytes in that queue can neither be taken back nor be reported as sent. So nothing
 * is queued there; another attempt is scheduled instead: immediately, then after 1 ms, 2 ms, 4 ms, up to 64 ms as
 * long as no bytes are accepted. Each incomplete attempt is followed by exactly one call.
 */
export class WritableWatch {
  readonly #onRoom: () => void
  readonly #schedule: Schedule
  #delay = 0
  #forget: (() => void) | undefined

  /** @param onRoom - called later, once for each {@link WritableWatch.wait} */
  constructor(schedule: Schedule, onRoom: () => void) {
    this.#schedule = schedule
    this.#onRoom = onRoom
  }

  /**
   * Records that an attempt was incomplete, and schedules another.
   *
   * @param taken - whether some bytes were accepted nevertheless
   */
  wait(taken: boolean): void {
    if (taken) this.#delay = 0
    if (this.#forget !== undefined) return
    this.#forget = this.#schedule(this.#delay, this.#look)
    this.#delay = this.#delay === 0 ? 1 : Math.min(2 * this.#delay, LONGEST)
  }

  /** Cancels the scheduled call: there is nothing left to send. */
  stop(): void {
    this.#forget?.()
    this.#forget = undefined
  }

  readonly #look = (): void => {
    this.#forget = undefined
    this.#onRoom()
  }
}
