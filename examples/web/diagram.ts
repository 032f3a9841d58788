/** Draws what the machines send as a sequence diagram that scrolls: time goes down, a lane for each machine. */
import { type Capture, type CapturedNote, type CapturedPacket, formatBits, TcpBit } from 'libuv-wasm/testing'

/** Nanoseconds that are visible. */
const SPAN = 2.5e9

/** Where the lanes begin, in pixels. */
const TOP = 8

/** The height of a line of text, and what text beside the outer lanes needs. */
const LINE = 12
const OUTSIDE = 110

/** How much of a payload is shown, in characters. */
const SHOWN = 12

/** The colours of arrows, as custom properties of the page's style. */
const COLOURS = ['ink', 'pale', 'data', 'open', 'bad'] as const
type Colour = (typeof COLOURS)[number]

/** What the machines of a lab have sent, on a canvas. */
export class Diagram {
  readonly #canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D
  #colours: Record<Colour, string>
  /** The first packet and note that may be visible, since time goes on. */
  #first = 0
  #firstNote = 0
  #last = 0
  /** The heights of the labels in each column. */
  readonly #labels = new Map<number, readonly number[]>()

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d')
    if (context === null) throw new Error('Cannot draw: this browser has no canvas')
    this.#canvas = canvas
    this.#context = context
    this.#colours = readColours()
    const again = (): void => {
      this.#colours = readColours()
    }
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again)
  }

  /** Draws the time up to `now`. @param lanes - how many of the machines have a lane */
  draw(capture: Capture, now: number, lanes: number): void {
    const { width, height } = this.#fit()
    const context = this.#context
    context.clearRect(0, 0, width, height)
    context.font = '12px ui-monospace, monospace'
    context.textAlign = 'center'
    const from = now - SPAN
    if (now < this.#last) this.#first = this.#firstNote = 0
    this.#last = now
    const xOf = (machine: number): number => ((machine + 0.5) / lanes) * width
    const yOf = (time: number): number => TOP + ((time - from) / SPAN) * (height - TOP)
    this.#labels.clear()
    this.#drawLanes(lanes, xOf, height)
    const { packets, notes } = capture
    // A packet may be under way for longer than the diagram lasts, and is then left out.
    while ((packets[this.#first]?.time ?? Number.POSITIVE_INFINITY) < from - SPAN) this.#first++
    while ((notes[this.#firstNote]?.time ?? Number.POSITIVE_INFINITY) < from) this.#firstNote++
    const crowd = new Map<Colour, Path2D>()
    for (let at = this.#first; at < packets.length; at++) {
      const packet = packets[at]
      if (packet === undefined) continue
      if (packet.from.machine === CROWD || packet.to.machine === CROWD) gather(crowd, packet, now, xOf, yOf)
      else this.#drawPacket(packet, now, xOf, yOf)
    }
    context.setLineDash([])
    for (const [colour, path] of crowd) {
      context.strokeStyle = this.#colours[colour]
      context.stroke(path)
    }
    for (let at = this.#firstNote; at < notes.length; at++) {
      const note = notes[at]
      if (note !== undefined && note.machine < lanes) this.#drawNote(note, xOf, yOf)
    }
  }

  #drawLanes(lanes: number, xOf: (machine: number) => number, height: number): void {
    const context = this.#context
    context.strokeStyle = this.#colours.pale
    context.setLineDash([])
    context.beginPath()
    for (let lane = 0; lane < lanes; lane++) {
      context.moveTo(xOf(lane), 0)
      context.lineTo(xOf(lane), height)
    }
    context.stroke()
  }

  #drawPacket(
    packet: CapturedPacket,
    now: number,
    xOf: (machine: number) => number,
    yOf: (time: number) => number,
  ): void {
    const context = this.#context
    const { time, arrives } = packet
    const isLost = arrives === undefined
    const end = arrives ?? time + LOST_AFTER
    // Only as far as it has come.
    const way = Math.min(1, end === time ? 1 : (now - time) / (end - time)) * (isLost ? 0.5 : 1)
    const [x1, y1] = [xOf(packet.from.machine), yOf(time)]
    const x2 = x1 + (xOf(packet.to.machine) - x1) * way
    const y2 = y1 + (yOf(end) - y1) * way
    const colour = this.#colours[colourOf(packet)]
    context.strokeStyle = colour
    context.fillStyle = colour
    context.setLineDash(isLost ? [4, 4] : [])
    context.beginPath()
    context.moveTo(x1, y1)
    context.lineTo(x2, y2)
    context.stroke()
    if (isLost) context.fillText('✕', x2, y2 + 4)
    else this.#drawHead(x1, y1, x2, y2)
    this.#drawLabel(labelOf(packet), (x1 + xOf(packet.to.machine)) / 2, (y1 + yOf(end)) / 2 - 5)
  }

  /** Draws a label, unless it would cover another one. */
  #drawLabel(label: string, x: number, y: number): void {
    const near = this.#labels.get(x) ?? []
    if (label === '' || near.some((other) => Math.abs(other - y) < LINE)) return
    this.#labels.set(x, [...near.slice(-8), y])
    this.#context.fillStyle = this.#colours.ink
    this.#context.fillText(label, x, y)
  }

  #drawHead(x1: number, y1: number, x2: number, y2: number): void {
    const angle = Math.atan2(y2 - y1, x2 - x1)
    const context = this.#context
    context.beginPath()
    context.moveTo(x2, y2)
    for (const turn of [-0.4, 0.4]) context.lineTo(x2 - 8 * Math.cos(angle + turn), y2 - 8 * Math.sin(angle + turn))
    context.fill()
  }

  #drawNote(
    { time, machine, text }: CapturedNote,
    xOf: (machine: number) => number,
    yOf: (time: number) => number,
  ): void {
    const context = this.#context
    context.fillStyle = text.startsWith('uv_') ? this.#colours.ink : this.#colours.bad
    const x = xOf(machine)
    // Outside where there is room, and else over the arrows.
    const isLeft = machine === 0 ? x > OUTSIDE : this.#canvas.clientWidth - x < OUTSIDE
    context.textAlign = isLeft ? 'right' : 'left'
    context.fillText(text, x + (isLeft ? -8 : 8), yOf(time) + 4)
    context.textAlign = 'center'
  }

  /** Gives the canvas as many pixels as the screen has for it. */
  #fit(): { width: number; height: number } {
    const { clientWidth: width, clientHeight: height } = this.#canvas
    const ratio = devicePixelRatio
    if (this.#canvas.width !== Math.round(width * ratio) || this.#canvas.height !== Math.round(height * ratio)) {
      this.#canvas.width = Math.round(width * ratio)
      this.#canvas.height = Math.round(height * ratio)
    }
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0)
    return { width, height }
  }
}

/** The lane with too many packets for heads and labels. */
const CROWD = 3

/** Adds a packet to the lines of its colour. */
function gather(
  lines: Map<Colour, Path2D>,
  packet: CapturedPacket,
  now: number,
  xOf: (machine: number) => number,
  yOf: (time: number) => number,
): void {
  const { time, arrives = time + LOST_AFTER, from, to } = packet
  const way = Math.min(1, (now - time) / Math.max(1, arrives - time))
  const [x, y] = [xOf(from.machine), yOf(time)]
  const colour = colourOf(packet)
  const path = lines.get(colour) ?? new Path2D()
  lines.set(colour, path)
  path.moveTo(x, y)
  path.lineTo(x + (xOf(to.machine) - x) * way, y + (yOf(arrives) - y) * way)
}

/** How long a packet that is lost is drawn, in nanoseconds. */
const LOST_AFTER = 4e7

function readColours(): Record<Colour, string> {
  // A custom property with light-dark() is only resolved where it is used.
  const probe = document.createElement('span')
  document.body.append(probe)
  const read = COLOURS.map((name): [Colour, string] => {
    probe.style.color = `var(--${name})`
    return [name, getComputedStyle(probe).color]
  })
  probe.remove()
  return Object.fromEntries(read) as Record<Colour, string>
}

function colourOf({ tcp, comment, length }: CapturedPacket): Colour {
  if (comment !== undefined || tcp === undefined || (tcp.bits & TcpBit.RST) !== 0) return 'bad'
  if (length > 0) return 'data'
  return (tcp.bits & (TcpBit.SYN | TcpBit.FIN)) === 0 ? 'pale' : 'open'
}

function labelOf({ tcp, length, bytes, comment }: CapturedPacket): string {
  if (tcp === undefined) return ''
  const again = comment?.includes('sent again') === true ? ' again' : ''
  if (tcp.window === 0) return 'window 0'
  if (length > 0) return `${textOf(bytes ?? new Uint8Array(0)) ?? `${length} B`}${again}`
  const bits = tcp.bits & ~TcpBit.ACK
  return bits === 0
    ? ''
    : `${formatBits(bits)}${(tcp.bits & TcpBit.ACK) === 0 || bits !== TcpBit.SYN ? '' : ' ACK'}${again}`
}

/** A short line as text. */
function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.length > SHOWN) return undefined
  return String.fromCharCode(...bytes).trimEnd()
}
