/** The files of a run that has failed. */
import { ArgumentError } from '../uv/errors.js'
import type { Capture } from './views/capture.js'
import { toPcapng } from './views/pcapng.js'
import { toSequence } from './views/sequence.js'

/** What a run leaves. */
export interface RunFiles {
  readonly capture: Capture
  /** The recordings of its machines, by their names. */
  readonly recordings: ReadonlyMap<string, Uint8Array>
}

/**
 * Writes the packets of a run for Wireshark and as a picture, and a recording of each machine.
 *
 * @param folder - is made if it does not exist
 * @returns the paths
 * @throws {ArgumentError} when this platform has no files
 */
export function writeRunFiles(folder: string, seed: number, { capture, recordings }: RunFiles): string[] {
  const fs = globalThis.process?.getBuiltinModule?.('node:fs')
  if (fs === undefined)
    throw new ArgumentError('Cannot write the files of a run: this platform has none; leave the option files out')
  const contents: [name: string, content: Uint8Array | string][] = [
    ['pcapng', toPcapng(capture)],
    ['svg', toSequence(capture)],
    ...[...recordings].map(([name, bytes]): [string, Uint8Array] => [`${safe(name)}.uvtrace`, bytes]),
  ]
  fs.mkdirSync(folder, { recursive: true })
  return contents.map(([name, content]) => {
    const path = `${folder}/seed-${seed}.${name}`
    fs.writeFileSync(path, content)
    return path
  })
}

/** A name of a machine as part of the name of a file. */
const safe = (name: string): string => name.replaceAll(/[^\w-]/g, '_')
