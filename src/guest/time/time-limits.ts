/** How long a guest may compute and live. */
import { ArgumentError, show } from '../../uv/errors.js'

/**
 * The limits of a guest's time, in milliseconds. A guest that is beyond one is ended, with the outcome `limit`. None
 * has a limit by default: a program that compresses a file for an hour is as legitimate as a server that runs for a
 * year.
 *
 * Under the driver `worker` they are enforced whatever the guest does, some milliseconds late; processor time is that
 * of its thread, as Linux counts it, and elsewhere the time in which the guest does not wait. Under `jspi` and `pump` a
 * guest runs in its host's thread: nothing else can run while it computes, so they are enforced when it next makes a
 * call, and a guest that makes none is not ended.
 */
export interface TimeLimits {
  /**
   * Processor time between two calls that may wait, such as the poll of an event loop. A program that serves others
   * does not answer meanwhile, and one in an endless loop never does.
   */
  readonly iterationTime: number
  /** Processor time in total. */
  readonly processorTime: number
  /** Time since the guest was started, whatever it did. */
  readonly wallTime: number
}

/** The name of a limit of time. */
export type TimeLimitName = keyof TimeLimits

const NONE = Number.POSITIVE_INFINITY

/** The limits of a guest for which none were given. */
export const DEFAULT_TIME_LIMITS: TimeLimits = { iterationTime: NONE, processorTime: NONE, wallTime: NONE }

/** The names of these limits. */
export const TIME_LIMIT_NAMES: readonly TimeLimitName[] = ['iterationTime', 'processorTime', 'wallTime']

/**
 * Completes limits with the defaults. Others than those of time are left out.
 *
 * @throws {ArgumentError} when one is not a number of milliseconds of at least 1, nor infinite
 */
export function readTimeLimits(given: Partial<TimeLimits>): TimeLimits {
  const read = (name: TimeLimitName): number => {
    const { [name]: value = DEFAULT_TIME_LIMITS[name] } = given
    if (typeof value === 'number' && value >= 1) return value
    throw new ArgumentError(
      `Cannot limit ${name} to ${show(value)}: it is not a time; give milliseconds, 1 at least, or Infinity`,
    )
  }
  return { iterationTime: read('iterationTime'), processorTime: read('processorTime'), wallTime: read('wallTime') }
}
