/** Divides calls over drivers, isolations, modes and processes. */
import type { Options } from './options.js'
import type { Mode, RunnerName, Slice } from './task.js'

/**
 * The share of each mode in the calls of a runner. A thread takes long to start, and a process longer: there, few
 * modules and short scripts are started. The end of the stack is that of the driver.
 */
const SHARES: Readonly<Record<RunnerName, Readonly<Record<Mode, number>>>> = {
  pump: { imports: 0.006, modules: 0.004, calls: 0.72, pairs: 0.15, deep: 0.08, end: 0.04 },
  jspi: { imports: 0.006, modules: 0.004, calls: 0.72, pairs: 0.15, deep: 0.08, end: 0.04 },
  worker: { imports: 0.0005, modules: 0.0004, calls: 0.78, pairs: 0.1991, deep: 0.01, end: 0.01 },
  thread: { imports: 0.0005, modules: 0.0004, calls: 0.79, pairs: 0.1991, deep: 0, end: 0.01 },
  process: { imports: 0.0003, modules: 0.0003, calls: 0.79, pairs: 0.2044, deep: 0, end: 0.005 },
}

/**
 * How many calls a runner gets, relative to others: the more they cost, the fewer. All have the same import table; they
 * differ in how calls wait and how a guest ends.
 */
const WEIGHTS: Readonly<Record<RunnerName, number>> = { pump: 3, jspi: 3, worker: 2, thread: 2, process: 1 }

/** The maximum of calls of one process: its memory in the end shows whether something leaked. */
const CALLS_PER_PROCESS = 100_000

/** The maximum of guests of a process. */
const GUESTS = 100_000

/** The work of one process, and how its engine compiles. */
export interface Job {
  readonly slices: readonly Slice[]
  readonly flags: readonly string[]
}

/** Compilers of the engine: all in turn, only the first, only the last. Their frames differ. */
const TIERS: readonly (readonly string[])[] = [[], ['--no-wasm-tier-up'], ['--no-liftoff']]

/** The jobs of a run. */
export function planJobs({ count, modes, guest, calls, depth }: Options, runners: readonly RunnerName[]): Job[] {
  const [mode, runner] = [modes[0], runners[0]]
  if (guest !== undefined && mode !== undefined && runner !== undefined) {
    const slice = { mode, runner, first: guest, calls: 1, callsPerGuest: calls, depth }
    return [{ slices: [oneGuest(slice)], flags: [] }]
  }
  const weight = runners.reduce((sum, one) => sum + WEIGHTS[one], 0)
  const processes = Math.ceil(count / runners.length / CALLS_PER_PROCESS)
  return Array.from({ length: processes }, (_, index) =>
    runners.map((runner) => {
      const perRunner = (count * WEIGHTS[runner]) / weight
      const shares = SHARES[runner]
      const whole = modes.reduce((sum, one) => sum + shares[one], 0)
      const slices = modes
        .filter((one) => shares[one] > 0)
        .map((mode) => {
          const calls = Math.ceil((perRunner * shares[mode]) / whole / processes)
          return { mode, runner, first: index * GUESTS, calls }
        })
      return { slices, flags: TIERS[index % TIERS.length] ?? [] }
    }),
  ).flat()
}

/** A slice with one guest; its mode decides what is not given. */
export function oneGuest({
  callsPerGuest,
  depth,
  ...slice
}: Omit<Slice, 'callsPerGuest' | 'depth'> & {
  readonly callsPerGuest: number | undefined
  readonly depth: number | undefined
}): Slice {
  return {
    ...slice,
    ...(callsPerGuest !== undefined && { callsPerGuest, calls: callsPerGuest }),
    ...(depth !== undefined && { depth }),
  }
}
