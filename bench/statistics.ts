/** Computes figures from rounds: ratios to the yardstick, with median and spread. */
import type { Contender } from './contenders.js'
import type { Measurement } from './measure.js'
import type { Mode } from './modes.js'

/** A measurement of a contender, and the neighbouring one of the yardstick. */
export interface Pair {
  readonly theirs: Measurement
  readonly yardstick: Measurement
}

/** One contender in one mode. */
export interface Result {
  readonly mode: Mode
  readonly contender: Contender
  readonly pairs: readonly Pair[]
}

/** A figure over all rounds. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** Median, lowest and highest. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2
  return { median, low: at(0), high: at(sorted.length - 1) }
}

/** The value relative to the yardstick: above 1 is faster, or cheaper. */
export function ratio({ mode, pairs }: Result): Spread {
  return spread(
    pairs.map(({ theirs, yardstick }) => (mode.cost ? yardstick.value / theirs.value : theirs.value / yardstick.value)),
  )
}

/** CPU time divided by the yardstick's for the same work; below 1 is cheaper. `undefined` if it was not measured. */
export function cpuRatio({ pairs }: Result): Spread | undefined {
  const values = pairs.flatMap(({ theirs, yardstick }) =>
    theirs.cpu !== undefined && yardstick.cpu ? [theirs.cpu / yardstick.cpu] : [],
  )
  return values.length > 0 ? spread(values) : undefined
}

/** The median of one of the contender's figures; `undefined` if it was not measured. */
export function own({ pairs }: Pick<Result, 'pairs'>, figure: keyof Measurement): number | undefined {
  const values = pairs.flatMap(({ theirs }) => theirs[figure] ?? [])
  return values.length > 0 ? spread(values).median : undefined
}
