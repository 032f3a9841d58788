/** Lets time pass in a simulated world while a scenario waits. */
import { macrotask, type Schedule } from '../host/virtual-world.js'

/** Why a scenario cannot go on. */
export class StuckError extends Error {
  override readonly name = 'StuckError'
}

/** Milliseconds of real time that a scenario may wait for something outside that it has not told. */
const PATIENCE = 1000

const soon = macrotask()
/** The real time in milliseconds: captured, since a run replaces it. */
const realTime = performance.now.bind(performance)
const turn = (): Promise<void> => new Promise(soon)

/** What limits a run. */
export interface DriverLimits {
  /** Milliseconds of virtual time. */
  readonly until: number
}

/**
 * Drives a world. An event happens, then whatever awaits it runs, then the next one happens: a macrotask lies between
 * two events, so the order in which promises settle never depends on the engine's queues. Time jumps to the next event
 * unless something outside the simulation is awaited.
 */
export class Driver {
  readonly #schedule: Schedule
  readonly #outside = new Set<Promise<unknown>>()
  /** What it may be that nothing happens any more, one line each. */
  readonly #whatWaits: () => readonly string[]

  /** @param whatWaits - called when nothing is planned, for the message */
  constructor(schedule: Schedule, whatWaits: () => readonly string[]) {
    this.#schedule = schedule
    this.#whatWaits = whatWaits
  }

  /** Lets time stand still until a promise settles that something outside the simulation settles. */
  async outside<Value>(promise: Promise<Value>): Promise<Value> {
    this.#outside.add(promise)
    try {
      return await promise
    } finally {
      this.#outside.delete(promise)
    }
  }

  /**
   * Lets time pass until a promise is settled.
   *
   * @throws {StuckError} when nothing is planned any more, or the time is over
   */
  async run<Value>(promise: Promise<Value>, { until }: DriverLimits): Promise<Value> {
    let isSettled = false
    const settle = (): void => {
      isSettled = true
    }
    promise.then(settle, settle)
    for (;;) {
      await turn()
      if (isSettled) return promise
      if (this.#outside.size > 0) {
        await Promise.race([...this.#outside, promise]).catch(() => {})
        continue
      }
      const { next } = this.#schedule
      if (next === undefined) await this.#waitOutside(() => isSettled)
      else if (this.#schedule.elapsed > until)
        throw new StuckError(
          `Cannot finish the scenario: it is not over after ${until} ms of virtual time; raise the limit, or see ` +
            `what it waits for:\n${this.#describe()}`,
        )
      else this.#schedule.step()
    }
  }

  /** Nothing is planned: only something outside can go on, for which no time passes. */
  async #waitOutside(isSettled: () => boolean): Promise<void> {
    const since = realTime()
    const { posted } = this.#schedule
    while (!isSettled() && this.#schedule.posted === posted && this.#outside.size === 0) {
      if (realTime() - since > PATIENCE)
        throw new StuckError(
          `Cannot go on: nothing will happen in the simulation any more, but the scenario waits; use sim.outside() for ` +
            `what is not in it, or see what is open:\n${this.#describe()}`,
        )
      await turn()
    }
  }

  #describe(): string {
    const lines = this.#whatWaits()
    return lines.length === 0 ? '  nothing is open' : lines.map((line) => `  ${line}`).join('\n')
  }
}
