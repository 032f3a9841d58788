/** Formats the results as Markdown. */
import type { Contender } from './contenders.js'
import type { Figures } from './figures.js'
import type { Mode } from './modes.js'
import { cpuRatio, own, type Result, ratio } from './statistics.js'

/** All results, and their environment. */
export interface Report {
  /** The runtime of the programs, for example `Node v20.20.2`. */
  readonly runtime: string
  /** The name of the usual yardstick in the report. */
  readonly rod: string
  /** The number and model of the processors, and the system's kernel. */
  readonly machine: string
  readonly commit: string
  readonly date: string
  readonly rounds: number
  readonly seconds: number
  readonly modes: readonly Mode[]
  /** The contenders, without the yardstick. */
  readonly contenders: readonly Contender[]
  /** The results, including those of the yardsticks, which are compared with themselves. */
  readonly results: readonly Result[]
  readonly figures: Figures | undefined
}

/** One line with the date, the commit, the environment and the parameters. */
export function circumstances({ runtime, machine, commit, date, rounds, seconds }: Report): string {
  return `${date}, ${commit}, ${runtime}, ${machine}, ${rounds} rounds of ${seconds} s`
}

/** The whole report. */
export function markdown(report: Report): string {
  return [circumstances(report), ratios(report), absolutes(report), conclusions(report), singles(report)]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** The part that is kept: the ratios, which are valid on other machines too, and this library's own figures. */
export function milestone(report: Report): string {
  return [circumstances(report), ratios(report), conclusions(report), singles(report)]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** The speed relative to the yardstick: median, spread, and the ratio of CPU times. */
function ratios({ rod, modes, contenders, results }: Report): string {
  const cell = (mode: Mode, contender: Contender): string => {
    const result = find(results, mode, contender)
    if (result === undefined) return '-'
    if (result.contender.name === mode.against) return '1'
    const { median, low, high } = ratio(result)
    const cpu = mode.per === undefined ? cpuRatio(result) : undefined
    const spread = result.pairs.length > 1 ? ` (${short(low)}-${short(high)})` : ''
    return `**${short(median)}**${spread}${cpu === undefined ? '' : ` cpu ${short(cpu.median)}`}`
  }
  return asTable(
    [`${rod} = 1, more is better`, ...contenders.map(({ title }) => title)],
    modes.map((mode) => [mode.title, ...contenders.map((contender) => cell(mode, contender))]),
  )
}

/** The absolute values. */
function absolutes({ modes, results }: Report): string {
  const number = (value: number | undefined): string => (value === undefined ? '' : plain(value))
  const row = (result: Result): string[] => {
    const { mode, contender } = result
    const times = (['p50', 'p99', 'p999'] as const).map((name) => number(own(result, name)))
    const per = mode.per === undefined ? '' : ` a ${mode.per}`
    const cpu = number(own(result, 'cpu'))
    return [
      mode.title,
      contender.title,
      `${number(own(result, 'value'))} ${mode.unit}`,
      cpu && `${cpu}${per}`,
      ...times,
    ]
  }
  return asTable(
    ['', '', 'median', 'CPU for one, µs', 'p50, µs', 'p99', 'p99.9'],
    modes.flatMap((mode) => results.filter((result) => result.mode === mode).map(row)),
  )
}

/** Figures that are computed from two modes. */
function conclusions({ modes, results }: Report): string {
  const all = modes.find(({ name }) => name === 'active100')
  const few = modes.find(({ name }) => name === 'active1pc')
  if (all === undefined || few === undefined) return ''
  const told = results.flatMap((result) => {
    const other = find(results, few, result.contender)
    if (result.mode !== all || other === undefined) return []
    const share = (own(other, 'cpu') ?? Number.NaN) / (own(result, 'cpu') ?? Number.NaN)
    return [`${result.contender.title} ${short(share)}`]
  })
  return `CPU time of a message with 100 active of 10,000 connections, over that with 100 of 100: ${told.join(', ')}.`
}

function singles({ figures }: Report): string {
  if (figures === undefined) return ''
  const rows = Object.entries(figures).map(([name, { value, unit }]) => [name, `${plain(value)} ${unit}`])
  return asTable(['ours alone', ''], rows)
}

/** The result of one contender in one mode. */
export function find(results: readonly Result[], mode: Mode, { name }: Contender): Result | undefined {
  return results.find((result) => result.mode === mode && result.contender.name === name)
}

function asTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

/** A ratio with up to three significant digits. */
export function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

function plain(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : short(value)
}
