/** The results of many seeds, from one process or from several. */
import { Properties, type PropertyCounts } from '../../sim/properties.js'
import type { BatchResult, SeedResult } from './task.js'

/** Results as they are written. */
export interface Written {
  readonly simulation: 1
  readonly scenario: string
  readonly seconds: number
  readonly results: readonly SeedResult[]
  readonly properties: PropertyCounts
  readonly reaches: readonly string[]
}

/** The parameters of FNV-1a for 64 bits. */
const [OFFSET, PRIME] = [0xcbf2_9ce4_8422_2325n, 0x100_0000_01b3n]

/** How many failures are told in full. */
const MOST_TOLD = 10

/** Counts results. */
export class Tally {
  readonly #scenario: string
  readonly #results = new Map<number, SeedResult>()
  readonly #properties = new Properties()
  readonly #reaches = new Set<string>()
  /** Seconds of real time, of all processes together. */
  seconds = 0

  constructor(scenario: string) {
    this.#scenario = scenario
  }

  /** Puts results together that were written. */
  static of(all: readonly Written[]): Tally {
    const tally = new Tally([...new Set(all.map(({ scenario }) => scenario))].join(', '))
    for (const written of all) {
      tally.add(written)
      tally.seconds += written.seconds
    }
    return tally
  }

  /** Adds the results of some seeds. */
  add({ results, properties, reaches }: BatchResult): void {
    for (const result of results) this.#results.set(result.seed, result)
    this.#properties.add(properties)
    for (const name of reaches) this.#reaches.add(name)
  }

  /** How many seeds there are. */
  get count(): number {
    return this.#results.size
  }

  /** The results in the order of their seeds. */
  get results(): readonly SeedResult[] {
    return [...this.#results.values()].sort((one, other) => one.seed - other.seed)
  }

  /** Those that have failed. */
  get failed(): readonly SeedResult[] {
    return this.results.filter(({ failure }) => failure !== undefined)
  }

  /** What never was so although it should be. A single seed has to meet nothing. */
  get missed(): readonly string[] {
    return this.count > 1 ? this.#properties.missed([...this.#reaches]) : []
  }

  /** The hash of all hashes. */
  get hash(): string {
    let hash = OFFSET
    for (const { seed, hash: own = 'failed' } of this.results)
      for (const byte of new TextEncoder().encode(`${seed} ${own}\n`))
        hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME)
    return hash.toString(16).padStart(16, '0')
  }

  /** What is written. */
  toJSON(): Written {
    return {
      simulation: 1,
      scenario: this.#scenario,
      seconds: this.seconds,
      results: this.results,
      properties: this.#properties.counts,
      reaches: [...this.#reaches],
    }
  }

  /** The table. */
  toString(): string {
    const { results, failed, missed } = this
    const sum = (of: (result: SeedResult) => number): number => results.reduce((total, one) => total + of(one), 0)
    const hours = sum(({ time }) => time) / 3_600_000
    const counts = Object.entries(this.#properties.counts).sort(([one], [other]) => (one < other ? -1 : 1))
    const rows = [
      ['scenario', this.#scenario],
      ['seeds', `${describeSeeds(results)}: ${results.length} run, ${failed.length} failed`],
      ['time', `${this.seconds.toFixed(1)} s for ${hours.toFixed(1)} h of virtual time`],
      ['events', String(sum(({ events }) => events))],
      ['hash', this.hash],
      ...counts.map(([name, { kind, asked, held }]) => [kind, `${name}: ${held} of ${asked}`]),
      ...missed.map((line) => ['missed', line]),
    ]
    const table = rows.map(([name = '', text = '']) => `${name.padEnd(10)} ${text}`)
    const told = failed.slice(0, MOST_TOLD).map(({ failure = '' }) => `\n${failure}`)
    const rest = failed.slice(MOST_TOLD).map(({ seed }) => seed)
    return [...table, ...told, ...(rest.length > 0 ? [`\nOther seeds that have failed: ${rest.join(', ')}`] : [])].join(
      '\n',
    )
  }
}

function describeSeeds(results: readonly SeedResult[]): string {
  const [first, last] = [results[0]?.seed ?? 0, results.at(-1)?.seed ?? 0]
  return first === last ? `${first}` : `${first} to ${last}`
}
