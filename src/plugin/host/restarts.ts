/** When a plugin that has ended is started again. */
import { ArgumentError, show } from '../../uv/errors.js'
import type { PluginOutcome } from '../outcome.js'

/** When a plugin that has ended is started again, and after how long. */
export interface RestartOptions {
  /** `on-failure`, the default: unless it has exited with 0 or was stopped. */
  readonly when?: 'never' | 'on-failure' | 'always'
  /** Milliseconds before the first restart; each further one takes twice as long. 100 by default. */
  readonly first?: number
  /** The most milliseconds before a restart; 30,000 by default. */
  readonly most?: number
  /** After it has run for so many milliseconds, a failure is the first one again; 60,000 by default. */
  readonly calm?: number
}

const WHENS = ['never', 'on-failure', 'always'] as const

/** Counts the failures of one plugin. */
export class Restarts {
  readonly #options: Required<RestartOptions>
  #failures = 0

  /** @throws {ArgumentError} when an option is not valid */
  constructor({ when = 'on-failure', first = 100, most = 30_000, calm = 60_000 }: RestartOptions) {
    if (!WHENS.includes(when))
      throw new ArgumentError(`Cannot restart the plugin: when ${show(when)} is not valid; give ${WHENS.join(', ')}`)
    for (const [name, value] of Object.entries({ first, most, calm })) {
      if (typeof value === 'number' && value >= 0) continue
      throw new ArgumentError(`Cannot restart the plugin: ${name} ${show(value)} is not a time; give milliseconds`)
    }
    this.#options = { when, first, most, calm }
  }

  /**
   * Takes the end of the plugin.
   *
   * @param lived - how long it has run, in milliseconds
   * @returns the milliseconds until it is to be started again; `undefined` for never
   */
  after(outcome: PluginOutcome, lived: number): number | undefined {
    const { when, first, most, calm } = this.#options
    const isWell = outcome.kind === 'stopped' || (outcome.kind === 'exited' && outcome.code === 0)
    if (when === 'never' || (when === 'on-failure' && isWell)) return undefined
    if (lived >= calm) this.#failures = 0
    // A power above that of numbers is Infinity.
    return Math.min(most, first * 2 ** this.#failures++)
  }
}
