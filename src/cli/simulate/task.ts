/** What a thread of `libuv-wasm simulate` does: it runs some seeds. */
import { readOptions, type SimulateOptions } from '../../sim/options.js'
import { Properties, type PropertyCounts } from '../../sim/properties.js'
import { manyClients } from '../../sim/scenarios/many-clients.js'
import { runSeed, type Scenario } from '../../sim/simulate.js'
import { messageOf, UsageError } from '../usage.js'

/** Seeds to run. */
export interface Batch {
  /** The URL of the file with the scenario; the built-in one by default. */
  readonly scenario: string | undefined
  readonly seeds: readonly number[]
}

/** What has come of a seed. */
export interface SeedResult {
  readonly seed: number
  /** What tells its run from another; none if it has failed. */
  readonly hash?: string
  readonly events: number
  /** Milliseconds of virtual time. */
  readonly time: number
  /** The message of its failure. */
  readonly failure?: string
}

/** What has come of some. */
export interface BatchResult {
  readonly results: readonly SeedResult[]
  readonly properties: PropertyCounts
  /** What should be reachable. */
  readonly reaches: readonly string[]
}

/** Runs seeds. @throws {UsageError} when there is no scenario, or its options are not valid */
export async function runBatch({ scenario, seeds }: Batch): Promise<BatchResult> {
  const { play, options } = await load(scenario)
  const settings = read(options)
  const properties = new Properties()
  const results: SeedResult[] = []
  for (const seed of seeds) {
    try {
      const { hash, events, time } = await runSeed(seed, settings, play, properties)
      results.push({ seed, hash, events, time })
    } catch (error) {
      results.push({ seed, events: 0, time: 0, failure: messageOf(error) })
    }
  }
  return { results, properties: properties.counts, reaches: settings.reaches }
}

interface Played {
  readonly play: Scenario<unknown>
  readonly options: SimulateOptions
}

async function load(url: string | undefined): Promise<Played> {
  if (url === undefined) return { play: manyClients, options: { faults: true } }
  const file: { readonly scenario?: unknown; readonly options?: SimulateOptions } = await import(url).catch(
    (error: unknown) => {
      throw new UsageError(`Cannot load the scenario ${url}: ${messageOf(error)}`)
    },
  )
  const { scenario: play, options = {} } = file
  if (isScenario(play)) return { play, options }
  throw new UsageError(`Cannot simulate ${url}: it exports no function scenario; export async function scenario(sim)`)
}

function isScenario(play: unknown): play is Scenario<unknown> {
  return typeof play === 'function'
}

function read(options: SimulateOptions): ReturnType<typeof readOptions> {
  const { UVWASM_SEED: _seed, ...env } = process.env
  try {
    return readOptions(options, env)
  } catch (error) {
    throw new UsageError(messageOf(error))
  }
}
