/** What is told of a run that has failed. */
import { isOfLink, type SimFault } from './faults/sim-fault.js'
import { FAULTS_VARIABLE, SEED_VARIABLE } from './options.js'
import type { RunFiles } from './run-files.js'

/** The failure of a run. Its `cause` is what the scenario threw. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError'
  /** The seed of the run. */
  readonly seed: number
  /** The faults that it needs: those that `simulate({ seed, faults }, scenario)` repeats it with. */
  readonly faults: readonly SimFault[]

  constructor(message: string, seed: number, options?: ErrorOptions & { readonly faults?: readonly SimFault[] }) {
    super(message, options)
    this.seed = seed
    this.faults = options?.faults ?? []
  }
}

/** A run that has failed. */
export interface FailedRun {
  readonly seed: number
  readonly cause: unknown
  /** Milliseconds of virtual time. */
  readonly time: number
  /** Its faults, those that have not happened yet too. */
  readonly faults: readonly SimFault[]
  /** What was derived from the seed. */
  readonly derived: string | undefined
  /** What faults have done, one line each. */
  readonly fired: readonly string[]
  /** What its files are made of, if they are wanted. */
  readonly files?: RunFiles | undefined
}

/** What was found out about it. */
export interface Findings {
  /** The same with as few faults as possible. */
  readonly run: FailedRun
  /** How many faults there were, and how many runs it took to find out which are needed. */
  readonly drawn: number
  readonly tries: number
  /** The options that a repetition needs. */
  readonly given: readonly string[]
  /** The files that it has left. */
  readonly paths: readonly string[]
}

/** How many lines of what faults have done are told. */
const MOST_FIRED = 20

/** The error of a run. */
export function failureOf({ run, drawn, tries, given, paths }: Findings): SimulationError {
  const { seed, time, cause, faults, derived, fired } = run
  const hasFaults = derived !== undefined
  const list = JSON.stringify(faults)
  const options = [`seed: ${seed}`, ...(hasFaults ? [`faults: ${list}`] : []), ...given]
  const isShort = options.length === 1
  const of = drawn === faults.length ? `${drawn}` : `${faults.length} of ${drawn}`
  const latest = fired.slice(-MOST_FIRED)
  const lines = [
    `The run with the seed ${seed} has failed after ${time} ms of virtual time: ${messageOf(cause)}`,
    ...(hasFaults ? [`Derived from the seed: ${derived}`] : []),
    ...(hasFaults ? [`Faults that it needs: ${of}${tries > 0 ? `, found out by ${tries} runs` : ''}`] : []),
    ...faults.map((fault) => `  ${tell(fault)}`),
    ...(latest.length > 0 ? ['What they have done:', ...latest.map((line) => `  ${line}`)] : []),
    ...(paths.length > 0 ? [`Its files: ${paths.join(', ')}`] : []),
    `To repeat it: simulate(${isShort ? seed : `{ ${options.join(', ')} }`}, scenario)`,
    `or, before the command that runs the test: ${SEED_VARIABLE}=${seed}${hasFaults ? ` ${FAULTS_VARIABLE}='${list}'` : ''}`,
  ]
  return new SimulationError(lines.join('\n'), seed, { cause, faults })
}

/** What two failures have in common if they are of the same kind: without numbers, which differ with the faults. */
export function kindOf(cause: unknown): string {
  const [first = ''] = messageOf(cause).split('\n')
  const name = cause instanceof Error ? cause.constructor.name : typeof cause
  return `${name}: ${first.replaceAll(/\d+(?:\.\d+)?/g, '#')}`
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

function tell(fault: SimFault): string {
  const { toxic, at = 0, lasts, ...rest } = fault
  const place = isOfLink(fault) ? fault.between.join(fault.oneWay === true ? ' > ' : ' - ') : fault.machine
  const shown = Object.entries(rest).filter(([name]) => !['machine', 'between', 'oneWay'].includes(name))
  const attributes = shown.map(([name, value]) => ` ${name} ${JSON.stringify(value)}`)
  const span = lasts === undefined ? '' : ` for ${lasts} ms`
  return `at ${at} ms${span}: ${toxic} (${place})${attributes.join(',')}`
}
