/** Milliseconds between two tries at the most. */
const LONGEST = 64

/** Calls back once after so many milliseconds, 0 for as soon as may be. @returns what forgets it */
export type Schedule = (ms: number, callback: () => void) => () => void

/**
 * Says when it is worth trying again to send, after the operating system had no room. Node tells of room only when bytes of
 * its own queue have gone, and what is in that queue can be neither taken back nor called sent. So nothing is put there, and
 * another try is asked for after a while: at once, then after 1 ms, 2 ms, 4 ms, up to 64 ms as long as nothing is taken. One
 * call follows each try that fell short, and none follows silence.
 */
export class RoomWatch {
  readonly #onRoom: () => void
  readonly #schedule: Schedule
  #delay = 0
  #forget: (() => void) | undefined

  /** @param onRoom - called later, once for each {@link RoomWatch.wait} */
  constructor(schedule: Schedule, onRoom: () => void) {
    this.#schedule = schedule
    this.#onRoom = onRoom
  }

  /** A try fell short. @param taken - whether some bytes were taken all the same */
  wait(taken: boolean): void {
    if (taken) this.#delay = 0
    if (this.#forget !== undefined) return
    this.#forget = this.#schedule(this.#delay, this.#look)
    this.#delay = this.#delay === 0 ? 1 : Math.min(2 * this.#delay, LONGEST)
  }

  /** Nothing is to be sent any more. */
  stop(): void {
    this.#forget?.()
    this.#forget = undefined
  }

  readonly #look = (): void => {
    this.#forget = undefined
    this.#onRoom()
  }
}
