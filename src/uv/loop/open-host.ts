/** The hosts of loops. */
import type { RunFile } from '../../guard/record/run-file.js'
import type { Host } from '../../host/contract/host.js'
import { defaultHost } from '../../host/platform/default-host.js'
import { hasRunFile, type LoopOptions } from './loop-options.js'

/** The host of a loop, and the file that it is recorded in or replayed from. */
interface OpenedHost {
  readonly host: Host
  readonly runFile?: RunFile
}

/** Opens the host of a loop. */
export async function openHost(options: LoopOptions): Promise<OpenedHost> {
  if (!hasRunFile(options)) return { host: await (options.host ?? defaultHost()) }
  const runFile = await openRecorded(options)
  return { host: runFile.host, runFile }
}

/** What only this needs is loaded with it. */
async function openRecorded(options: LoopOptions): Promise<RunFile> {
  const [{ openRunFile }, { openTraceFiles }] = await Promise.all([
    import('../../guard/record/run-file.js'),
    import('../../host/platform/trace-files.js'),
  ])
  return openRunFile(options, await openTraceFiles(), () => options.host ?? defaultHost())
}
