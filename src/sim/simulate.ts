/** Runs scenarios in simulated worlds. */
import { Random } from '../base/random.js'
import { ArgumentError, show } from '../uv/errors.js'
import { type FailedRun, failureOf, kindOf, SimulationError } from './failure.js'
import { type DrawnFaults, drawProfile, type Profile } from './faults/draw.js'
import { shrink } from './faults/shrink.js'
import type { SimFault } from './faults/sim-fault.js'
import { readOptions, type Settings, type SimulateOptions } from './options.js'
import { collect, Properties } from './properties.js'
import { writeRunFiles } from './run-files.js'
import { Simulation } from './simulation.js'

/** What one run has shown. */
export interface RunReport<Value> {
  /** Its seed. */
  readonly seed: number
  /** What the scenario returned. */
  readonly value: Value
  /** See {@link Simulation.hash}. */
  readonly hash: string
  /** How many events and packets there were. */
  readonly events: number
  /** Milliseconds of virtual time. */
  readonly time: number
}

/** What is done in a simulated world. */
export type Scenario<Value> = (sim: Simulation) => Value | Promise<Value>

/**
 * Runs a scenario in a world of its own for each seed: a network of machines in virtual time, in which everything is a
 * function of the seed. Time passes only while the scenario waits, and jumps from one event to the next.
 *
 * @param options - a seed, or {@link SimulateOptions}
 * @returns a report for each run
 * @throws {SimulationError} when the scenario throws, when nothing happens any more although it waits, when a run
 *   cannot be repeated, or when something that should be {@link sometimes} so never was
 *
 * @example
 * ```ts
 * import { TCP } from 'libuv-wasm'
 * import { simulate } from 'libuv-wasm/testing'
 *
 * const [run] = await simulate(7, async (sim) => {
 *   const server = await sim.machine('server')
 *   const client = await sim.machine('client')
 *   sim.link(server, client, { latency: 20 })
 *   const listener = new TCP({ loop: server.loop })
 *   listener.bind([server.address, 80])
 *   listener.listen()
 *   const socket = new TCP({ loop: client.loop })
 *   await socket.connect([server.address, 80])
 *   return sim.clock.now
 * })
 * console.log(run?.value)
 * ```
 * ```text
 * 40
 * ```
 */
export async function simulate<Value>(
  options: number | SimulateOptions,
  scenario: Scenario<Value>,
): Promise<RunReport<Value>[]> {
  if (typeof scenario !== 'function')
    throw new ArgumentError(`Cannot simulate: the scenario is ${show(scenario)}; give a function`)
  const settings = readOptions(options, globalThis.process?.env ?? {})
  const properties = new Properties()
  const reports: RunReport<Value>[] = []
  for (const seed of settings.seeds) reports.push(await runSeed(seed, settings, scenario, properties))
  if (settings.seeds.length > 1) requireNoneMissed(properties, settings)
  return reports
}

/**
 * Runs one seed.
 *
 * @param properties - counts what holds in it
 * @throws {SimulationError}
 */
export async function runSeed<Value>(
  seed: number,
  settings: Settings,
  scenario: Scenario<Value>,
  properties: Properties,
): Promise<RunReport<Value>> {
  const again = (repeated?: Repeated): Promise<Outcome<Value>> =>
    runOnce(seed, settings, scenario, new Properties(), repeated)
  const outcome = await runOnce(seed, settings, scenario, properties)
  if ('cause' in outcome) throw await explain(outcome, settings, again)
  if (settings.checkDeterminism) {
    const second = await again()
    if ('cause' in second) throw await explain(second, settings, again)
    requireSame(outcome, second)
  }
  return outcome
}

/** How a run is repeated. */
interface Repeated {
  /** With these faults. */
  readonly faults?: readonly SimFault[] | undefined
  /** To keep what its files need. */
  readonly isLast?: boolean
}

type Outcome<Value> = RunReport<Value> | FailedRun

async function runOnce<Value>(
  seed: number,
  { until, globals, speed, safety, capture, faults: given }: Settings,
  scenario: Scenario<Value>,
  properties: Properties,
  { faults: chosen, isLast = false }: Repeated = {},
): Promise<Outcome<Value>> {
  const source = chosen ?? sourceOf(seed, given, safety)
  const sim = new Simulation(seed, source && { source, safety }, isLast ? 'all' : capture)
  const end = collect(properties)
  try {
    const value = await sim.run(scenario, { until, globals, speed })
    return { seed, value, hash: sim.hash, events: sim.events, time: sim.clock.now }
  } catch (cause) {
    const derived = source && describe(source, safety)
    const files = isLast ? { capture: sim.capture, recordings: sim.endRecordings() } : undefined
    return { seed, cause, time: sim.clock.now, faults: sim.faults, derived, fired: sim.explain(), files }
  } finally {
    end()
  }
}

function sourceOf(seed: number, faults: Settings['faults'], within: number): readonly SimFault[] | Profile | undefined {
  if (faults === undefined || isList(faults)) return faults
  return drawProfile(new Random(seed).branch('kinds of faults'), faults, within)
}

function isList(faults: DrawnFaults | readonly SimFault[]): faults is readonly SimFault[] {
  return Array.isArray(faults)
}

/** Finds out which faults a run needs. */
async function explain<Value>(
  failed: FailedRun,
  { shrink: most, given, files: folder }: Settings,
  run: (repeated: Repeated) => Promise<Outcome<Value>>,
): Promise<SimulationError> {
  const kind = kindOf(failed.cause)
  let smallest = failed
  const { tries } = await shrink(
    failed.faults,
    async (faults) => {
      const outcome = await run({ faults })
      if (!('cause' in outcome) || kindOf(outcome.cause) !== kind) return false
      smallest = { ...outcome, derived: failed.derived }
      return true
    },
    most,
  )
  const paths = folder === '' ? [] : await filesOf(smallest, folder, run)
  return failureOf({ run: smallest, drawn: failed.faults.length, tries, given, paths })
}

/** Runs it once more, and keeps everything. @returns the paths of its files */
async function filesOf<Value>(
  { seed, faults, derived }: FailedRun,
  folder: string,
  run: (repeated: Repeated) => Promise<Outcome<Value>>,
): Promise<string[]> {
  const last = await run({ ...(derived !== undefined && { faults }), isLast: true })
  return 'cause' in last && last.files !== undefined ? writeRunFiles(folder, seed, last.files) : []
}

function describe(source: readonly SimFault[] | Profile, safety: number): string {
  const end = `faults end at ${safety} ms`
  return 'kinds' in source ? `kinds of faults ${source.kinds.join(', ')}; ${end}` : end
}

function requireSame<Value>(one: RunReport<Value>, other: RunReport<Value>): void {
  if (one.hash === other.hash) return
  throw new SimulationError(
    `Cannot repeat the run with the seed ${one.seed}: it had ${one.events} events in ${one.time} ms, and then ` +
      `${other.events} in ${other.time} ms; the scenario depends on something outside, like real time or random numbers`,
    one.seed,
  )
}

function requireNoneMissed(properties: Properties, { seeds, reaches }: Settings): void {
  const missed = properties.missed(reaches)
  if (missed.length === 0) return
  const [first = 0] = seeds
  throw new SimulationError(
    `The ${seeds.length} runs from the seed ${first} on have missed what they are for; run more, or see why:\n` +
      missed.map((line) => `  ${line}`).join('\n'),
    first,
  )
}
