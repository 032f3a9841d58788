/** Replays a recorded program: `libuv-wasm replay`. */
import { readFileSync } from 'node:fs'
import { SIGNALS } from '../base/signals.js'
import { TraceError } from '../base/trace/trace-error.js'
import { isRecord, type TraceRecord, type Value } from '../base/trace/value.js'
import { type ReplayHost, type ReplayOptions, replayHost } from '../guard/record/replay-host.js'
import type { Guest, SignalName } from '../guest/guest.js'
import type { Dirs } from '../wasi/fs/given.js'
import { type Command, messageOf, type Replay, say, UsageError } from './command.js'
import type { Course } from './course.js'
import { print } from './record.js'
import { contentsOf, sha256 } from './recorded-files.js'
import { ReplayedInput } from './recorded-input.js'
import { codeOf } from './signals.js'
import { Stepper } from './stepper.js'

/** The exit code of a program that does something else than in its recording. */
const DIVERGED = 3

/**
 * Prepares a replay.
 *
 * @param readProgram - reads the program's file
 * @throws {UsageError} when there is no recording, or the program or its files have changed since
 */
export async function replay(
  { recording, program: path, partial, step }: Replay,
  readProgram: (path: string) => Uint8Array<ArrayBuffer>,
): Promise<Course> {
  const stepper = step ? new Stepper() : undefined
  const host = openRecording(recording, { partial, ...(stepper && { ...stepper, patience: Number.POSITIVE_INFINITY }) })
  const { run, program: hash, files } = host.header.about
  if (!isRecord(run) || !isRecord(files))
    throw new UsageError(`Cannot replay ${recording}: it is no recording of a command; use replayHost()`)
  const command = readRun(run)
  const program = readProgram(path ?? command.program)
  if (sha256(program) !== hash)
    say(`${path ?? command.program} is not the program that was recorded: it is replayed as long as it does the same`)
  checkFiles(files, contentsOf(command))
  return {
    command,
    program,
    host: Promise.resolve(host),
    options: { driver: command.driver, input: new ReplayedInput(host), onOutput: print },
    enter: 'none',
    end: (guest) => endOf(guest, host).finally(() => stepper?.close()),
  }
}

function openRecording(path: string, options: ReplayOptions): ReplayHost {
  try {
    return replayHost(new Uint8Array(readFileSync(path)), options)
  } catch (error) {
    const remedy = error instanceof TraceError && !options.partial ? '; --partial replays what is before that' : ''
    throw new UsageError(`Cannot replay ${path}: ${messageOf(error)}${remedy}`)
  }
}

async function endOf(guest: Guest, host: ReplayHost): Promise<number> {
  let signalled: number | undefined
  host.entering('signal', ([name]) => isSignal(name) && guest.kill(name))
  host.entering('terminate', ([name]) => {
    if (!isSignal(name)) return
    signalled = codeOf(name)
    guest.terminate()
  })
  const over = host.done.then(
    () => undefined,
    (error: unknown) => error,
  )
  const ended = guest.exit.then(
    (code) => () => host.note('exit', [code]),
    () => () => host.note('trap', []),
  )
  const compare = await Promise.race([over.then(() => undefined), ended])
  try {
    compare?.()
  } catch {
    // It is reported by `done`.
  }
  const error = await over
  if (error !== undefined) {
    guest.terminate()
    say(messageOf(error))
    return DIVERGED
  }
  if (compare !== undefined) return signalled ?? guest.exit
  guest.terminate()
  say('the recording was not ended: it was replayed up to where it stops')
  return 0
}

/** What was run, as `readCommand()` has read it. Files are only read, as nothing is to happen twice. */
function readRun(run: TraceRecord): Command {
  // A trace is as trustworthy as a shell script: it names what is run, and with which directories.
  const command: Command = JSON.parse(JSON.stringify(run))
  const dirs = Object.entries(command.dirs ?? {}).map(([guest, given]): [string, Dirs[string]] => {
    return [guest, typeof given === 'object' && 'path' in given ? { ...given, access: 'ro' } : given]
  })
  return { ...command, dirs: command.dirs && Object.fromEntries(dirs), auditFile: undefined }
}

/** An event with another name does nothing, so that the program diverges. */
const isSignal = (name: Value): name is SignalName => typeof name === 'string' && Object.hasOwn(SIGNALS, name)

function checkFiles(recorded: TraceRecord, now: Record<string, string>): void {
  for (const path of new Set([...Object.keys(recorded), ...Object.keys(now)])) {
    if (recorded[path] !== now[path])
      throw new UsageError(`Cannot replay: ${path} has changed since it was recorded; restore it`)
  }
}
