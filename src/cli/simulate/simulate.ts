/** Runs `libuv-wasm simulate`: many seeds, in several threads, with progress and one table. */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Tinypool } from 'tinypool'
import { messageOf, say, UsageError, WRONG_USAGE } from '../usage.js'
import type { Merge, Simulate } from './read.js'
import { Tally, type Written } from './tally.js'
import { type Batch, type BatchResult, runBatch } from './task.js'

/** How many seeds a thread gets at once, at most. */
const MOST_IN_BATCH = 10

/** How often progress is told, in milliseconds: on a terminal, and elsewhere. */
const [OFTEN, RARELY] = [200, 10_000]

/** The real time in milliseconds: captured, since a run in this thread replaces it. */
const realTime = performance.now.bind(performance)

/** Carries out the command. @returns the exit code: 1 when a seed has failed */
export async function simulateSeeds(command: Simulate | Merge): Promise<number> {
  try {
    return 'merged' in command ? merge(command) : await run(command)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    say(error.message)
    return WRONG_USAGE
  }
}

async function run({ scenario, seeds, jobs, shard, hash, output }: Simulate): Promise<number> {
  const url = scenario === undefined ? undefined : pathToFileURL(resolve(scenario)).href
  const chosen = seedsOf(seeds, shard)
  const threads = Math.min(jobs, chosen.length)
  const size = Math.max(1, Math.min(MOST_IN_BATCH, Math.ceil(chosen.length / threads / 4)))
  const batches = Array.from({ length: Math.ceil(chosen.length / size) }, (_, index) => ({
    scenario: url,
    seeds: chosen.slice(index * size, (index + 1) * size),
  }))
  const tally = new Tally(scenario ?? 'built-in')
  const began = realTime()
  const progress = new Progress(tally, chosen.length)
  try {
    await (threads > 1 ? runInThreads(batches, threads, tally) : runHere(batches, tally))
  } finally {
    progress.end()
  }
  tally.seconds = (realTime() - began) / 1000
  if (hash) for (const { seed, hash: own = 'failed' } of tally.results) process.stdout.write(`${seed} ${own}\n`)
  if (output !== undefined) write(output, tally)
  return tell(tally)
}

async function runHere(batches: readonly Batch[], tally: Tally): Promise<void> {
  // One by one, so that progress is told.
  for (const batch of batches) for (const seed of batch.seeds) tally.add(await runBatch({ ...batch, seeds: [seed] }))
}

async function runInThreads(batches: readonly Batch[], threads: number, tally: Tally): Promise<void> {
  const filename = new URL('./cli-simulate-task.js', import.meta.url).href
  // In Deno, a thread that waits in Atomics.wait() hears no more messages.
  const pool = new Tinypool({ filename, name: 'runBatch', minThreads: threads, maxThreads: threads, useAtomics: false })
  try {
    await Promise.all(
      batches.map(async (batch) => {
        const result: BatchResult = await pool.run(batch)
        tally.add(result)
      }),
    )
  } catch (error) {
    // A thread's errors are copies, without their class.
    if (error instanceof Error && /^Cannot (?:load|simulate)/.test(error.message)) throw new UsageError(error.message)
    throw error
  } finally {
    await pool.destroy()
  }
}

/** Every so many seeds, so that each part has early and late ones. */
function seedsOf([first, last]: Simulate['seeds'], [number, count]: Simulate['shard']): readonly number[] {
  const seeds: number[] = []
  for (let seed = first + number - 1; seed <= last; seed += count) seeds.push(seed)
  if (seeds.length > 0) return seeds
  throw new UsageError(`Cannot simulate: part ${number} of ${count} has no seeds; give more seeds, or fewer parts`)
}

function merge({ merged }: Merge): number {
  return tell(Tally.of(merged.map(readResults)))
}

function readResults(file: string): Written {
  try {
    const written: Written = JSON.parse(readFileSync(file, 'utf8'))
    if (written.simulation === 1) return written
  } catch (error) {
    throw new UsageError(`Cannot merge ${JSON.stringify(file)}: ${messageOf(error)}`)
  }
  throw new UsageError(`Cannot merge ${JSON.stringify(file)}: it has no results; give what --output has written`)
}

function write(output: string, tally: Tally): void {
  try {
    writeFileSync(output, `${JSON.stringify(tally)}\n`)
  } catch (error) {
    throw new UsageError(`Cannot write the results to ${JSON.stringify(output)}: ${messageOf(error)}`)
  }
}

function tell(tally: Tally): number {
  process.stdout.write(`${tally}\n`)
  return tally.failed.length > 0 || tally.missed.length > 0 ? 1 : 0
}

/** Tells on the error stream how far it is: on a terminal in one line. */
class Progress {
  readonly #tally: Tally
  readonly #all: number
  readonly #began = realTime()
  readonly #interval: NodeJS.Timeout
  readonly #isTerminal = process.stderr.isTTY === true

  constructor(tally: Tally, all: number) {
    this.#tally = tally
    this.#all = all
    this.#interval = setInterval(() => this.#tell(), this.#isTerminal ? OFTEN : RARELY)
  }

  end(): void {
    clearInterval(this.#interval)
    if (this.#isTerminal) process.stderr.write('\r\u001b[K')
  }

  #tell(): void {
    const { count, failed } = this.#tally
    const rate = count / ((realTime() - this.#began) / 1000)
    const line = `${count} of ${this.#all} seeds, ${failed.length} failed, ${rate.toFixed(1)} a second`
    if (this.#isTerminal) process.stderr.write(`\r${line}\u001b[K`)
    else process.stderr.write(`${line}\n`)
  }
}
