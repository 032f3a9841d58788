/** A process of the fuzzer: it runs guests one after another, and reports faults. */
import { setImmediate } from 'node:timers/promises'
import type { Random } from '../../support/random.js'
import { tryModule } from '../module/module-trial.js'
import { findDepth } from '../trial/find-depth.js'
import { tryImports } from '../trial/import-trial.js'
import { compileInterpreters } from '../trial/interpreters.js'
import { loadLibrary } from '../trial/library.js'
import { Neighbour } from '../trial/neighbour.js'
import { tryPair } from '../trial/pair.js'
import { patience } from '../trial/patience.js'
import { nodeStage, type Stage, virtualStage } from '../trial/stage.js'
import { type Bench, chanceOf, tryGuest, type Verdict } from '../trial/trial.js'
import { Watch } from '../verdict/watch.js'
import type { Finding, Message, Mode, RunnerName, Slice, Task } from './task.js'

/** The most calls of one guest, or of the guests that meet. */
const CALLS = { imports: 8, modules: 1, calls: 5000, pairs: 6000, deep: 60, end: 40 } as const

/** How many frames deep calls differ by, and how far the middle moves after a stack overflow or none. */
const SPREAD = 160
const STEP = 12

/** Milliseconds in which a guest's connections have to be gone after its end. */
const RELEASE = 10_000

/** How many calls are too few for another guest. */
const FEW = 500

/** How many calls the last guest of a slice makes at least: in fewer, it does not come to its end. */
const LEAST = 20

/** How many guests run at the same time, since they mostly wait; and the modes in which each runs alone. */
const LANES = 4
const ALONE: readonly Mode[] = ['imports', 'modules', 'deep', 'end']

/** Guests between two checks of the memory of the process. */
const GROWTH_EVERY = 20

const task: Task = JSON.parse(process.argv[2] ?? '')
const watch = new Watch()

const tell = (message: Message): void => void process.send?.(message)

/** What is found out of one guest. */
type Tried = Pick<Verdict, 'problems' | 'last' | 'made'> & Partial<Pick<Verdict, 'late'>>

/** A network, and a guest of the runner that works on it. */
interface Place {
  readonly stage: Stage
  readonly neighbour: Neighbour
}

/** One of the guests that run at the same time. */
interface Lane {
  readonly guest: number
  readonly calls: number
  readonly place: Place
}

/** Guests of one runner, on both networks, with a neighbour on each. */
class Guests {
  readonly #bench: Bench
  readonly #places: readonly Place[]
  readonly #slice: Slice
  #depth: number | undefined

  constructor(bench: Bench, places: readonly Place[], slice: Slice) {
    this.#bench = bench
    this.#places = places
    this.#slice = slice
    this.#depth = slice.depth
  }

  async run(): Promise<void> {
    const { mode, runner, first, calls } = this.#slice
    const lanes = ALONE.includes(mode) ? 1 : LANES
    const { callsPerGuest = Math.min(CALLS[mode], Math.max(FEW, Math.ceil(calls / lanes))) } = this.#slice
    let guest = first
    for (let made = 0; made < calls; ) {
      const batch: Lane[] = []
      for (let left = calls - made; batch.length < lanes && left > 0; left -= callsPerGuest)
        batch.push({ guest, calls: Math.min(callsPerGuest, Math.max(left, LEAST)), place: this.#placeOf(guest++) })
      const done = await this.#batch(batch)
      made += done
      tell({ kind: 'made', mode, runner, calls: done })
      if (Math.floor(guest / GROWTH_EVERY) > Math.floor((guest - batch.length) / GROWTH_EVERY))
        this.#report(guest, undefined, { problems: watch.growth(), calls: 0, last: [] })
    }
  }

  #placeOf(guest: number): Place {
    const place = this.#places[guest % this.#places.length]
    if (place === undefined) throw new Error('there is no network')
    return place
  }

  /** Runs guests at the same time. What is found out only when all have ended counts for each. @returns their calls */
  async #batch(batch: readonly Lane[]): Promise<number> {
    const stages = this.#places.map(({ stage }) => stage)
    const before = held(stages)
    const { mode, runner } = this.#slice
    const all = await Promise.all(
      batch.map(async (lane) => {
        tell({ kind: 'begins', mode, runner, guest: lane.guest, calls: lane.calls })
        return { ...lane, tried: await this.#attempt(lane) }
      }),
    )
    const common = await settle(stages, before)
    for (const { neighbour } of this.#places)
      await neighbour.beat().catch((error: unknown) => common.push(String(error)))
    common.push(...watch.take())
    for (const { guest, place, tried } of all) {
      const late = tried.late?.() ?? 0
      const problems = [...tried.problems, ...(late > 0 ? [`it printed ${late} bytes after its end`] : []), ...common]
      this.#report(guest, place.stage, { problems, calls: tried.made, last: tried.last })
    }
    return all.reduce((sum, { tried }) => sum + tried.made, 0)
  }

  async #attempt({ guest, calls, place: { stage } }: Lane): Promise<Tried> {
    try {
      return await this.#try(stage, guest, calls)
    } catch (error) {
      return {
        problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
        last: [],
        made: calls,
      }
    }
  }

  async #try(stage: Stage, guest: number, calls: number): Promise<Tried> {
    const { mode, runner } = this.#slice
    const bench = this.#bench
    const where = { library: bench.library, stage, runner }
    const random = chanceOf(task.seed, mode, runner, guest)
    switch (mode) {
      case 'imports': {
        const { problems, imports } = await tryImports(where, random)
        return { problems: [...problems, ...watch.changed()], last: imports, made: imports.length + 1 }
      }
      case 'modules': {
        const { problems, parts } = await tryModule(where, random)
        return { problems: [...problems, ...watch.changed()], last: parts, made: 1 }
      }
      case 'deep':
        return this.#tryDeep(stage, random, calls)
      case 'pairs':
        return tryPair(bench, stage, random, { mode, runner, calls, depth: 1 }, task.runners)
      default:
        return tryGuest(bench, stage, random, { mode, runner, calls, depth: 1 })
    }
  }

  /** Near the depth where the stack is too short for some calls and not for others. */
  async #tryDeep(stage: Stage, random: Random, calls: number): Promise<Tried> {
    const { runner, depth: given } = this.#slice
    const where = { library: this.#bench.library, stage, runner }
    this.#depth ??= (await findDepth(where, this.#bench.modules.nothing)) - SPREAD
    const depth = Math.max(1, this.#depth - (given === undefined ? random.int(-SPREAD, SPREAD) : 0))
    this.#present = depth
    const verdict = await tryGuest(this.#bench, stage, random, { mode: 'deep', runner, calls, depth })
    if (given === undefined) this.#moveDepth(verdict.overflowed)
    return verdict
  }

  #present: number | undefined
  #stride = STEP

  /** Follows the end of the stack, which moves a lot when the engine compiles a function once more. */
  #moveDepth(overflowed: boolean): void {
    const way = overflowed ? -1 : 1
    this.#stride = Math.sign(this.#stride) === way ? this.#stride * 1.5 : way * STEP
    this.#depth = Math.max(1, Math.round((this.#depth ?? 1) + this.#stride))
  }

  #report(guest: number, stage: Stage | undefined, found: Pick<Finding, 'problems' | 'calls' | 'last'>): void {
    if (found.problems.length === 0) return
    const { mode, runner } = this.#slice
    const depth = mode === 'deep' ? this.#present : undefined
    tell({ kind: 'found', finding: { mode, runner, guest, stage: stage?.name, depth, ...found } })
  }
}

/** What is open, except datagrams under way. */
function held(stages: readonly Stage[]): string[] {
  return stages.flatMap((stage) => stage.held()).filter((line) => !line.endsWith(' events'))
}

/** Waits until the resources of a guest are closed. @returns those that are not */
async function settle(stages: readonly Stage[], before: readonly string[]): Promise<string[]> {
  const deadline = performance.now() + patience(RELEASE)
  for (;;) {
    for (const stage of stages) stage.sweep()
    const now = held(stages)
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

/**
 * Runs the slices of one runner. A process of its own has its own sockets, so it cannot be on the network in memory.
 */
async function runSlices(bench: Omit<Bench, 'secrets'>, stages: readonly Stage[], runner: RunnerName): Promise<void> {
  const places = await Promise.all(
    stages
      .filter(({ name }) => runner !== 'process' || name === 'node')
      .map(async (stage) => {
        const where = { library: bench.library, stage, runner }
        return { stage, neighbour: await Neighbour.start(where, bench.modules.nothing) }
      }),
  )
  const secrets = places.map(({ neighbour }) => neighbour.secret)
  for (const slice of task.slices)
    if (slice.runner === runner) await new Guests({ ...bench, secrets }, places, slice).run()
  for (const { neighbour } of places) await neighbour.end()
}

async function main(): Promise<void> {
  const library = await loadLibrary(new URL(task.dist))
  const tallies = {}
  const bench = { library, modules: await compileInterpreters(), linked: await compileInterpreters(SAID), tallies }
  const stages = [await virtualStage(library), await nodeStage(library)]
  for (const runner of new Set(task.slices.map((slice) => slice.runner))) await runSlices(bench, stages, runner)
  for (const stage of stages) await stage.close()
  tell({ kind: 'tallies', tallies })
  process.disconnect()
}

await main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
