/** Captures as sequence diagrams in SVG. */
import { type Capture, type CapturedPacket, formatBits, TcpBit } from './capture.js'

/** What is drawn at most. */
export interface SequenceOptions {
  /** How many packets are drawn at most, from the first one on; 500 by default. */
  readonly most?: number
}

/** Distances in pixels. */
const Size = { LANE: 240, LEFT: 100, TOP: 60, ROW: 26, SLOPE: 14, LETTER: 7 } as const

const STYLE = `
  :root { color-scheme: light dark; --paper: #fdfdfb; --ink: #1c2024; --pale: #b9bec5; --data: #0a5fb4; --open: #2d7a36; --bad: #b3261e }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #15171b; --ink: #e7e9ec; --pale: #4a505a; --data: #7ab7ff; --open: #7fd08a; --bad: #ff8a80 }
  }
  text { font: 12px ui-monospace, monospace; fill: var(--ink) }
  .name { font-weight: bold; text-anchor: middle }
  .time { fill: var(--ink); opacity: .65; text-anchor: end }
  .label { text-anchor: middle }
  .lane { stroke: var(--pale) }
  .arrow { stroke-width: 1.5; fill: none }
  .open { stroke: var(--open) } .data { stroke: var(--data) } .bad { stroke: var(--bad) } .lost { stroke-dasharray: 4 4 }
  .note { fill: var(--bad) }
`

/**
 * Draws a capture as a sequence diagram: a lane for each machine, an arrow for each packet, notes where they happened.
 * Time goes down, one packet in a row. The picture follows the reader's choice of light or dark.
 */
export function toSequence(capture: Capture, { most = 500 }: SequenceOptions = {}): string {
  const rows = rowsOf(capture).slice(0, most)
  const left = capture.packets.length + capture.notes.length - rows.length
  const width = Size.LEFT + Math.max(1, capture.machines.length) * Size.LANE
  const height = Size.TOP + (rows.length + 2) * Size.ROW
  const parts = capture.machines.map(({ name }, index) => lane(name, index, height))
  for (const [index, row] of rows.entries()) parts.push(row(Size.TOP + (index + 1) * Size.ROW))
  if (left > 0) parts.push(element('text', { x: Size.LEFT, y: height - 8 }, `... and ${left} more`))
  const root = { xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img' }
  const paper = element('rect', { width: '100%', height: '100%', fill: 'var(--paper)' })
  return element(
    'svg',
    root,
    `<title>${escaped(capture.about)}</title><style>${STYLE}</style>${MARKER}${paper}${parts.join('')}`,
    true,
  )
}

const MARKER =
  '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse">' +
  '<path d="M0 0 8 4 0 8z" fill="context-stroke"/></marker></defs>'

/** What is drawn at a height. */
type Row = (y: number) => string

function rowsOf({ packets, notes }: Capture): Row[] {
  const timed: { time: number; row: Row }[] = packets.map((packet) => ({
    time: packet.time,
    row: (y) => arrow(packet, y),
  }))
  for (const { time, machine, text } of notes) timed.push({ time, row: (y) => note(text, machine, time, y) })
  return timed.sort((one, other) => one.time - other.time).map(({ row }) => row)
}

const middleOf = (machine: number): number => Size.LEFT + (machine + 0.5) * Size.LANE

function lane(name: string, index: number, height: number): string {
  const x = middleOf(index)
  return (
    element('text', { class: 'name', x, y: Size.TOP - 24 }, name) +
    element('line', { class: 'lane', x1: x, x2: x, y1: Size.TOP - 14, y2: height - Size.ROW })
  )
}

function arrow(packet: CapturedPacket, y: number): string {
  const [x1, end] = [middleOf(packet.from.machine), middleOf(packet.to.machine)]
  const isLost = packet.arrives === undefined
  // What stays on its machine goes out and comes back.
  const isOwn = x1 === end
  const x2 = isLost ? x1 + (end - x1) * 0.7 : end
  const kind = `arrow ${kindOf(packet)}${isLost ? ' lost' : ''}`
  const path = isOwn
    ? `M${x1} ${y - 6}h60v12H${x1 + 2}`
    : `M${x1} ${y - Size.SLOPE / 2}L${x2} ${y + (isLost ? 0 : Size.SLOPE / 2)}`
  const middle = isOwn ? x1 + 70 : (x1 + end) / 2
  return (
    element('text', { class: 'time', x: Size.LEFT - 12, y: y + 4 }, `${(packet.time / 1e6).toFixed(3)} ms`) +
    element('path', { class: kind, d: path, 'marker-end': 'url(#head)' }) +
    element(
      'text',
      { class: 'label', x: middle, y: y - 4, ...(isOwn && { style: 'text-anchor:start' }) },
      labelOf(packet),
    )
  )
}

function note(text: string, machine: number, time: number, y: number): string {
  return (
    element('text', { class: 'time', x: Size.LEFT - 12, y: y + 4 }, `${(time / 1e6).toFixed(3)} ms`) +
    element('text', { class: 'note label', x: middleOf(machine), y: y + 4 }, text)
  )
}

function kindOf({ tcp, comment }: CapturedPacket): string {
  if (tcp === undefined) return 'data'
  if ((tcp.bits & TcpBit.RST) !== 0 || comment !== undefined) return 'bad'
  return (tcp.bits & TcpBit.PSH) !== 0 ? 'data' : 'open'
}

/** How much of a payload is shown, in characters. */
const SHOWN = 14

function labelOf({ tcp, length, bytes, arrives }: CapturedPacket): string {
  const what = tcp === undefined ? 'UDP' : formatBits(tcp.bits & ~(length > 0 ? TcpBit.ACK | TcpBit.PSH : 0))
  const text = bytes === undefined ? '' : excerpt(bytes)
  const parts = [
    what,
    length > 0 ? `${length} B` : '',
    text,
    tcp?.window === 0 ? 'window 0' : '',
    arrives === undefined ? 'lost' : '',
  ]
  return parts.filter((part) => part !== '').join(' ')
}

/** The beginning of a payload that is text. */
function excerpt(bytes: Uint8Array): string {
  const first = String.fromCharCode(...bytes.subarray(0, SHOWN)).split(/[\r\n]/)[0] ?? ''
  return first !== '' && /^[ -~]*$/.test(first) ? `"${first}${first.length < bytes.length ? '…' : ''}"` : ''
}

type Attributes = Readonly<Record<string, string | number>>

/** @param content - text, or markup if `isMarkup` */
function element(name: string, attributes: Attributes, content = '', isMarkup = false): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`)
  const inner = isMarkup ? content : escaped(content)
  return inner === '' ? `<${name}${given.join('')}/>` : `<${name}${given.join('')}>${inner}</${name}>`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escaped(text: string): string {
  // XML has no control characters.
  const printable = [...text].map((character) => (character < ' ' && !/\s/.test(character) ? '?' : character)).join('')
  return printable.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '')
}
