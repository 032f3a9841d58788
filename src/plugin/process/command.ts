/** The command that starts the process of a plugin, with what the platform can take from it. */
import { existsSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { StartMessage } from './messages.js'

/** Limits of the operating system for the process of a plugin. */
export interface ProcessLimits {
  /** MiB of JavaScript objects in each of its threads. */
  readonly heap: number
  /** Descriptors that are open at once. */
  readonly descriptors: number
  /** Seconds of processor time in its whole life. */
  readonly processorTime: number
  /** MiB of memory that it can write, without what it only reserves. */
  readonly data: number
}

/** A program and its arguments. */
export interface Command {
  readonly program: string
  readonly args: readonly string[]
}

/** The file that runs in the process. Bundlers and `scripts/lib/entries.mjs` know this form. */
const entry = new URL('./plugin-process.js', import.meta.url)

/** @throws {TypeError} when this runtime cannot start such a process */
export function commandFor(start: StartMessage, limits: ProcessLimits): Command {
  if (process.versions.deno !== undefined || process.versions.bun !== undefined) {
    throw new TypeError("Cannot start the plugin in a process: only Node can; use isolation: 'thread'")
  }
  const node = [process.execPath, `--max-old-space-size=${limits.heap}`, ...permissions(start), fileURLToPath(entry)]
  const [program = '', ...args] = process.platform === 'win32' ? node : ['/bin/sh', '-c', underLimits(limits), ...node]
  return { program, args }
}

/** A script that lowers the limits, as far as they are not lower already, and then becomes the program. */
function underLimits({ descriptors, processorTime, data }: ProcessLimits): string {
  const lower = [`c 0`, `n ${descriptors}`, `t ${processorTime}`, `d ${data * 1024}`]
  return `${lower.map((limit) => `ulimit -${limit} 2>/dev/null;`).join(' ')} exec "$0" "$@"`
}

/** Node's flags that take away what the process does not need. */
function permissions({ dirs }: StartMessage): string[] {
  const knows = (flag: string): boolean => process.allowedNodeEnvironmentFlags.has(flag)
  const flag = ['--permission', '--experimental-permission'].find(knows)
  if (flag === undefined) return []
  const folders = Object.values(dirs ?? {})
  const readable = [...library(), ...folders.map(({ path }) => path)]
  const writable = folders.filter(({ access }) => access === 'rw').map(({ path }) => path)
  return [
    flag,
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=SecurityWarning',
    '--allow-worker',
    // Without it there is no socket to the host application either.
    ...(knows('--allow-net') ? ['--allow-net'] : []),
    ...readable.map((path) => `--allow-fs-read=${path}`),
    ...writable.map((path) => `--allow-fs-write=${path}`),
  ]
}

/** Where the files of this library are. */
function library(): string[] {
  const folder = fileURLToPath(new URL('./', entry))
  // In a checkout they are in many folders, with a dependency that is not bundled.
  const root = existsSync(fileURLToPath(new URL('./worker.js', entry))) ? folder : new URL('../../../../', entry)
  return [realpathSync(root)]
}
