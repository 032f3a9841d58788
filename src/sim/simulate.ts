/** Runs scenarios in simulated worlds. */
import { ArgumentError, show } from '../uv/errors.js'
import { Simulation } from './simulation.js'

/** What is simulated, and how often. */
export interface SimulateOptions {
  /** The first seed, 0 to 2^32-1; 1 by default. */
  readonly seed?: number
  /** How many seeds are tried, from the first one on; 1 by default. */
  readonly runs?: number
  /** The most milliseconds of virtual time for each; an hour by default. */
  readonly until?: number
  /** Whether each seed is run twice, and must give the same; `false` by default. */
  readonly checkDeterminism?: boolean
  /**
   * Whether `Date`, timers, `performance.now()`, `Math.random()` and `crypto.getRandomValues()` are replaced by those
   * of the simulation while it runs, `simulated`, the default; or are left as they are, `real`.
   */
  readonly globals?: 'simulated' | 'real'
}

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

/** The failure of a run. Its `cause` is what the scenario threw. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError'
  /** The seed of the run. */
  readonly seed: number

  constructor(message: string, seed: number, options?: ErrorOptions) {
    super(message, options)
    this.seed = seed
  }
}

const DEFAULTS: Required<SimulateOptions> = {
  seed: 1,
  runs: 1,
  until: 3_600_000,
  checkDeterminism: false,
  globals: 'simulated',
}

/** What is done in a simulated world. */
export type Scenario<Value> = (sim: Simulation) => Value | Promise<Value>

/**
 * Runs a scenario in a world of its own for each seed: a network of machines in virtual time, in which everything is a
 * function of the seed. Time passes only while the scenario waits, and jumps from one event to the next.
 *
 * @param options - a seed, or {@link SimulateOptions}
 * @returns a report for each run
 * @throws {SimulationError} when the scenario throws, when nothing happens any more although it waits, or when a run
 *   cannot be repeated
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
  const { seed, runs, checkDeterminism, ...given } = readOptions(options, scenario)
  const reports: RunReport<Value>[] = []
  for (let index = 0; index < runs; index++) {
    const each = (seed + index) % 2 ** 32
    const report = await runOnce(each, given, scenario)
    if (checkDeterminism) requireSame(report, await runOnce(each, given, scenario))
    reports.push(report)
  }
  return reports
}

async function runOnce<Value>(
  seed: number,
  { until, globals }: Pick<Required<SimulateOptions>, 'until' | 'globals'>,
  scenario: Scenario<Value>,
): Promise<RunReport<Value>> {
  const sim = new Simulation(seed)
  try {
    const value = await sim.run(scenario, until, globals)
    return { seed, value, hash: sim.hash, events: sim.events, time: sim.clock.now }
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause)
    throw new SimulationError(
      `The run with the seed ${seed} has failed after ${sim.clock.now} ms of virtual time: ${what}\n` +
        `To repeat it: simulate(${seed}, scenario)`,
      seed,
      { cause },
    )
  }
}

function requireSame<Value>(one: RunReport<Value>, other: RunReport<Value>): void {
  if (one.hash === other.hash) return
  throw new SimulationError(
    `Cannot repeat the run with the seed ${one.seed}: it had ${one.events} events in ${one.time} ms, and then ` +
      `${other.events} in ${other.time} ms; the scenario depends on something outside, like real time or random numbers`,
    one.seed,
  )
}

function readOptions(options: number | SimulateOptions, scenario: unknown): Required<SimulateOptions> {
  if (typeof scenario !== 'function')
    throw new ArgumentError(`Cannot simulate: the scenario is ${show(scenario)}; give a function`)
  const given = typeof options === 'number' ? { seed: options } : options
  const read = { ...DEFAULTS, ...given }
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(DEFAULTS, name)) continue
    throw new ArgumentError(
      `Cannot simulate: option ${show(name)} is not known; use ${Object.keys(DEFAULTS).join(', ')}`,
    )
  }
  if (!Number.isInteger(read.runs) || read.runs < 1)
    throw new ArgumentError(`Cannot simulate ${show(read.runs)} runs: it is not a number of them; give 1 or more`)
  if (typeof read.until !== 'number' || !(read.until > 0))
    throw new ArgumentError(`Cannot simulate until ${show(read.until)}: it is not a time; give milliseconds`)
  if (read.globals !== 'simulated' && read.globals !== 'real')
    throw new ArgumentError(`Cannot simulate: globals ${show(read.globals)} is not valid; give 'simulated' or 'real'`)
  return read
}
