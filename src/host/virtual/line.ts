/** Lines between machines: what carries packets in one direction. */
import type { Random } from '../../base/random.js'
import type { Schedule } from './schedule.js'

/** What a line is like. Both directions of a link have the same, unless they are set one by one. */
export interface LineOptions {
  /** Milliseconds that a packet is under way; 0 by default. */
  readonly latency?: number
  /** Up to so many milliseconds more, at random; 0 by default. Messages may overtake each other because of it. */
  readonly jitter?: number
  /** Bytes per second; unlimited by default. */
  readonly bandwidth?: number
  /** The part of the packets that is lost, 0 to 1; 0 by default. Streams send theirs again. */
  readonly loss?: number
  /** The part of the messages (UDP) that arrives twice, 0 to 1; 0 by default. */
  readonly duplicates?: number
  /** Bytes that may wait for bandwidth; packets beyond them are lost. Unlimited by default. */
  readonly queue?: number
}

/** The default of each option. */
const PERFECT: Required<LineOptions> = {
  latency: 0,
  jitter: 0,
  bandwidth: Number.POSITIVE_INFINITY,
  loss: 0,
  duplicates: 0,
  queue: Number.POSITIVE_INFINITY,
}

/** Nanoseconds in a second and in a millisecond. */
const SECOND = 1e9
const MS = 1e6

/** One direction between two machines. */
export class Line {
  /** Whether nothing passes. */
  isCut = false
  readonly #schedule: Schedule
  readonly #random: Random
  readonly #onPacket: (size: number, at: number | undefined) => void
  #options = PERFECT
  /** When everything that was sent so far has left, in nanoseconds. */
  #free = 0

  /**
   * @param random - of its own, so that other lines do not change what happens here
   * @param onPacket - told of each packet: its size, and when it arrives
   */
  constructor(schedule: Schedule, random: Random, onPacket: (size: number, at: number | undefined) => void) {
    this.#schedule = schedule
    this.#random = random
    this.#onPacket = onPacket
  }

  /** @throws {RangeError} when a number is not valid */
  set(options: LineOptions): void {
    this.#options = readLine({ ...this.#options, ...options })
  }

  /** Sends a packet. @returns when it arrives, in nanoseconds; `undefined` if it is lost */
  carry(size: number): number | undefined {
    const at = this.#arrival(size)
    this.#onPacket(size, at)
    return at
  }

  #arrival(size: number): number | undefined {
    const { latency, jitter, bandwidth, loss, queue } = this.#options
    const { now } = this.#schedule
    // Drawn in any case: what is lost must not depend on what else happens.
    const isLost = loss > 0 && this.#random.chance(loss)
    const late = jitter > 0 ? jitter * this.#random.unit() : 0
    if (this.isCut) return undefined
    const start = Math.max(now, this.#free)
    if (((start - now) / SECOND) * bandwidth > queue) return undefined
    this.#free = start + (size / bandwidth) * SECOND
    return isLost ? undefined : Math.ceil(this.#free + (latency + late) * MS)
  }

  /** Whether a message arrives a second time. */
  repeats(): boolean {
    const { duplicates } = this.#options
    return duplicates > 0 && this.#random.chance(duplicates)
  }
}

function readLine(options: Required<LineOptions>): Required<LineOptions> {
  for (const [name, value] of Object.entries(options)) {
    const isPart = name === 'loss' || name === 'duplicates'
    const isRate = name === 'bandwidth'
    const isValid = typeof value === 'number' && value >= 0 && (!isPart || value <= 1) && (!isRate || value > 0)
    if (isValid) continue
    const right = isPart ? 'a part from 0 to 1' : isRate ? 'bytes per second, more than 0' : 'a number of at least 0'
    throw new RangeError(`Cannot set the link: ${name} is ${value}; give ${right}`)
  }
  return options
}
