/** Draws the ratios: one row for each mode, one mark for each contender, and a line at the yardstick. */
import type { Contender } from './contenders.js'
import type { Mode } from './modes.js'
import { circumstances, find, type Report, short } from './report.js'
import { ratio } from './statistics.js'

/** Colours that can be distinguished with colour blindness. */
const COLOURS = ['#888888', '#4477aa', '#66ccee', '#228833', '#ccbb44', '#ee6677', '#aa3377']
const WIDTH = 1120
const LEFT = 290
const RIGHT = 70
const TOP = 112
const LINE = 13
/** The ratios at both edges; ratios outside of them are drawn at the edge. */
const LEAST = 1 / 8
const MOST = 4
const TICKS = [0.125, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4]

/** The whole picture as SVG. */
export function picture(report: Report): string {
  const modes = report.modes.filter((mode) => report.contenders.some((one) => find(report.results, mode, one)))
  const rows: string[] = []
  let top = TOP
  for (const [index, mode] of modes.entries()) {
    const shown = report.contenders.filter((one) => one.name !== mode.against && find(report.results, mode, one))
    rows.push(...row(report, mode, shown, top, index % 2 === 0))
    top += shown.length * LINE + 14
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top + 44}" width="${WIDTH}" height="${top + 44}" font-family="system-ui, sans-serif" font-size="12" fill="#222">`,
    `<title>libuv-wasm against ${report.rod}</title>`,
    '<rect width="100%" height="100%" fill="white"/>',
    `<text x="24" y="32" font-size="18" font-weight="600">libuv-wasm against ${report.rod}</text>`,
    `<text x="24" y="51" fill="#666">How many times as fast, or as cheap, as a program on ${report.rod}: median and spread. More is better.</text>`,
    ...legend(report.contenders),
    ...axis(top, report.rod),
    ...rows,
    `<text x="24" y="${top + 30}" font-size="10" fill="#888">${escaped(circumstances(report))}</text>`,
    '</svg>',
    '',
  ].join('\n')
}

/** The x coordinate of a ratio. */
function x(value: number): number {
  const share = Math.log(Math.min(Math.max(value, LEAST), MOST) / LEAST) / Math.log(MOST / LEAST)
  return LEFT + share * (WIDTH - LEFT - RIGHT)
}

function legend(contenders: readonly Contender[]): string[] {
  let left = 24
  return contenders.flatMap(({ title }, index) => {
    const at = left
    left += 24 + title.length * 6.6
    return [
      `<circle cx="${at + 5}" cy="74" r="5" fill="${colour(index)}"/>`,
      `<text x="${at + 15}" y="78">${escaped(title)}</text>`,
    ]
  })
}

function axis(bottom: number, rod: string): string[] {
  return TICKS.flatMap((tick) => {
    const stroke = tick === 1 ? 'stroke="#222" stroke-width="1.5"' : 'stroke="#ddd"'
    return [
      `<line x1="${x(tick)}" y1="${TOP - 8}" x2="${x(tick)}" y2="${bottom}" ${stroke}/>`,
      `<text x="${x(tick)}" y="${TOP - 13}" text-anchor="middle" fill="#666">${tick === 1 ? rod : tick}</text>`,
    ]
  })
}

function row(report: Report, mode: Mode, shown: readonly Contender[], top: number, shaded: boolean): string[] {
  const height = shown.length * LINE + 14
  const note = mode.against === undefined ? '' : ' (native = 1)'
  return [
    ...(shaded ? [`<rect x="0" y="${top}" width="${WIDTH}" height="${height}" fill="#000" fill-opacity="0.03"/>`] : []),
    `<text x="${LEFT - 16}" y="${top + height / 2 + 4}" text-anchor="end">${escaped(mode.title + note)}</text>`,
    ...shown.flatMap((contender, index) => mark(report, mode, contender, top + 13 + index * LINE)),
  ]
}

function mark(report: Report, mode: Mode, contender: Contender, y: number): string[] {
  const result = find(report.results, mode, contender)
  if (result === undefined) return []
  const { median, low, high } = ratio(result)
  const fill = colour(report.contenders.indexOf(contender))
  return [
    `<line x1="${x(low)}" y1="${y}" x2="${x(high)}" y2="${y}" stroke="${fill}" stroke-width="5" stroke-opacity="0.35" stroke-linecap="round"/>`,
    `<circle cx="${x(median)}" cy="${y}" r="4.5" fill="${fill}"/>`,
    `<text x="${x(Math.max(high, median)) + 9}" y="${y + 4}" font-size="10" fill="#444">${short(median)}</text>`,
  ]
}

function colour(index: number): string {
  return COLOURS[index % COLOURS.length] ?? 'black'
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
