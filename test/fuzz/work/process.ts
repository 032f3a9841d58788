/** Runs a child process of the fuzzer, and collects its messages. */
import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { patience } from '../trial/patience.js'
import type { Job } from './plan.js'
import type { Finding, Message, RunnerName, Slice, Task } from './task.js'

/** Milliseconds without a message after which a process counts as hanging. */
const SILENCE = 90_000

/** Bytes of its heap: a need of more is a finding. */
const HEAP_MIB = 320

/** Where and with what a job runs. */
export interface Place {
  readonly node: string
  readonly dist: string
  readonly seed: number
  /** What this engine has, from which the mode `pairs` chooses. */
  readonly runners: readonly RunnerName[]
}

/** How often a job is continued in another process. */
const REPLACED = 5

/**
 * Runs a job to its end. @param onMessage - called with all its messages, and with a finding if the process ends early
 */
export async function runJob(job: Job, place: Place, onMessage: (message: Message) => void): Promise<void> {
  let left: Job | undefined = job
  for (let processes = 0; left !== undefined && left.slices.length > 0 && processes <= REPLACED; processes++) {
    left = await runOnce(left, place, onMessage)
  }
}

/** Runs a job in one process. @returns the rest of the job if the process ended early */
async function runOnce(
  job: Job,
  { node, dist, seed, runners }: Place,
  onMessage: (message: Message) => void,
): Promise<Job | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'uvfuzz-'))
  const task: Task = { dist, seed, runners, slices: job.slices }
  const child = fork(fileURLToPath(new URL('./child.js', import.meta.url)), [JSON.stringify(task)], {
    cwd: folder,
    execPath: node,
    execArgv: [
      '--expose-gc',
      `--max-old-space-size=${HEAP_MIB}`,
      '--disable-warning=ExperimentalWarning',
      ...job.flags,
    ],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000)
  })
  const made = new Map<Slice['mode'], number>()
  let at: Extract<Message, { kind: 'begins' }> | undefined
  let hung = false
  const kill = (): void => {
    hung = true
    child.kill('SIGKILL')
  }
  let silence = setTimeout(kill, patience(SILENCE))
  child.on('message', (message: Message) => {
    clearTimeout(silence)
    silence = setTimeout(kill, patience(SILENCE))
    if (message.kind === 'begins') at = message
    if (message.kind === 'made') made.set(message.mode, (made.get(message.mode) ?? 0) + message.calls)
    onMessage(message)
  })
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('close', (...end) => resolve(end))
  })
  clearTimeout(silence)
  await rm(folder, { recursive: true, force: true })
  if (code === 0 && signal === null) return undefined
  const why = hung
    ? `the process said nothing for ${SILENCE} ms, or longer on a busy machine`
    : `the process ended with ${signal ?? code}`
  const slice = job.slices[0]
  const place = at ?? (slice && { mode: slice.mode, runner: slice.runner, guest: slice.first, calls: 0 })
  if (place === undefined) throw new Error(`${why}: ${said}`)
  const { mode, runner, guest, calls } = place
  const problems = [said === '' ? why : `${why}: ${said.trim()}`]
  const finding: Finding = { mode, runner, guest, calls, problems, last: [], stage: undefined, depth: undefined }
  onMessage({ kind: 'found', finding })
  return { ...job, slices: job.slices.slice(job.slices.findIndex((one) => one.mode === mode)).flatMap(rest) }

  /** The rest of a slice after the guest that ended the process. */
  function rest(one: Slice): Slice[] {
    if (one.mode !== mode) return [one]
    const more = one.calls - (made.get(mode) ?? 0) - calls
    return more > 0 && one.callsPerGuest === undefined ? [{ ...one, first: guest + 1, calls: more }] : []
  }
}
