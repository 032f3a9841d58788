/** Runs one guest of a mode: its properties, its script, and the faults in its outcome. */
import type { GuestOptions } from 'libuv-wasm/guest'
import { relinked } from '../../support/linked-section.js'
import { Random } from '../../support/random.js'
import { type Catching, interpreter } from '../guest/interpreter.js'
import { AFTERLIFE, PATTERN, patternBytes } from '../guest/layout.js'
import type { Character } from '../script/author.js'
import { ARGS, ENV } from '../script/file-moves.js'
import type { Script } from '../script/script.js'
import { EARLY, type Ending, writeScript } from '../script/write-script.js'
import { judge, readable, type Tallies } from '../verdict/judge.js'
import type { DriverName, Mode } from '../work/task.js'
import type { Library } from './library.js'
import { type Disturbance, runGuest, type Seen, Unwilling } from './run-guest.js'
import type { Stage } from './stage.js'

/** The exit code of a guest that was ended from outside. */
const TERMINATED = 143

/** The depth of a throw in modes that do not test the end of the stack. */
const SOME_FRAMES = 200

/** The interpreters, of which an engine may not be able to run some. */
type Interpreters = Readonly<Record<Catching, WebAssembly.Module | undefined>>

/** The parts that a trial uses. */
export interface Bench {
  readonly library: Library
  readonly modules: Interpreters
  /** The same, as uvcc would have linked them: with the newest revision of the interface. */
  readonly linked: Interpreters
  readonly tallies: Tallies
}

/** The outcome. */
export interface Verdict {
  readonly problems: readonly string[]
  readonly script: Script
  /** Whether the stack overflowed. */
  readonly overflowed: boolean
  /** The bytes printed after the end; to be called when everything has ended. */
  readonly late: () => number
}

/** The interpreters that this engine can run. @param texts - what they say of how they were linked */
export async function compileInterpreters(...texts: readonly string[]): Promise<Interpreters> {
  const compile = async (catching: Catching): Promise<WebAssembly.Module | undefined> => {
    const bytes = relinked(interpreter(catching), ...texts)
    return WebAssembly.validate(bytes) ? WebAssembly.compile(bytes) : undefined
  }
  const [nothing, all, byTable] = await Promise.all([compile('nothing'), compile('all'), compile('all-by-table')])
  if (nothing === undefined) throw new Error('the interpreter is no WebAssembly')
  return { nothing, all, 'all-by-table': byTable }
}

/** A random generator for one guest. */
export function chanceOf(seed: number, mode: Mode, driver: DriverName, guest: number): Random {
  let mixed = seed
  for (const character of `${mode} ${driver} ${guest}`)
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
export async function tryGuest(
  bench: Bench,
  stage: Stage,
  random: Random,
  {
    mode,
    driver,
    calls,
    depth,
  }: {
    readonly mode: Exclude<Mode, 'imports'>
    readonly driver: DriverName
    readonly calls: number
    readonly depth: number
  },
): Promise<Verdict> {
  const guest = character(random, stage, mode, driver)
  const plan: Plan =
    mode === 'end' ? choosePlan(random, bench) : { ending: 'none', catching: 'nothing', disturbance: {} }
  const script = writeScript(random, bench.library.numbers, guest, calls, plan.ending)
  const encoded = script.encode(guest.byRun, mode === 'deep' ? depth : SOME_FRAMES)
  const input = new Uint8Array([...encoded, ...patternBytes().subarray(0, PATTERN.length / 8)])
  const options: GuestOptions = {
    ...{ host: stage.host, driver, input, args: ARGS, env: ENV, maxDescriptors: guest.maxDescriptors },
    ...(guest.hasFiles && { dirs: {} }),
  }
  const modules = guest.linked ? bench.linked : bench.modules
  const module = modules[plan.catching] ?? modules.nothing
  if (module === undefined) throw new Error('there is no interpreter')
  const seen = await runGuest(bench.library, module, options, plan.disturbance)
  const overflowed = 'failure' in seen.end && /call stack/.test(String(seen.end.failure))
  const problems =
    mode === 'end' ? judgeEnd(plan, seen) : judgeWhole(bench, script, encoded, seen, mode === 'deep' && overflowed)
  return { problems, script, overflowed, late: seen.late }
}

function character(random: Random, { places }: Stage, mode: Mode, driver: DriverName): Character {
  return {
    places,
    driver,
    hasFiles: random.chance(0.85),
    linked: random.chance(0.5),
    attacksInput: random.chance(0.5) && driver !== 'jspi',
    byRun: driver !== 'pump' && random.chance(0.25),
    maxDescriptors: random.pick([4, 12, 24, 32, 32]),
    deep: { imports: 0, calls: 0, deep: 0.3, end: 0.3 }[mode],
    hostile: mode === 'calls' ? 0.2 : 0.05,
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
function judgeWhole(
  { library, tallies }: Bench,
  script: Script,
  encoded: Uint8Array,
  seen: Seen,
  mayOverflow: boolean,
): string[] {
  const said = readable(seen.errors)
  if ('failure' in seen.end) {
    const told = /libuv-wasm:/.test(said) ? [`its error stream was told ${said}`] : []
    return mayOverflow ? told : [`it ended with ${describe(seen.end.failure)}`, ...told]
  }
  const code = seen.end.code === 0 ? [] : [`it exited with ${seen.end.code}`]
  return [...code, ...judge(script, encoded, seen, library.numbers, tallies)]
}

/** Checks a guest that is ended early. */
function judgeEnd({ ending, catching, disturbance }: Plan, { end, output }: Seen): string[] {
  const problems: string[] = []
  if (Buffer.from(output).includes(AFTERLIFE)) problems.push('it went on after its end')
  const codes =
    ending === 'exit' ? [EARLY] : ending === 'none' || (ending === 'throw' && catching !== 'nothing') ? [0] : []
  const mayTrap = codes.length === 0
  if (disturbance.terminateAfter !== undefined) codes.push(TERMINATED)
  if ('code' in end) {
    if (!codes.includes(end.code))
      problems.push(`it exited with ${end.code}, not with ${codes.join(' or ') || 'a trap'}`)
  } else if (!(disturbance.throwAfter !== undefined && end.failure instanceof Unwilling)) {
    const trapped = end.failure instanceof Error && end.failure.name === 'GuestTrap'
    if (!mayTrap || !trapped)
      problems.push(`it ended with ${describe(end.failure)}, not with ${codes.join(' or ') || 'a trap'}`)
  }
  return problems
}

function describe(failure: unknown): string {
  return failure instanceof Error
    ? (failure.stack ?? failure.message).split('\n').slice(0, 6).join('\n    ')
    : String(failure)
}
