/** The command line of the fuzzer. */
import { randomInt } from 'node:crypto'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { DRIVERS, ISOLATIONS, MODES, type Mode, type RunnerName } from './task.js'

const HELP = `Fuzzes what a guest may import: names, kinds, arguments, sequences, calls deep in the stack, and ends.

  make fuzz SEED=... COUNT=... ARGS='...'

  --seed N          the same seed makes the same guests; chosen and printed by default
  --count N         how many calls to make in all; 100000 by default
  --mode NAME       only ${MODES.join(', ')}; all by default
  --driver NAME     only ${DRIVERS.join(', ')}; all that the engine has by default
  --isolation NAME  only ${ISOLATIONS.join(', ')}, by Plugin.start(); both by default, none with --driver
  --guest N         only this guest of that mode and driver or isolation, as a finding names it
  --calls N         that guest's script has so many calls
  --depth N         that guest makes deep calls so many frames down
  --node PATH       the Node.js to run guests in; this one by default
  --dist PATH       the folder of the built library; dist by default
  --jobs N          how many processes at once; 2 by default
  --no-shrink       do not look for the shortest script that fails
  --help            print this

The exit code is 1 when something was found.
`

/** The options of a run. */
export interface Options {
  readonly seed: number
  readonly count: number
  readonly modes: readonly Mode[]
  readonly runners: readonly RunnerName[]
  readonly guest: number | undefined
  readonly calls: number | undefined
  readonly depth: number | undefined
  readonly node: string
  readonly dist: string
  readonly jobs: number
  readonly shrink: boolean
}

/** Reads the command line. @returns the options, or a text to print instead of a run; an error begins with `Cannot` */
export function readOptions(args: readonly string[]): Options | string {
  let values: ReturnType<typeof parse>
  try {
    values = parse(args)
  } catch (error) {
    return `Cannot run the fuzzer: ${error instanceof Error ? error.message : error}; --help says what there is`
  }
  if (values.help) return HELP
  const numbers = ['seed', 'count', 'guest', 'calls', 'depth', 'jobs'] as const
  for (const name of numbers) {
    const given = values[name]
    if (given !== undefined && !/^\d{1,10}$/.test(given))
      return `Cannot run the fuzzer: --${name} ${given} is no number; give one`
  }
  const modes = MODES.filter((mode) => values.mode === undefined || values.mode === mode)
  const { driver, isolation } = values
  if (driver !== undefined && !DRIVERS.some((one) => one === driver))
    return `Cannot run the fuzzer: there is no driver ${driver}; take one of ${DRIVERS.join(', ')}`
  if (isolation !== undefined && !ISOLATIONS.some((one) => one === isolation))
    return `Cannot run the fuzzer: there is no isolation ${isolation}; take one of ${ISOLATIONS.join(', ')}`
  const isAll = driver === undefined && isolation === undefined
  const runners = [...DRIVERS, ...ISOLATIONS].filter((one) => isAll || one === driver || one === isolation)
  if (modes.length === 0)
    return `Cannot run the fuzzer: there is no mode ${values.mode}; take one of ${MODES.join(', ')}`
  if (values.guest !== undefined && (modes.length > 1 || runners.length > 1)) {
    return 'Cannot run one guest: it is one of a mode and a driver; give --mode and --driver or --isolation, too'
  }
  const number = (name: (typeof numbers)[number]): number | undefined =>
    values[name] === undefined ? undefined : Number(values[name])
  return {
    seed: number('seed') ?? randomInt(2 ** 31),
    count: number('count') ?? 100_000,
    modes,
    runners,
    guest: number('guest'),
    calls: number('calls'),
    depth: number('depth'),
    // Guests run in another folder.
    node: values.node?.includes('/') ? resolve(values.node) : (values.node ?? process.execPath),
    dist: values.dist ?? 'dist',
    jobs: number('jobs') ?? 2,
    shrink: !values['no-shrink'],
  }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ seed: text, count: text, mode: text, driver: text, isolation: text, guest: text, calls: text, depth: text },
      ...{ node: text, dist: text, jobs: text },
      ...{ 'no-shrink': { type: 'boolean' }, help: { type: 'boolean' } },
    },
  })
  return values
}
