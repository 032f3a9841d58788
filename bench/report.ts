/** From rounds to what a person reads: ratios to the yardstick, median and spread, as a table and as a picture. */
import type { Contender } from './contenders.js'
import type { Measurement } from './measure.js'
import type { Mode } from './modes.js'

/** One contender in one mode, against the yardstick's neighbouring rounds. */
export interface Result {
  readonly mode: Mode
  readonly contender: Contender
  /** The contender's rounds and the yardstick's, pair by pair. */
  readonly pairs: readonly { readonly theirs: Measurement; readonly yardstick: Measurement }[]
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

/** Rate over the yardstick's rate; above 1 is faster. */
export function rateRatio({ pairs }: Result): Spread {
  return spread(pairs.map(({ theirs, yardstick }) => theirs.rate / yardstick.rate))
}

/** CPU time over the yardstick's for the same work; below 1 is cheaper. */
export function cpuRatio({ pairs }: Result): Spread {
  return spread(pairs.map(({ theirs, yardstick }) => theirs.cpu / yardstick.cpu))
}

/** The results as a Markdown table, modes across. */
export function table(results: readonly Result[], modes: readonly Mode[], contenders: readonly Contender[]): string {
  const cell = (contender: Contender, mode: Mode): string => {
    const result = results.find((one) => one.mode === mode && one.contender === contender)
    if (result === undefined) return '-'
    const { median, low, high } = rateRatio(result)
    const text = `${median.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`
    return `${text} cpu ${cpuRatio(result).median.toFixed(2)}`
  }
  const rows = contenders.map(
    (contender) => `| ${contender.title} | ${modes.map((mode) => cell(contender, mode)).join(' | ')} |`,
  )
  return [
    `| node:net = 1.00 | ${modes.map((mode) => mode.title).join(' | ')} |`,
    `|---|${modes.map(() => '---').join('|')}|`,
    ...rows,
  ].join('\n')
}

const COLOURS = ['#4477aa', '#228833', '#66ccee', '#ccbb44', '#ee6677', '#aa3377']
const BAR = 14
const LEFT = 190
const SCALE = 220

/** The results as a picture: one bar for each contender in each mode, a line where the yardstick is. */
export function picture(results: readonly Result[], modes: readonly Mode[], contenders: readonly Contender[]): string {
  const group = (contenders.length + 1) * BAR + 12
  const height = modes.length * group + 50
  const bars = modes.flatMap((mode, row) => {
    const top = 40 + row * group
    const label = `<text x="${LEFT - 10}" y="${top + group / 2}" text-anchor="end">${mode.title}</text>`
    const drawn = contenders.flatMap((contender, index) => {
      const result = results.find((one) => one.mode === mode && one.contender === contender)
      if (result === undefined) return []
      const { median } = rateRatio(result)
      const y = top + index * BAR
      const width = Math.min(median, 3) * SCALE
      return [
        `<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 2}" fill="${COLOURS[index % COLOURS.length]}"/>`,
        `<text x="${LEFT + width + 5}" y="${y + BAR - 4}" font-size="10">${median.toFixed(2)} ${contender.title}</text>`,
      ]
    })
    return [label, ...drawn]
  })
  const line = LEFT + SCALE
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="1080" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    `<text x="${line}" y="20" text-anchor="middle">node:net</text>`,
    `<line x1="${line}" y1="26" x2="${line}" y2="${height - 10}" stroke="black" stroke-dasharray="4 3"/>`,
    ...bars,
    '</svg>',
    '',
  ].join('\n')
}
