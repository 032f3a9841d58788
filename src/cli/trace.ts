/** Shows a recording: `libuv-wasm trace`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { type RecordedRun, readTrace } from '../base/trace/trace-reader.js'
import { captureOf } from '../sim/views/from-trace.js'
import { toPcapng } from '../sim/views/pcapng.js'
import { toPerfetto } from '../sim/views/perfetto.js'
import { toSequence } from '../sim/views/sequence.js'
import { toText } from '../sim/views/text.js'
import { messageOf, say, UsageError, type View, type ViewFormat } from './command.js'

/** What is made of a recording, by the format. */
const MAKERS: Readonly<Record<ViewFormat, (run: RecordedRun, name: string) => string | Uint8Array>> = {
  text: (run) => `${[...toText(run)].join('\n')}\n`,
  svg: (run) => `${toSequence(captureOf(run))}\n`,
  perfetto: (run, name) => `${JSON.stringify(toPerfetto(run, name))}\n`,
  pcapng: (run) => toPcapng(captureOf(run)),
}

/**
 * Makes text, a picture or a file for another program of a recording.
 *
 * @returns the exit code
 * @throws {UsageError} when it cannot be read or has too much, or the result cannot be written
 */
export function view({ shown, format, into, partial }: View): number {
  if (format === 'pcapng' && into === undefined && process.stdout.isTTY)
    throw new UsageError('Cannot print packets on a terminal: they are binary; give -o run.pcapng')
  const made = make(shown, format, partial)
  if (into === undefined) {
    process.stdout.write(made)
    return 0
  }
  try {
    writeFileSync(into, made)
  } catch (error) {
    throw new UsageError(`Cannot write ${JSON.stringify(into)}: ${messageOf(error)}; give a file that can be written`)
  }
  if (format in NEXT) say(`${into} is made; ${NEXT[format]}`)
  return 0
}

/** What to do with a file, where that is not obvious. */
const NEXT: Readonly<Partial<Record<ViewFormat, string>>> = {
  perfetto: 'open it on https://ui.perfetto.dev, which keeps it in the browser',
  pcapng: 'open it with Wireshark, or read it with tshark -r',
}

/** What is wrong with entries is found while they are read. */
function make(path: string, format: ViewFormat, partial: boolean): string | Uint8Array {
  try {
    return MAKERS[format](readTrace(new Uint8Array(readFileSync(path)), { partial }), path)
  } catch (error) {
    throw new UsageError(`Cannot show ${JSON.stringify(path)}: ${messageOf(error)}`)
  }
}
