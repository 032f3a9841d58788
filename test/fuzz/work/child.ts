/** A process of the fuzzer: it runs guests one after another, and reports faults. */
import { setImmediate } from 'node:timers/promises'
import { findDepth } from '../trial/find-depth.js'
import { tryImports } from '../trial/import-trial.js'
import { loadLibrary } from '../trial/library.js'
import { Neighbour } from '../trial/neighbour.js'
import { nodeStage, type Stage, virtualStage } from '../trial/stage.js'
import { type Bench, chanceOf, compileInterpreters, tryGuest } from '../trial/trial.js'
import type { Tallies } from '../verdict/judge.js'
import { Watch } from '../verdict/watch.js'
import type { Finding, Message, Slice, Task } from './task.js'

/** Calls of one guest. */
const CALLS = { imports: 8, calls: 1000, deep: 60, end: 40 } as const

/** How many frames deep calls differ by, and how far the middle moves after a stack overflow or none. */
const SPREAD = 160
const STEP = 12

/** Milliseconds in which a guest's connections have to be gone after its end, on a busy machine. */
const RELEASE = 10_000

/** Guests between two checks of the memory of the process. */
const GROWTH_EVERY = 20

const task: Task = JSON.parse(process.argv[2] ?? '')
const watch = new Watch()

const tell = (message: Message): void => void process.send?.(message)

/** Guests of one driver, on both networks, with a neighbour on each. */
class Runner {
  readonly #bench: Bench
  readonly #stages: readonly Stage[]
  readonly #neighbours: readonly Neighbour[]
  readonly #slice: Slice
  #depth: number | undefined

  constructor(bench: Bench, stages: readonly Stage[], neighbours: readonly Neighbour[], slice: Slice) {
    this.#bench = bench
    this.#stages = stages
    this.#neighbours = neighbours
    this.#slice = slice
    this.#depth = slice.depth
  }

  async run(): Promise<void> {
    const { mode, driver, first, calls, callsPerGuest = CALLS[mode] } = this.#slice
    let guest = first
    for (let made = 0; made < calls; guest++) {
      const wanted = Math.min(callsPerGuest, calls - made)
      tell({ kind: 'begins', mode, driver, guest, calls: wanted })
      const done = await this.#guest(guest, wanted)
      made += done
      tell({ kind: 'made', mode, driver, calls: done })
      if (guest % GROWTH_EVERY === 0) this.#report(guest, undefined, { problems: watch.growth(), calls: 0, last: [] })
    }
  }

  /** @returns how many calls were made */
  async #guest(guest: number, calls: number): Promise<number> {
    const stage = this.#stages[guest % this.#stages.length]
    const neighbour = this.#neighbours[guest % this.#stages.length]
    if (stage === undefined) throw new Error('there is no network')
    const before = held(stage)
    const problems: string[] = []
    let last: readonly string[] = []
    let made = 1
    let late = (): number => 0
    try {
      const tried = await this.#try(stage, guest, calls)
      problems.push(...tried.problems)
      last = tried.last
      made = tried.made
      late = tried.late
    } catch (error) {
      problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
    }
    problems.push(...(await settle(stage, before)))
    if (late() > 0) problems.push(`it printed ${late()} bytes after its end`)
    await neighbour?.beat().catch((error: unknown) => problems.push(String(error)))
    this.#report(guest, stage, { problems: [...problems, ...watch.take()], calls: made, last })
    return made
  }

  async #try(stage: Stage, guest: number, calls: number) {
    const { mode, driver } = this.#slice
    const random = chanceOf(task.seed, mode, driver, guest)
    if (mode === 'imports') {
      const { problems, imports } = await tryImports(this.#bench.library, stage, random, driver)
      return { problems: [...problems, ...watch.changed()], last: imports, made: imports.length + 1, late: () => 0 }
    }
    if (mode === 'deep') await this.#findDepth(stage)
    // Near the depth where the stack is too short for some calls and not for others.
    const above = mode === 'deep' && this.#slice.depth === undefined ? random.int(-SPREAD, SPREAD) : 0
    const depth = Math.max(1, (this.#depth ?? 1) - above)
    this.#present = depth
    const { problems, script, overflowed, late } = await tryGuest(this.#bench, stage, random, {
      mode,
      driver,
      calls,
      depth,
    })
    if (mode === 'deep' && this.#slice.depth === undefined) this.#moveDepth(overflowed)
    return { problems, last: script.calls.slice(-8).map(({ text }) => text), made: script.calls.length, late }
  }

  #present: number | undefined
  #stride = STEP

  /** Follows the end of the stack, which moves a lot when the engine compiles a function once more. */
  #moveDepth(overflowed: boolean): void {
    const way = overflowed ? -1 : 1
    this.#stride = Math.sign(this.#stride) === way ? this.#stride * 1.5 : way * STEP
    this.#depth = Math.max(1, Math.round((this.#depth ?? 1) + this.#stride))
  }

  async #findDepth(stage: Stage): Promise<void> {
    const { nothing } = this.#bench.modules
    if (this.#depth !== undefined || nothing === undefined) return
    this.#depth = (await findDepth(this.#bench.library, stage, nothing, this.#slice.driver)) - SPREAD
  }

  #report(guest: number, stage: Stage | undefined, found: Pick<Finding, 'problems' | 'calls' | 'last'>): void {
    if (found.problems.length === 0) return
    const { mode, driver } = this.#slice
    const depth = mode === 'deep' ? this.#present : undefined
    tell({ kind: 'found', finding: { mode, driver, guest, stage: stage?.name, depth, ...found } })
  }
}

/** What is open, except datagrams under way. */
function held(stage: Stage): string[] {
  return stage.held().filter((line) => !line.endsWith(' events'))
}

/** Waits until the resources of a guest are closed. @returns those that are not */
async function settle(stage: Stage, before: readonly string[]): Promise<string[]> {
  const deadline = performance.now() + RELEASE
  for (;;) {
    stage.sweep()
    const now = held(stage)
    if (now.length <= before.length) return []
    if (performance.now() > deadline) {
      const left = now.filter((line) => !before.includes(line))
      return [`it has left ${left.length} open: ${left.slice(0, 5).join(', ')}`]
    }
    await setImmediate()
  }
}

/** What uvcc writes into a module. */
const SAID = 'revision 2, version 0.1.0'

async function main(): Promise<void> {
  const library = await loadLibrary(new URL(task.dist))
  const tallies: Tallies = {}
  const bench = { library, modules: await compileInterpreters(), linked: await compileInterpreters(SAID), tallies }
  const stages = [await virtualStage(library), await nodeStage(library)]
  const { nothing } = bench.modules
  if (nothing === undefined) throw new Error('there is no interpreter')
  for (const driver of new Set(task.slices.map((slice) => slice.driver))) {
    const neighbours = await Promise.all(stages.map((stage) => Neighbour.start(library, stage, nothing, driver)))
    for (const slice of task.slices)
      if (slice.driver === driver) await new Runner(bench, stages, neighbours, slice).run()
    for (const neighbour of neighbours) await neighbour.end()
  }
  for (const stage of stages) await stage.close()
  tell({ kind: 'tallies', tallies })
  process.disconnect()
}

await main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
