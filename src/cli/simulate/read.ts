/** Reads the command line of `libuv-wasm simulate`. This file does not import the library. */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { messageOf, UsageError } from '../usage.js'

/** Seeds to simulate. */
export interface Simulate {
  /** The file with the scenario; the built-in one by default. */
  readonly scenario: string | undefined
  /** The first and the last seed. */
  readonly seeds: readonly [number, number]
  /** In how many threads. */
  readonly jobs: number
  /** Which part of the seeds: its number from 1 on, and how many parts there are. */
  readonly shard: readonly [number, number]
  /** Whether the hash of each seed is printed. */
  readonly hash: boolean
  /** Where the results are written as JSON. */
  readonly output: string | undefined
}

/** Results to put together. */
export interface Merge {
  readonly merged: readonly string[]
}

const LAST_SEED = 0xffff_ffff

/**
 * Reads a command line.
 *
 * @param argv - what follows `simulate`
 * @throws {UsageError}
 */
export function readSimulate(argv: readonly string[]): Simulate | Merge {
  const { values, positionals } = parse(argv)
  if (values.merge === true) {
    if (positionals.length > 0) return { merged: positionals }
    throw new UsageError('Cannot merge: no results are given; name the files that --output has written')
  }
  const [scenario, extra] = positionals
  if (extra !== undefined)
    throw new UsageError(`Cannot simulate ${JSON.stringify(extra)}: only one scenario can run; give one file`)
  if (values.seed !== undefined && values.seeds !== undefined)
    throw new UsageError('Cannot simulate: both --seed and --seeds are given; give one of them')
  return {
    scenario,
    seeds: readRange(values.seed ?? values.seeds ?? '1-100'),
    jobs: values.jobs === undefined ? availableParallelism() : readCount('--jobs', values.jobs, 1024),
    shard: readShard(values.shard ?? '1/1'),
    hash: values.hash ?? false,
    output: values.output,
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        seed: { type: 'string' },
        seeds: { type: 'string' },
        jobs: { type: 'string' },
        shard: { type: 'string' },
        hash: { type: 'boolean' },
        merge: { type: 'boolean' },
        output: { type: 'string', short: 'o' },
      },
    })
  } catch (error) {
    throw new UsageError(`Cannot read the command line: ${messageOf(error).split('. ')[0]}; --help lists all options`)
  }
}

function readRange(text: string): readonly [number, number] {
  const [, first = '', last = first] = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(text) ?? []
  const [low, high] = [Number(first), Number(last)]
  if (first !== '' && low <= high && high <= LAST_SEED) return [low, high]
  throw new UsageError(`Cannot simulate the seeds ${JSON.stringify(text)}: they are not a range; give 7, or 1-500`)
}

function readShard(text: string): readonly [number, number] {
  const [, part = '', of = ''] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []
  const [number, count] = [Number(part), Number(of)]
  if (part !== '' && number >= 1 && number <= count) return [number, count]
  throw new UsageError(`Cannot use --shard ${JSON.stringify(text)}: it is not a part; give 1/8 for the first of eight`)
}

function readCount(option: string, text: string, most: number): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= most) return count
  throw new UsageError(`Cannot use ${option} ${JSON.stringify(text)}: it is not a number; give 1 to ${most}`)
}
