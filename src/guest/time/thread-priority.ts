/** The priority of a thread of this process, where each has its own: on Linux. */
import { getPriority, setPriority } from 'node:os'

/** How much a thread yields: with it, it gets a third of what another thread gets that computes, too. */
const LESS = 5

/** The least priority. */
const LEAST = 19

/** The priority of one thread, which yields to all others while it computes for long. */
export class ThreadPriority {
  readonly #thread: number
  /** Its priority, while it yields. */
  #usual: number | undefined

  /** @param thread - the number of a thread of this process: elsewhere, a number could be another process */
  constructor(thread: number) {
    this.#thread = thread
  }

  /** Lets it yield, or no more. The latter has no effect for a process that may not raise a priority. */
  set(yields: boolean): void {
    if (yields === (this.#usual !== undefined)) return
    try {
      if (this.#usual === undefined) {
        const usual = getPriority(this.#thread)
        setPriority(this.#thread, Math.min(usual + LESS, LEAST))
        this.#usual = usual
      } else {
        const usual = this.#usual
        this.#usual = undefined
        setPriority(this.#thread, usual)
      }
    } catch {
      // It has ended, or this process has no permission.
    }
  }
}
