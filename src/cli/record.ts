/** Records a program: `libuv-wasm record`. */
import { closeSync, openSync, writeSync } from 'node:fs'
import type { TraceRecord } from '../base/trace/value.js'
import { recordingHost } from '../guard/record/recording-host.js'
import { hasJspi, letsPump } from '../guest/drivers/available.js'
import type { Host } from '../host/contract/host.js'
import { messageOf, type Recording, say, UsageError } from './command.js'
import type { Course } from './course.js'
import { contentsOf, sha256 } from './recorded-files.js'
import { RecordedInput } from './recorded-input.js'

/**
 * Prepares a recording.
 *
 * @param program - the bytes of the program
 * @param openHost - opens the host that is recorded
 * @throws {UsageError} when the program cannot be recorded here, or the file cannot be written
 */
export async function record(
  command: Recording,
  program: Uint8Array<ArrayBuffer>,
  openHost: () => Promise<Host>,
): Promise<Course> {
  const driver = await driverOf(command, program)
  const { output, redact, ...run } = command
  const fd = openOutput(output)
  const about = {
    run: { ...describe(run, redact), driver },
    program: sha256(program),
    files: contentsOf(command),
  }
  const recording = recordingHost(await openHost(), (bytes) => void writeSync(fd, bytes), {
    about,
    redact,
    lends: true,
  })
  // Little is lost if the process is killed, and nothing if it fails.
  const flush = (): void => recording.flush()
  const flushing = setInterval(flush, FLUSHED).unref()
  process.on('exit', flush)
  const close = (): void => {
    clearInterval(flushing)
    process.off('exit', flush)
    try {
      recording.close()
    } catch (error) {
      say(`Cannot write the recording: ${messageOf(error)}; ${output} ends before the program did`)
    } finally {
      closeSync(fd)
    }
  }
  return {
    command,
    program,
    host: Promise.resolve(recording),
    options: { driver, input: new RecordedInput(recording), onOutput: print },
    enter: (what, signal, deliver) => recording.enter(what, [signal], deliver),
    async end({ exit }) {
      try {
        const code = await exit
        recording.note('exit', [code])
        return code
      } catch (error) {
        recording.note('trap', [])
        throw error
      } finally {
        close()
      }
    },
  }
}

/** How often what was recorded is written, in milliseconds: after Ctrl-C at an idle program nothing is missing. */
const FLUSHED = 20

/** Passes output on. That of a recorded program does not depend on what becomes of it. */
export function print(stream: 1 | 2, bytes: Uint8Array): void {
  process[stream === 1 ? 'stdout' : 'stderr'].write(bytes)
}

/** The command line as JSON; `undefined` is left out. */
function describe(run: object, redact: boolean): TraceRecord {
  const { env, ...rest } = JSON.parse(JSON.stringify(run))
  return { ...rest, env: redact ? {} : env }
}

function openOutput(path: string): number {
  try {
    return openSync(path, 'w')
  } catch (error) {
    throw new UsageError(
      `Cannot record to ${JSON.stringify(path)}: ${messageOf(error)}; give a file that can be written`,
    )
  }
}

/** A thread of its own has a clock of its own, and its calls come in when it gets to them. */
async function driverOf(command: Recording, program: Uint8Array<ArrayBuffer>): Promise<'pump' | 'jspi'> {
  const { driver } = command
  if (driver === 'pump' || driver === 'jspi') return driver
  if (driver === 'auto' && letsPump(await compile(command.program, program))) return 'pump'
  if (driver === 'auto' && hasJspi()) return 'jspi'
  const remedy =
    driver === 'worker'
      ? 'leave --driver worker out'
      : 'use Node 24.21 or later, or a program that leaves its loop to its host (uvp_run_and_exit)'
  throw new UsageError(
    `Cannot record: the program waits in a thread of its own, whose order is not reproducible; ${remedy}`,
  )
}

async function compile(path: string, program: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(program)
  } catch (error) {
    throw new UsageError(`Cannot run ${JSON.stringify(path)}: ${messageOf(error)}; build it with uvcc`)
  }
}
