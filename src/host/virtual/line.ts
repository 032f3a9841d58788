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
  readonly #isDead: () => boolean
  #options = PERFECT
  /** What it suffers from beside its options. */
  #disturbance = PERFECT
  #isDisturbed = false
  #isBlocked = false
  /** The draws of the disturbance, without which the line draws the same. */
  readonly #otherRandom: Random
  /** When everything that was sent so far has left, in nanoseconds. */
  #free = 0

  /**
   * @param random - of its own, so that other lines do not change what happens here
   * @param onPacket - told of each packet: its size, and when it arrives
   * @param isDead - whether one of the machines is down, so that nothing passes either
   */
  constructor(
    schedule: Schedule,
    random: Random,
    onPacket: (size: number, at: number | undefined) => void,
    isDead: () => boolean,
  ) {
    this.#schedule = schedule
    this.#random = random
    this.#otherRandom = random.branch('disturbance')
    this.#onPacket = onPacket
    this.#isDead = isDead
  }

  /** @throws {RangeError} when a number is not valid */
  set(options: LineOptions): void {
    this.#options = readLine({ ...this.#options, ...options })
  }

  /**
   * Sets what it suffers from beside its options, until it is set again: latency is added, the lesser bandwidth counts.
   *
   * @param isBlocked - whether nothing passes
   */
  disturb(options: LineOptions, isBlocked: boolean): void {
    this.#disturbance = readLine({ ...PERFECT, ...options })
    this.#isDisturbed = Object.keys(options).length > 0
    this.#isBlocked = isBlocked
  }

  /** Sends a packet. @returns when it arrives, in nanoseconds; `undefined` if it is lost */
  carry(size: number): number | undefined {
    const at = this.#arrival(size)
    this.#onPacket(size, at)
    return at
  }

  #arrival(size: number): number | undefined {
    const { latency, queue } = this.#options
    const { now } = this.#schedule
    // Drawn in any case: what is lost must not depend on what else happens.
    const own = draw(this.#options, this.#random)
    const other = this.#isDisturbed ? draw(this.#disturbance, this.#otherRandom) : UNDISTURBED
    const bandwidth = Math.min(this.#options.bandwidth, this.#disturbance.bandwidth)
    if (this.isCut || this.#isBlocked || this.#isDead()) return undefined
    const start = Math.max(now, this.#free)
    if (((start - now) / SECOND) * bandwidth > queue) return undefined
    this.#free = start + (size / bandwidth) * SECOND
    if (own.isLost || other.isLost) return undefined
    return Math.ceil(this.#free + (latency + own.late + this.#disturbance.latency + other.late) * MS)
  }

  /** Whether a message arrives a second time. */
  repeats(): boolean {
    const own = this.#options.duplicates
    const other = this.#disturbance.duplicates
    const repeats = own > 0 && this.#random.chance(own)
    return (other > 0 && this.#otherRandom.chance(other)) || repeats
  }
}

/** What happens to a packet. */
interface Fate {
  readonly isLost: boolean
  /** Milliseconds. */
  readonly late: number
}

const UNDISTURBED: Fate = { isLost: false, late: 0 }

function draw({ loss, jitter }: Required<LineOptions>, random: Random): Fate {
  return { isLost: loss > 0 && random.chance(loss), late: jitter > 0 ? jitter * random.unit() : 0 }
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
