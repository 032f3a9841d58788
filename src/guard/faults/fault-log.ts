/** What faults have done. */
import type { Toxic } from './faults.js'

/** A fault that has fired. */
export interface FiredFault {
  /** Milliseconds since the host was made, by its monotonic clock. */
  readonly at: number
  /** The name of the fault. */
  readonly fault: string
  /** Its kind. */
  readonly toxic: Toxic
  /** What was affected: `connection 3 to 127.0.0.1:80`, `connection 2 at 127.0.0.1:80`, `db.test`. */
  readonly on: string
  /** What happened to it. */
  readonly effect: string
}

/** An answer of {@link Faults.explain}. */
export interface FaultReport {
  /** In the order in which they fired; the latest 1000. */
  readonly fired: readonly FiredFault[]
  /** How many before them were forgotten. */
  readonly forgotten: number
  /** The same as text, a line each. */
  readonly text: string
}

const MOST = 1000

/** Notes what faults have done, as far as there is room. */
export class FaultLog {
  readonly #now: () => number
  readonly #start: number
  #fired: FiredFault[] = []
  #count = 0

  /** @param now - milliseconds of the host's clock */
  constructor(now: () => number) {
    this.#now = now
    this.#start = now()
  }

  /** Notes one. */
  add(fault: string, toxic: Toxic, on: string, effect: string): void {
    const at = Math.round((this.#now() - this.#start) * 1000) / 1000
    this.#fired.push({ at, fault, toxic, on, effect })
    this.#count++
    if (this.#fired.length >= 2 * MOST) this.#fired = this.#fired.slice(-MOST)
  }

  /** What was noted. */
  report(): FaultReport {
    const fired = this.#fired.slice(-MOST)
    const forgotten = this.#count - fired.length
    const lines = fired.map(({ at, fault, on, effect }) => `${at.toFixed(1)} ms  ${fault}: ${on} ${effect}`)
    const text = [...(forgotten > 0 ? [`(${forgotten} more before)`] : []), ...lines].join('\n')
    return { fired, forgotten, text }
  }
}
