/** When a fault begins or ends. */
import type { FaultDirection, FaultPoint } from './faults.js'

/** Counts what passes on a connection until a point is reached. */
export class PointWatch {
  /** In milliseconds of the host's clock; infinite unless the point is a time. */
  readonly at: number
  readonly #direction: FaultDirection | undefined
  readonly #text: Uint8Array | undefined
  /** How many bytes, or how many times the text, are still to pass. */
  #left: number
  /** The last bytes that passed, in which the text may begin. */
  #tail: Uint8Array = NOTHING

  /** @param since - where milliseconds are counted from */
  constructor(point: FaultPoint, since: number) {
    this.at = typeof point === 'number' ? since + point : Number.POSITIVE_INFINITY
    const [direction, amount] = amountOf(point)
    this.#direction = direction
    this.#text = typeof amount === 'string' ? new TextEncoder().encode(amount) : undefined
    this.#left = typeof amount === 'number' ? amount : timesOf(point)
  }

  /** Whether it is reached. */
  isReached(now: number): boolean {
    return this.#direction === undefined ? now >= this.at : this.#left <= 0
  }

  /** How many bytes of that direction may pass at once, so that it is not missed. */
  room(direction: FaultDirection): number {
    const counts = this.#direction === direction && this.#text === undefined && this.#left > 0
    return counts ? this.#left : Number.POSITIVE_INFINITY
  }

  /** Takes note of bytes that pass. */
  pass(direction: FaultDirection, bytes: Uint8Array): void {
    if (direction !== this.#direction || this.#left <= 0) return
    this.#left -= this.#text === undefined ? bytes.length : this.#find(this.#text, bytes)
  }

  /** Counts a text, which may begin in bytes that have passed before. */
  #find(text: Uint8Array, bytes: Uint8Array): number {
    const all = new Uint8Array(this.#tail.length + bytes.length)
    all.set(this.#tail)
    all.set(bytes, this.#tail.length)
    let found = 0
    let from = 0
    for (let at = first(text, all, 0); at >= 0; at = first(text, all, Math.max(from, at + 1))) {
      if (!text.every((byte, index) => all[at + index] === byte)) continue
      found++
      from = at + text.length
    }
    this.#tail = all.slice(Math.max(from, all.length - text.length + 1))
    return found
  }
}

const NOTHING = new Uint8Array()

/** Where the text may begin, from a place on; -1 if nowhere. */
function first(text: Uint8Array, all: Uint8Array, from: number): number {
  const at = all.indexOf(text[0] ?? 0, from)
  return at + text.length <= all.length ? at : -1
}

function amountOf(point: FaultPoint): readonly [FaultDirection | undefined, number | string] {
  if (typeof point === 'number') return [undefined, 0]
  return 'upstream' in point ? ['upstream', point.upstream] : ['downstream', point.downstream]
}

function timesOf(point: FaultPoint): number {
  return typeof point === 'number' ? 0 : (point.times ?? 1)
}
