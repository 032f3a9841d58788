/** Runs one guest by a driver or in an isolation, and records its behaviour that is visible from outside. */
import type { Directory, GuestLimitOptions, Outcome } from 'libuv-wasm/guest'
import { within } from '../../support/deadline.js'
import { isIsolation, type RunnerName } from '../work/task.js'
import type { Library } from './library.js'
import { patience } from './patience.js'
import type { Stage } from './stage.js'

/** Milliseconds in which a guest must end. */
const PATIENCE = 30_000

/** A program, as bytes and, if it is used often, compiled. */
export interface Program {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly module?: WebAssembly.Module
}

/** What a guest is given; nothing by default. */
export interface Given {
  readonly input?: Uint8Array<ArrayBuffer>
  /** Its arguments; the first one is its name. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly maxDescriptors?: number
  /** Its files; `undefined` for no file system. */
  readonly files?: Directory | undefined
  readonly limits?: GuestLimitOptions
}

/** A guest that runs, whatever runs it. */
export interface Running {
  readonly outcome: Promise<Outcome>
  terminate(): void
  /** Its files in memory. */
  files(): Promise<Directory>
}

/** The behaviour of one guest. */
export interface Seen {
  readonly outcome: Outcome
  readonly output: Uint8Array
  readonly errors: Uint8Array
  /** What it left as files, if it had some. */
  readonly files: Directory | undefined
  /** Bytes that it printed after its end. */
  readonly late: () => number
}

/** Thrown deliberately by a receiver of output. */
export class Unwilling extends Error {}

/** How a guest is disturbed. */
export interface Disturbance {
  /** The milliseconds after which it is ended from outside. */
  readonly terminateAfter?: number
  /** The number of pieces of output after which its receiver throws. */
  readonly throwAfter?: number
}

/** Who runs a guest, and where. */
export interface Where {
  readonly library: Library
  readonly stage: Stage
  readonly runner: RunnerName
}

type OnOutput = (stream: 1 | 2, bytes: Uint8Array) => void

/** Starts a guest. @throws the error that its start was rejected with */
export async function startGuest(
  { library, stage, runner }: Where,
  { bytes, module = bytes }: Program,
  { args = ['guest'], env, input, maxDescriptors, files, limits }: Given,
  onOutput: OnOutput,
): Promise<Running> {
  const common = { onOutput, ...(env && { env }), ...(input && { input }) }
  const descriptors = maxDescriptors === undefined ? {} : { descriptors: maxDescriptors }
  const allowed = { ...descriptors, ...limits }
  if (!isIsolation(runner)) {
    return library.guest.Guest.start(module, {
      ...common,
      ...{ host: stage.host, driver: runner, args: [...args], limits: allowed },
      ...(files && { dirs: { '/': files } }),
    })
  }
  const [name = 'guest', ...rest] = args
  const plugin = await library.plugin.Plugin.start(runner === 'process' ? bytes : module, {
    ...common,
    ...{ name, args: rest, isolation: runner, grant: stage.grant, limits: { ...NO_TIME, ...allowed } },
    ...(runner === 'thread' && { host: stage.network }),
    ...(files && { files: { '/': files } }),
  })
  return {
    outcome: plugin.outcome.then((outcome) => {
      if (outcome.kind === 'stopped') throw new Error('the plugin was stopped, though it was not asked to')
      return outcome
    }),
    terminate: () => plugin.kill(),
    files: () => plugin.files(),
  }
}

/** A machine that is busy may let a plugin wait for longer than its default. */
const NO_TIME = { iterationTime: Number.POSITIVE_INFINITY }

/**
 * Runs a guest to its end.
 *
 * @throws the error that its start was rejected with; {Error} if it does not end
 */
export async function runGuest(
  where: Where,
  program: Program,
  given: Given,
  disturbance: Disturbance = {},
): Promise<Seen> {
  const streams: [Uint8Array[], Uint8Array[]] = [[], []]
  let over = false
  let late = 0
  let pieces = 0
  const guest = await startGuest(where, program, given, (stream, bytes) => {
    if (over) late += bytes.length
    streams[stream - 1]?.push(bytes)
    if (disturbance.throwAfter !== undefined && pieces++ >= disturbance.throwAfter) throw new Unwilling('no more')
  })
  const { terminateAfter } = disturbance
  const timer = terminateAfter === undefined ? undefined : setTimeout(() => guest.terminate(), terminateAfter)
  const outcome = await within(guest.outcome, patience(PATIENCE), 'the guest to end').catch((error: unknown) => {
    guest.terminate()
    throw error
  })
  over = true
  clearTimeout(timer)
  // The thread of a guest that was ended from outside cannot tell any more.
  const files = given.files && outcome.kind === 'exited' ? await guest.files() : undefined
  const [output, errors] = streams.map((list) => new Uint8Array(Buffer.concat(list)))
  return {
    ...{ outcome, files, late: () => late },
    ...{ output: output ?? new Uint8Array(), errors: errors ?? new Uint8Array() },
  }
}
