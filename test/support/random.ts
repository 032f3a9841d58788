/**
 * Repeatable random numbers. jest.config.mjs chooses a SEED for the run (or keeps that of the environment), and a
 * failed run prints it: `make test SEED=...` repeats that run.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

/** A repeatable source of random numbers: the same seed gives the same numbers in the same order. */
export class Random {
  readonly #generator: RandomGenerator

  /** @param seed - any 32-bit integer */
  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed)
  }

  /** An integer from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return uniformInt(this.#generator, low, high)
  }

  /** True with the given probability, 0 to 1. */
  chance(probability: number): boolean {
    return (this.#generator.next() >>> 0) / 2 ** 32 < probability
  }

  /** A random item. */
  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.int(0, items.length - 1)] ?? items[0]
  }

  /** `length` random bytes. */
  bytes(length: number): Uint8Array {
    const words = new Int32Array(Math.ceil(length / 4))
    for (let index = 0; index < words.length; index++) words[index] = this.#generator.next()
    return new Uint8Array(words.buffer, 0, length)
  }
}

/** The seed of this run, 0 to 2^31-1. For fast-check: `fc.assert(property, { seed: runSeed() })`. */
export const runSeed = (): number => {
  const seed = Number(process.env.SEED)
  if (!Number.isInteger(seed)) throw new Error(`SEED is ${process.env.SEED}, but must be an integer: run \`make test\``)
  return seed
}

/**
 * A source of random numbers for one test. They depend only on the run's seed and on `name`, so that one test can be
 * repeated without the others.
 */
export const seeded = (name: string): Random => {
  let seed = runSeed()
  for (const character of name) seed = (Math.imul(seed, 31) + (character.codePointAt(0) ?? 0)) | 0
  return new Random(seed)
}
