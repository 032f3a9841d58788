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

/** The timer of the platform, captured for the same reason. */
const realTimeout = globalThis.setTimeout.bind(globalThis)

/** The longest delay of the platform's timers, in milliseconds. */
const LONGEST = 2 ** 31 - 1

/** What limits a run. */
export interface DriverLimits {
  /** Milliseconds of virtual time. */
  readonly until: number
  /** How many milliseconds of virtual time pass in one of real time; infinite for as many as possible. */
  readonly speed: number
  /** How many events may happen at the same time, before it is taken for an endless loop; a million by default. */
  readonly mostAtOnce?: number
}

/**
 * Drives a world. An event happens, then whatever awaits it runs, then the next one happens: a macrotask lies between
 * two events, so the order in which promises settle never depends on the engine's queues. Time jumps to the next event
 * unless something outside the simulation is awaited.
 */
export class Driver {
  readonly #schedule: Schedule
  readonly #outside = new Set<Promise<unknown>>()
  /** Conditions that are awaited: true once they hold. */
  readonly #conditions = new Map<() => boolean, () => void>()
  #steps = 0
  /** How many events have happened since time last passed. */
  #atOnce = 0
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

  /** Resolves when a condition is true, which is asked after each event. */
  async when(isTrue: () => boolean): Promise<void> {
    if (isTrue()) return
    await new Promise<void>((resolve) => this.#conditions.set(isTrue, resolve))
  }

  /** Resolves after the next event. */
  step(): Promise<void> {
    const before = this.#steps
    return this.when(() => this.#steps > before)
  }

  /** @returns whether a condition has become true, so that what awaits it has to run before anything happens */
  #settleConditions(): boolean {
    let isAny = false
    for (const [isTrue, resolve] of [...this.#conditions]) {
      if (!isTrue()) continue
      this.#conditions.delete(isTrue)
      resolve()
      isAny = true
    }
    return isAny
  }

  /**
   * Lets time pass until a promise is settled.
   *
   * @throws {StuckError} when nothing is planned any more, or the time is over
   */
  async run<Value>(promise: Promise<Value>, { until, speed, mostAtOnce = 1e6 }: DriverLimits): Promise<Value> {
    const since = realTime()
    let isSettled = false
    const settle = (): void => {
      isSettled = true
    }
    promise.then(settle, settle)
    for (;;) {
      await turn()
      if (isSettled) return promise
      if (this.#conditions.size > 0 && this.#settleConditions()) continue
      if (this.#outside.size > 0) {
        await Promise.race([...this.#outside, promise]).catch(() => {})
        continue
      }
      const { next } = this.#schedule
      if (next === undefined) await this.#waitOutside(() => isSettled)
      else if (this.#schedule.elapsedAt(next) > until)
        throw new StuckError(
          `Cannot finish the scenario: it is not over after ${until} ms of virtual time; raise until, or see ` +
            `what it waits for:\n${this.#describe()}`,
        )
      else if (!(await this.#waits(next, since, speed))) this.#step(mostAtOnce)
    }
  }

  #step(mostAtOnce: number): void {
    const { now } = this.#schedule
    this.#steps++
    this.#schedule.step()
    this.#atOnce = this.#schedule.now > now ? 0 : this.#atOnce + 1
    if (this.#atOnce < mostAtOnce) return
    throw new StuckError(
      `Cannot go on: ${mostAtOnce} events have happened at ${this.#schedule.elapsed} ms, and time does not pass; ` +
        `something tries again and again without waiting, see what is open:\n${this.#describe()}`,
    )
  }

  /** Waits for the next event in real time, if it is to be seen. @returns whether it has waited */
  async #waits(next: number, since: number, speed: number): Promise<boolean> {
    if (speed === Number.POSITIVE_INFINITY) return false
    const wait = this.#schedule.elapsedAt(next) / speed - (realTime() - since)
    if (wait < 1) return false
    await new Promise((resolve) => realTimeout(resolve, Math.min(wait, LONGEST)))
    return true
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
