/** What one guest uses of its limits of time. */
import type { LimitHooks, Usage } from '../../guard/limits/ledger.js'
import { TIME_LIMIT_NAMES, type TimeLimitName, type TimeLimits } from './time-limits.js'

/** How much time a guest has used, in milliseconds: see {@link TimeLimits}. */
export type TimeUsed = Readonly<Record<TimeLimitName, number>>

/** What is told of limits of time. */
export interface TimeHooks {
  /** See {@link LimitHooks.onWarning}. */
  readonly onWarning?: ((limit: TimeLimitName, usage: Usage) => void) | undefined
  /** See {@link LimitHooks.onLimit}. */
  readonly onLimit?: ((limit: TimeLimitName, usage: Usage) => void) | undefined
}

/** A limit that a guest is beyond. */
export interface Exceeded {
  readonly limit: TimeLimitName
  readonly usage: Usage
}

const WARNING = 0.8
const CALM = 0.6

/** The part of the limit of an iteration after which a guest computes for long. */
const LONG = 0.1

/** How often a guest is looked at in an iteration as long as its limit: the looks tell when an iteration began. */
const LOOKS = 4

/** Compares the time that a guest has used with its limits. */
export class TimeMeter {
  /** Whether there is any limit, so that time has to be measured; asked in every turn of a loop. */
  readonly isLimited: boolean
  readonly #limits: TimeLimits
  readonly #hooks: TimeHooks
  readonly #warned = new Set<TimeLimitName>()
  #used: TimeUsed = { iterationTime: 0, processorTime: 0, wallTime: 0 }

  /** @param hooks - what is told at 80 % of a limit, and beyond it */
  constructor(limits: TimeLimits, hooks: TimeHooks) {
    this.#limits = limits
    this.#hooks = hooks
    this.isLimited = TIME_LIMIT_NAMES.some((name) => limits[name] !== Number.POSITIVE_INFINITY)
  }

  /** What is used of each limit. @param used - what has been measured, in milliseconds */
  usage(used: TimeUsed): Readonly<Record<TimeLimitName, Usage>> {
    const { iterationTime, processorTime, wallTime } = this.#limits
    return {
      iterationTime: { used: used.iterationTime, limit: iterationTime },
      processorTime: { used: used.processorTime, limit: processorTime },
      wallTime: { used: used.wallTime, limit: wallTime },
    }
  }

  /** How soon the guest has to be looked at again, so that it cannot be far beyond a limit; in milliseconds. */
  get soon(): number {
    return Math.min(this.#limits.iterationTime / LOOKS, ...TIME_LIMIT_NAMES.map((name) => this.left(name)))
  }

  /** How long the guest stays within a limit whatever it does, in milliseconds; `Infinity` without it. */
  left(name: TimeLimitName): number {
    return Math.max(0, this.#limits[name] - this.#used[name])
  }

  /** Whether a guest computes for so long that the others are to come first. */
  isLong({ iterationTime }: TimeUsed): boolean {
    return iterationTime >= LONG * this.#limits.iterationTime
  }

  /** Takes what has been used. @returns the limit that it is beyond, if any */
  take(used: TimeUsed): Exceeded | undefined {
    this.#used = used
    const table = this.usage(used)
    let exceeded: Exceeded | undefined
    for (const limit of TIME_LIMIT_NAMES) {
      const usage = table[limit]
      if (usage.used >= usage.limit) exceeded ??= { limit, usage }
      else this.#warn(limit, usage)
    }
    if (exceeded !== undefined) this.#hooks.onLimit?.(exceeded.limit, exceeded.usage)
    return exceeded
  }

  #warn(limit: TimeLimitName, usage: Usage): void {
    const part = usage.used / usage.limit
    if (part < CALM) this.#warned.delete(limit)
    else if (part >= WARNING && !this.#warned.has(limit)) {
      this.#warned.add(limit)
      this.#hooks.onWarning?.(limit, usage)
    }
  }
}
