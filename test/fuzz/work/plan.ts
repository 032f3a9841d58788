/** Divides calls over drivers, modes and processes. */
import type { Options } from './options.js'
import type { DriverName, Mode, Slice } from './task.js'

/** The share of each mode in the calls of a driver. */
const SHARES: Readonly<Record<Mode, number>> = { imports: 0.02, calls: 0.86, deep: 0.08, end: 0.04 }

/** The maximum of calls of one process: its memory in the end shows whether something leaked. */
const CALLS_PER_PROCESS = 30_000

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
export function planJobs({ count, modes, guest, calls, depth }: Options, drivers: readonly DriverName[]): Job[] {
  const [mode, driver] = [modes[0], drivers[0]]
  if (guest !== undefined && mode !== undefined && driver !== undefined) {
    const slice = { mode, driver, first: guest, calls: 1, callsPerGuest: calls, depth }
    return [{ slices: [oneGuest(slice)], flags: [] }]
  }
  const whole = modes.reduce((sum, one) => sum + SHARES[one], 0)
  const perDriver = Math.ceil(count / drivers.length)
  const processes = Math.ceil(perDriver / CALLS_PER_PROCESS)
  return Array.from({ length: processes }, (_, index) =>
    drivers.map((driver) => ({
      flags: TIERS[index % TIERS.length] ?? [],
      slices: modes.map((mode) => ({
        mode,
        driver,
        first: index * GUESTS,
        calls: Math.ceil((perDriver * SHARES[mode]) / whole / processes),
      })),
    })),
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
