/** The fuzzer: divides the work over processes, prints its findings, and how often each function had each outcome. */
import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Tallies } from './verdict/judge.js'
import { readNumbers } from './verdict/numbers.js'
import { addTallies, describeFinding, keyOf, neverSucceeded, tableOf } from './verdict/report.js'
import { shrink } from './verdict/shrink.js'
import { type Options, readOptions } from './work/options.js'
import { type Job, planJobs } from './work/plan.js'
import { type Place, runJob } from './work/process.js'
import { DRIVERS, type Finding, ISOLATIONS, isIsolation, type Message, type RunnerName } from './work/task.js'

/** Milliseconds between two lines of progress. */
const PROGRESS = 5000

/** The number of calls in the mode `calls` after which every function must have succeeded once. */
const ENOUGH = 15_000

/** The maximum of findings that are shrunk; others are only counted. */
const SHRUNK = 5

/** What has been seen so far. */
class Run {
  readonly made = new Map<string, number>()
  readonly tallies: Tallies = {}
  readonly findings = new Map<string, { readonly finding: Finding; count: number }>()

  get calls(): number {
    return [...this.made.values()].reduce((sum, count) => sum + count, 0)
  }

  readonly take = (message: Message): void => {
    if (message.kind === 'made') {
      const key = `${message.runner} ${message.mode}`
      this.made.set(key, (this.made.get(key) ?? 0) + message.calls)
    } else if (message.kind === 'tallies') addTallies(this.tallies, message.tallies)
    else if (message.kind === 'found') {
      const key = keyOf(message.finding)
      const known = this.findings.get(key)
      if (known === undefined) {
        this.findings.set(key, { finding: message.finding, count: 1 })
        // A long run may be stopped before its end, where findings are printed in full.
        const { mode, runner, guest, problems } = message.finding
        console.error(`found: ${mode} ${runner} guest ${guest}: ${problems[0]?.split('\n')[0]}`)
      } else known.count++
    }
  }
}

/** Those of a list that this engine has: some cannot suspend WebAssembly. */
function available(runners: readonly RunnerName[], node: string): RunnerName[] {
  const asked = execFileSync(node, [
    '-p',
    'WebAssembly.promising !== undefined && WebAssembly.Suspending !== undefined',
  ])
  return runners.filter((runner) => runner !== 'jspi' || String(asked).trim() === 'true')
}

/** Runs jobs, some at a time. */
async function runAll(jobs: readonly Job[], place: Place, atOnce: number, run: Run): Promise<void> {
  const waiting = [...jobs]
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await runJob(job, place, run.take)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

async function printFindings(run: Run, options: Options, place: Place): Promise<void> {
  const extra = [
    ...(options.node === process.execPath ? [] : [` --node ${options.node}`]),
    ...(options.dist === 'dist' ? [] : [` --dist ${options.dist}`]),
  ].join('')
  for (const [index, { finding, count }] of [...run.findings.values()].entries()) {
    const small = options.shrink && index < SHRUNK ? await shrink(finding, place) : undefined
    const alone = small !== undefined || options.guest !== undefined
    console.log(describeFinding(small ?? finding, options.seed, alone, extra, options.count))
    if (count > 1) console.log(`  and ${count - 1} more of the kind`)
  }
}

async function main(options: Options): Promise<number> {
  const { node, seed } = options
  const dist = pathToFileURL(`${resolve(options.dist)}/`).href
  const place: Place = { node, dist, seed, runners: available([...DRIVERS, ...ISOLATIONS], node) }
  const runners = available(options.runners, node)
  if (runners.length === 0) {
    console.log('Cannot run the fuzzer: this engine has none of the drivers; take another --node')
    return 2
  }
  const version = String(execFileSync(node, ['--version'])).trim()
  console.error(`fuzz: seed ${seed}, ${options.count} calls, Node ${version}, ${runners.join(', ')}`)
  const run = new Run()
  const start = performance.now()
  const seconds = (): string => ((performance.now() - start) / 1000).toFixed(0)
  const progress = setInterval(() => console.error(`fuzz: ${run.calls} calls in ${seconds()} s`), PROGRESS)
  await runAll(planJobs(options, runners), place, options.jobs, run)
  clearInterval(progress)
  const { errno } = await readNumbers(new URL(place.dist))
  if (Object.keys(run.tallies).length > 0) console.log(tableOf(run.tallies, errno))
  for (const [key, calls] of [...run.made].sort()) console.log(`  ${key.padEnd(16)} ${String(calls).padStart(8)} calls`)
  await printFindings(run, options, place)
  const inCalls = [...run.made].reduce((sum, [key, calls]) => sum + (key.endsWith(' calls') ? calls : 0), 0)
  const never =
    inCalls >= ENOUGH && runners.some((runner) => !isIsolation(runner))
      ? neverSucceeded(run.tallies).filter((name) => name !== 'leave' && name !== 'run')
      : []
  if (never.length > 0) console.log(`FOUND that these have never succeeded: ${never.join(', ')}`)
  const found = run.findings.size + (never.length > 0 ? 1 : 0)
  console.log(
    `fuzz: ${run.calls} calls in ${seconds()} s on Node ${version}, seed ${seed}: ${found === 0 ? 'nothing' : found} found`,
  )
  return found === 0 ? 0 : 1
}

const options = readOptions(process.argv.slice(2))
if (typeof options === 'string') {
  console.log(options)
  process.exitCode = options.startsWith('Cannot') ? 2 : 0
} else process.exitCode = await main(options)
