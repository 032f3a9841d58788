/** Runs one guest of a mode: its properties, its script, and the faults in its outcome. */
import type { Directory, Outcome } from 'libuv-wasm/guest'
import { Random } from '../../support/random.js'
import type { Catching } from '../guest/interpreter.js'
import { AFTERLIFE, PATTERN, patternBytes } from '../guest/layout.js'
import type { Character } from '../script/author.js'
import { ARGS, ENV } from '../script/file-moves.js'
import type { Script } from '../script/script.js'
import { EARLY, type Ending, writeScript } from '../script/write-script.js'
import { judge, readable, type Tallies } from '../verdict/judge.js'
import { driverOf, type Mode, type RunnerName } from '../work/task.js'
import type { Interpreters } from './interpreters.js'
import type { Library } from './library.js'
import { type Disturbance, runGuest, type Seen, Unwilling, type Where } from './run-guest.js'
import type { Stage } from './stage.js'

/** The depth of a throw in modes that do not test the end of the stack. */
const SOME_FRAMES = 200

/** The part of the pattern that follows the script on the standard input. */
const MORE_INPUT = patternBytes().subarray(0, PATTERN.length / 8)

/** The parts that a trial uses. */
export interface Bench {
  readonly library: Library
  readonly modules: Interpreters
  /** The same, as uvcc would have linked them: with the newest revision of the interface. */
  readonly linked: Interpreters
  readonly tallies: Tallies
  /** What belongs to other guests, and must never arrive in this one. */
  readonly secrets: readonly Uint8Array[]
}

/** The outcome. */
export interface Verdict {
  readonly problems: readonly string[]
  /** How many calls were made. */
  readonly made: number
  /** The last calls of the script. */
  readonly last: readonly string[]
  /** Whether the stack overflowed. */
  readonly overflowed: boolean
  /** What the guest has left. */
  readonly files: Directory | undefined
  /** The bytes printed after the end; to be called when everything has ended. */
  readonly late: () => number
}

/** Whose script a guest executes, and how. */
export interface Task {
  readonly mode: Exclude<Mode, 'imports' | 'modules'>
  readonly runner: RunnerName
  readonly calls: number
  /** The number of frames before deep calls. */
  readonly depth: number
  /** Its files, if it has a file system; none by default. */
  readonly files?: Directory | undefined
}

/** A random generator for one guest. */
export function chanceOf(seed: number, mode: Mode, runner: RunnerName, guest: number): Random {
  let mixed = seed
  for (const character of `${mode} ${runner} ${guest}`)
    mixed = (Math.imul(mixed, 31) + (character.codePointAt(0) ?? 0)) | 0
  return new Random(mixed)
}

/** How a guest of a mode ends, and the cause of its end. */
interface Plan {
  readonly ending: Ending
  readonly catching: Catching
  readonly disturbance: Disturbance
}

/** Runs one guest of the modes with scripts. */
export async function tryGuest(bench: Bench, stage: Stage, random: Random, task: Task): Promise<Verdict> {
  const { mode, runner, calls, depth } = task
  const guest = character(random, stage, mode, runner)
  const plan: Plan =
    mode === 'end' ? choosePlan(random, bench) : { ending: 'none', catching: 'nothing', disturbance: {} }
  const script = writeScript(random, bench.library.numbers, guest, calls, plan.ending)
  const encoded = script.encode(guest.byRun, mode === 'deep' ? depth : SOME_FRAMES)
  const input = new Uint8Array(Buffer.concat([encoded, MORE_INPUT]))
  const files = guest.hasFiles ? (task.files ?? new Map()) : undefined
  const given = { input, args: ARGS, env: ENV, maxDescriptors: guest.maxDescriptors, files }
  const modules = guest.linked ? bench.linked : bench.modules
  const where: Where = { library: bench.library, stage, runner }
  const seen = await runGuest(where, modules[plan.catching] ?? modules.nothing, given, plan.disturbance)
  const { outcome } = seen
  const overflowed = outcome.kind === 'trapped' && /call stack/.test(String(outcome.error))
  const problems =
    mode === 'end' ? judgeEnd(plan, seen) : judgeWhole(bench, script, encoded, seen, mode === 'deep' && overflowed)
  const last = script.calls.slice(-8).map(({ text }) => text)
  return { problems, made: script.calls.length, last, overflowed, files: seen.files, late: seen.late }
}

function character(random: Random, { places }: Stage, mode: Task['mode'], runner: RunnerName): Character {
  const driver = driverOf(runner)
  return {
    places,
    driver,
    hasFiles: random.chance(0.85),
    linked: random.chance(0.5),
    attacksInput: random.chance(0.5) && driver !== 'jspi',
    byRun: driver !== 'pump' && random.chance(0.25),
    maxDescriptors: random.pick([4, 12, 24, 32, 32]),
    deep: { calls: 0, pairs: 0, deep: 0.3, end: 0.3 }[mode],
    hostile: mode === 'calls' || mode === 'pairs' ? 0.2 : 0.05,
  }
}

function choosePlan(random: Random, { modules }: Bench): Plan {
  const wanted = random.pick<Catching>(['nothing', 'all', 'all', 'all-by-table'])
  const catching = modules[wanted] === undefined ? 'nothing' : wanted
  const ending = random.pick<Ending>(['none', 'none', 'exit', 'exit', 'throw', 'trap'])
  const disturbance = random.pick<Disturbance>([
    ...([{}, {}] as const),
    { terminateAfter: random.int(0, 30) },
    { terminateAfter: random.int(0, 5) },
    { throwAfter: random.int(0, 2) },
  ])
  return { ending, catching, disturbance }
}

/** Checks a guest that must reach the end of its script, or of the stack in the mode that tests it. */
function judgeWhole(bench: Bench, script: Script, encoded: Uint8Array, seen: Seen, mayOverflow: boolean): string[] {
  const { outcome, errors, output } = seen
  const foreign = bench.secrets.some((secret) =>
    [errors, output].some((bytes) => Buffer.from(bytes).includes(Buffer.from(secret))),
  )
    ? ['it has bytes of another guest']
    : []
  const said = readable(errors)
  if (outcome.kind !== 'exited') {
    const told = /libuv-wasm:/.test(said) ? [`its error stream was told ${said}`] : []
    return [...foreign, ...(mayOverflow ? told : [`it ended: ${describe(outcome)}`, ...told])]
  }
  const code = outcome.code === 0 ? [] : [`it exited with ${outcome.code}`]
  return [...foreign, ...code, ...judge(script, encoded, seen, bench.library.numbers, bench.tallies)]
}

/** Checks a guest that is ended early. */
function judgeEnd({ ending, catching, disturbance }: Plan, { outcome, output }: Seen): string[] {
  const problems: string[] = []
  if (Buffer.from(output).includes(AFTERLIFE)) problems.push('it went on after its end')
  const code =
    ending === 'exit' ? EARLY : ending === 'none' || (ending === 'throw' && catching !== 'nothing') ? 0 : undefined
  const isRight =
    (outcome.kind === 'exited' && outcome.code === code) ||
    (outcome.kind === 'trapped' && code === undefined && outcome.error.name === 'GuestTrap') ||
    (outcome.kind === 'killed' && disturbance.terminateAfter !== undefined) ||
    (outcome.kind === 'failed' && disturbance.throwAfter !== undefined && outcome.error instanceof Unwilling)
  if (!isRight) problems.push(`it ended: ${describe(outcome)}, not with ${code ?? 'a trap'}`)
  return problems
}

/** An outcome as a text of a few lines. */
export function describe(outcome: Outcome): string {
  if (!('error' in outcome)) return JSON.stringify(outcome)
  const { kind, error } = outcome
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `${kind}, ${text.split('\n').slice(0, 6).join('\n    ')}`
}
