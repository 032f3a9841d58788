/** The options of `simulate()`. */
import { ArgumentError, show } from '../uv/errors.js'
import type { DrawnFaults } from './faults/draw.js'
import { checkSimFault, SIM_TOXICS, type SimFault } from './faults/sim-fault.js'

/** What is simulated, and how often. */
export interface SimulateOptions {
  /** The first seed, 0 to 2^32-1; 1 by default. */
  readonly seed?: number
  /** How many seeds are tried, from the first one on; 1 by default. */
  readonly runs?: number
  /** The seeds, instead of the two above: a list, or text like `1-500`. */
  readonly seeds?: string | readonly number[]
  /** The most milliseconds of virtual time for each; an hour by default. */
  readonly until?: number
  /**
   * What goes wrong: faults drawn from each seed, of all kinds (`true`) or of some, or a list of them. By default
   * nothing does.
   */
  readonly faults?: boolean | DrawnFaults | readonly SimFault[]
  /**
   * When all faults end, in milliseconds of virtual time; 10 s by default. What the scenario waits for has to happen
   * after that, before `until`.
   */
  readonly safety?: number
  /** How often a run that failed is repeated to find out which faults it needs; 200 by default, 0 for not at all. */
  readonly shrink?: number
  /** What is to be {@link reachable} in at least one of the runs. */
  readonly reaches?: readonly string[]
  /** Whether each seed is run twice, and must give the same; `false` by default. */
  readonly checkDeterminism?: boolean
  /** Whether the packets are kept, for {@link Simulation.capture}; `false` by default. */
  readonly capture?: boolean
  /**
   * A folder for the files of a run that has failed: its packets for Wireshark and as a picture, and a recording of
   * each machine. By default none are written.
   */
  readonly files?: string
  /** For demonstrations: how many milliseconds of virtual time pass in one of real time. Without it, time jumps. */
  readonly speed?: number
  /**
   * Whether `Date`, timers, `performance.now()`, `Math.random()` and `crypto.getRandomValues()` are replaced by those
   * of the simulation while it runs, `simulated`, the default; or are left as they are, `real`.
   */
  readonly globals?: 'simulated' | 'real'
}

/** Options with all defaults. */
export interface Settings extends Required<Omit<SimulateOptions, 'seed' | 'runs' | 'seeds' | 'faults'>> {
  readonly seeds: readonly number[]
  readonly faults: DrawnFaults | readonly SimFault[] | undefined
  /** The options that a repetition of one run needs beside its seed and its faults, as text. */
  readonly given: readonly string[]
}

const DEFAULTS: Required<SimulateOptions> = {
  seed: 1,
  runs: 1,
  seeds: [],
  until: 3_600_000,
  faults: false,
  safety: 10_000,
  shrink: 200,
  reaches: [],
  checkDeterminism: false,
  capture: false,
  files: '',
  speed: Number.POSITIVE_INFINITY,
  globals: 'simulated',
}

/** The environment variable that chooses the seeds. */
export const SEED_VARIABLE = 'UVWASM_SEED'
/** The environment variable that has the faults, as JSON. */
export const FAULTS_VARIABLE = 'UVWASM_FAULTS'

/**
 * Reads options, and the environment.
 *
 * @param env - the environment variables
 * @throws {ArgumentError} naming the option and what to give
 * @throws {TypeError} when a fault is not valid
 */
export function readOptions(
  options: number | SimulateOptions,
  env: Readonly<Record<string, string | undefined>>,
): Settings {
  const given = typeof options === 'number' ? { seed: options } : options
  for (const name of Object.keys(given))
    if (!Object.hasOwn(DEFAULTS, name))
      throw wrong(`option ${show(name)} is not known; use ${Object.keys(DEFAULTS).join(', ')}`)
  const read = { ...DEFAULTS, ...given }
  checkNumbers(read)
  checkPictures(read)
  const { seed: _seed, runs: _runs, seeds: _seeds, faults, ...rest } = read
  const repeated = ['until', 'safety', 'globals'].filter((name) => Reflect.get(given, name) !== undefined)
  return {
    ...rest,
    seeds: seedsOf(read, env[SEED_VARIABLE]),
    faults: faultsOf(readVariable(env[FAULTS_VARIABLE]) ?? faults),
    given: repeated.map((name) => `${name}: ${JSON.stringify(Reflect.get(given, name))}`),
  }
}

/** Reads text like `1-500` or `7`. @throws {ArgumentError} */
export function readSeeds(text: string): readonly number[] {
  const [, first = '', last = first] = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(text) ?? []
  const [low, high] = [Number(first), Number(last)]
  if (first === '' || high < low || high > MOST) throw wrong(`the seeds are ${show(text)}; give text like 1-500`)
  return Array.from({ length: high - low + 1 }, (_, index) => low + index)
}

const MOST = 0xffff_ffff

function checkNumbers({ runs, until, safety, shrink, speed, globals, seed }: Required<SimulateOptions>): void {
  if (!Number.isInteger(seed) || seed < 0 || seed > MOST)
    throw wrong(`the seed is ${show(seed)}; give an integer from 0 to 4294967295`)
  if (!Number.isInteger(runs) || runs < 1)
    throw new ArgumentError(`Cannot simulate ${show(runs)} runs: it is not a number of them; give 1 or more`)
  if (typeof until !== 'number' || !(until > 0))
    throw new ArgumentError(`Cannot simulate until ${show(until)}: it is not a time; give milliseconds`)
  if (typeof safety !== 'number' || !(safety >= 0) || safety === Number.POSITIVE_INFINITY)
    throw wrong(`safety is ${show(safety)}; give milliseconds of at least 0`)
  if (!Number.isInteger(shrink) || shrink < 0) throw wrong(`shrink is ${show(shrink)}; give a number of runs, or 0`)
  if (typeof speed !== 'number' || !(speed > 0)) throw wrong(`speed is ${show(speed)}; give a number above 0`)
  if (globals !== 'simulated' && globals !== 'real')
    throw wrong(`globals ${show(globals)} is not valid; give 'simulated' or 'real'`)
}

function checkPictures({ capture, files }: Required<SimulateOptions>): void {
  if (typeof capture !== 'boolean') throw wrong(`capture is ${show(capture)}; give true or false`)
  if (typeof files !== 'string') throw wrong(`files is ${show(files)}; give the path of a folder`)
}

function seedsOf({ seed, runs, seeds }: Required<SimulateOptions>, chosen: string | undefined): readonly number[] {
  if (chosen !== undefined) return readSeeds(chosen)
  const list = typeof seeds === 'string' ? readSeeds(seeds) : seeds
  if (list.some((one) => !Number.isInteger(one) || one < 0 || one > MOST))
    throw wrong(`the seeds are ${show(list)}; give integers from 0 to 4294967295`)
  return list.length > 0 ? list : Array.from({ length: runs }, (_, index) => (seed + index) % (MOST + 1))
}

function faultsOf(faults: Required<SimulateOptions>['faults']): Settings['faults'] {
  if (typeof faults === 'boolean') return faults ? {} : undefined
  if (isList(faults)) {
    for (const fault of faults) checkSimFault(fault)
    return faults
  }
  if (typeof faults !== 'object' || faults === null) throw wrong(`faults is ${show(faults)}; give true, or a list`)
  const { kinds = SIM_TOXICS, most = 3, ...others } = faults
  const [other] = [...Object.keys(others), ...kinds.filter((kind) => !SIM_TOXICS.includes(kind))]
  if (other !== undefined)
    throw wrong(`faults have no ${show(other)}; give { kinds, most } with kinds of ${SIM_TOXICS.join(', ')}`)
  if (!Number.isInteger(most) || most < 1) throw wrong(`most is ${show(most)}; give a number of faults`)
  return faults
}

function isList(faults: Required<SimulateOptions>['faults']): faults is readonly SimFault[] {
  return Array.isArray(faults)
}

function readVariable(text: string | undefined): readonly SimFault[] | undefined {
  if (text === undefined) return undefined
  try {
    const faults: unknown = JSON.parse(text)
    if (Array.isArray(faults)) return faults
  } catch {
    // Told below.
  }
  throw wrong(`${FAULTS_VARIABLE} is ${show(text)}; give a list of faults as JSON`)
}

function wrong(what: string): ArgumentError {
  return new ArgumentError(`Cannot simulate: ${what}`)
}
