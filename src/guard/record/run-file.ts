/** Programs that are recorded in a file, or replayed from one, by one option. */

import type { Host } from '../../host/contract/host.js'
import type { TraceFiles } from '../../host/platform/trace-files.js'
import type { DivergenceError } from './divergence.js'
import { type RecordingHost, recordingHost } from './recording-host.js'
import { replayHost } from './replay-host.js'

/** Which file, and what for; at most one of them. */
export interface RunFileOptions {
  /** A file that the run is recorded in. */
  readonly record?: string
  /** A file with a recording, from which the program runs without a network. */
  readonly replay?: string
  /** A file that is replayed if it exists, and that the run is recorded in otherwise. */
  readonly recordIfMissing?: string
}

/** A host that is recorded or replayed. */
export interface RunFile {
  readonly host: Host
  /** Ends the recording. @throws what prevented it from being written */
  close(): void
  /**
   * Resolves once everything was replayed; at once for a recording. It is rejected with a {@link DivergenceError} when
   * the program does something else than in its recording.
   */
  readonly done: Promise<void>
}

/**
 * Opens the host of a program that is recorded or replayed.
 *
 * @param open - opens the host that is recorded; it is not called for a replay
 * @throws the errors of the file system, and those of `replayHost()`
 */
export async function openRunFile(
  options: RunFileOptions,
  files: TraceFiles,
  open: () => Host | Promise<Host>,
): Promise<RunFile> {
  const replayed = replayedBy(options, files)
  return replayed === undefined ? recordInto(options, files, await open()) : replayFrom(replayed, files)
}

/** The file that is to be replayed, if one is. */
export function replayedBy({ replay, recordIfMissing }: RunFileOptions, files: TraceFiles): string | undefined {
  return replay ?? (recordIfMissing !== undefined && files.has(recordIfMissing) ? recordIfMissing : undefined)
}

/** Replays a file. */
export function replayFrom(path: string, files: TraceFiles): RunFile {
  const host = replayHost(files.read(path))
  return { host, close() {}, done: host.done }
}

/** Records a host in a file. One that is recorded only if it is missing is there only when the program has ended. */
export function recordInto({ record, recordIfMissing = '' }: RunFileOptions, files: TraceFiles, inner: Host): RunFile {
  const file = files.create(record ?? recordIfMissing, record === undefined)
  const host: RecordingHost = recordingHost(inner, (bytes) => file.write(bytes), { lends: true })
  // Nothing is lost if the program never closes its loop.
  const stop = files.whenExiting(() => host.flush())
  return {
    host,
    done: Promise.resolve(),
    close() {
      stop()
      let isComplete = false
      try {
        host.close()
        isComplete = true
      } finally {
        file.close(isComplete)
      }
    },
  }
}
