/** What one guest uses of all its limits, and what is told of them. */
import { Gauge, type Level } from '../../base/gauge.js'
import { type Rate, TokenBucket } from './token-bucket.js'

/** The use of a limit. */
export interface Usage {
  /** How much is used: of rates, how much of the burst. */
  readonly used: number
  /** How much can be used. */
  readonly limit: number
}

/** What a host application is told of limits. */
export interface LimitHooks<Name extends string = string> {
  /** Called when a guest uses 80 % of a limit; again only after its use was below 60 %. */
  readonly onWarning?: (limit: Name, usage: Usage) => void
  /** Called when a limit keeps a guest from something, or delays it; once until its use was below 60 %. */
  readonly onLimit?: (limit: Name, usage: Usage) => void
}

/** Which of two that have the same limit each: the directions of bytes, the streams of output, the two threads. */
export type Lane = 0 | 1

const LANES = [0, 1] as const

/** Tells a change of the level of a gauge, and what was used then. */
export type Report = (slot: number, level: Level, used: number) => void

/**
 * Where limits are counted: a gauge for each lane of each limit. What happens to their levels is told once for both. A
 * guest in a thread of its own has two ledgers, whose gauges show their use in the same table; the one in its thread
 * passes its levels on to the other, which tells them.
 */
export class Ledger<All extends object> {
  readonly limits: All
  readonly #table: Float64Array
  readonly #names: readonly (keyof All & string)[]
  readonly #hooks: LimitHooks<keyof All & string>
  readonly #gauges = new Map<number, Gauge>()
  readonly #buckets = new Map<number, TokenBucket>()
  readonly #levels: Level[]
  /** Called in place of the hooks, by a ledger whose levels another one tells. */
  readonly #pass: Report | undefined

  /**
   * @param table - from {@link tableOf}; shared with another ledger, or of its own
   * @param pass - receives the changes of levels, to be given to {@link Ledger.report} elsewhere
   */
  constructor(
    limits: All,
    hooks: LimitHooks<keyof All & string> = {},
    table: Float64Array = tableOf(limits, ArrayBuffer),
    pass?: Report,
  ) {
    this.limits = limits
    this.#hooks = hooks
    this.#table = table
    this.#names = namesOf(limits)
    this.#levels = Array.from(table, () => 'calm')
    this.#pass = pass
  }

  /** The table that the gauges show their use in. */
  get table(): Float64Array {
    return this.#table
  }

  /** What counts a limit. */
  gauge(name: keyof All & string, lane: Lane = 0): Gauge {
    const slot = 2 * this.#names.indexOf(name) + lane
    const known = this.#gauges.get(slot)
    if (known !== undefined) return known
    const tell = (level: Level): void => (this.#pass ?? this.report)(slot, level, this.usageOf(name).used)
    const made = new Gauge(this.#most(name), { tell, table: this.#table, slot })
    this.#gauges.set(slot, made)
    return made
  }

  /**
   * What counts a rate, and tells of it.
   *
   * @param clock - monotonic, in nanoseconds
   */
  bucket(name: keyof All & string, clock: () => number, lane: Lane = 0): TokenBucket {
    const slot = 2 * this.#names.indexOf(name) + lane
    const made = new TokenBucket(rateOf(this.limits[name]), clock, this.gauge(name, lane))
    this.#buckets.set(slot, made)
    return made
  }

  /** What is used of each limit now; of two lanes, that of the fuller one. */
  get usage(): { readonly [Name in keyof All]: Usage } {
    const all = this.#names.map((name) => [name, this.usageOf(name)])
    return Object.fromEntries(all)
  }

  /** What is used of one limit now. */
  usageOf(name: keyof All & string): Usage {
    const slot = 2 * this.#names.indexOf(name)
    const used = LANES.map((lane) => this.#buckets.get(slot + lane)?.usedNow ?? this.#table[slot + lane] ?? 0)
    return { used: Math.max(...used), limit: this.#most(name) }
  }

  /** Takes a change of level from a gauge of this ledger, or from that of the other thread. */
  readonly report: Report = (slot, level, used) => {
    const name = this.#names[slot >> 1]
    if (name === undefined) return
    const before = this.#levelOf(slot >> 1)
    this.#levels[slot] = level
    const after = this.#levelOf(slot >> 1)
    if (rank(after) <= rank(before)) return
    const usage = { used, limit: this.#most(name) }
    if (after === 'warning') this.#hooks.onWarning?.(name, usage)
    else this.#hooks.onLimit?.(name, usage)
  }

  #levelOf(index: number): Level {
    const [one = 'calm', other = 'calm'] = this.#levels.slice(2 * index, 2 * index + 2)
    return rank(one) > rank(other) ? one : other
  }

  /** What can be used: of a rate, its burst. */
  #most(name: keyof All & string): number {
    const limit = this.limits[name]
    return typeof limit === 'number' ? limit : rateOf(limit).burst
  }
}

/** What counts the limits of a part of the guest, be they all that it has or not. */
export type PartOfLedger<Part extends object> = Pick<Ledger<Part>, 'limits' | 'gauge' | 'bucket' | 'usage'>

/** Makes the table for the gauges of all limits. @param Buffer - `SharedArrayBuffer` to share it with a thread */
export function tableOf(
  limits: object,
  Buffer: ArrayBufferConstructor | SharedArrayBufferConstructor,
): Float64Array<ArrayBuffer | SharedArrayBuffer> {
  return new Float64Array(new Buffer(Float64Array.BYTES_PER_ELEMENT * LANES.length * Object.keys(limits).length))
}

function namesOf<All extends object>(limits: All): (keyof All & string)[] {
  const isName = (name: string): name is keyof All & string => Object.hasOwn(limits, name)
  return Object.keys(limits).filter(isName)
}

function rateOf(limit: unknown): Rate {
  if (isRate(limit)) return limit
  throw new TypeError(`Cannot count ${JSON.stringify(limit)}: it is not a rate; this is a defect`)
}

function isRate(limit: unknown): limit is Rate {
  return typeof limit === 'object' && limit !== null && 'rate' in limit && 'burst' in limit
}

const LEVELS: readonly Level[] = ['calm', 'warning', 'limit']

function rank(level: Level): number {
  return LEVELS.indexOf(level)
}

/** A level as a number that can be sent to another thread. */
export function levelNumber(level: Level): number {
  return rank(level)
}

/** The level of a {@link levelNumber}. */
export function levelOf(number: number): Level {
  return LEVELS[number] ?? 'calm'
}
