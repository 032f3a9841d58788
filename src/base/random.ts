/** Random numbers that a seed determines. */
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

/** A repeatable source of random numbers: the same seed gives the same numbers in the same order, everywhere. */
export class Random {
  readonly #generator: RandomGenerator
  readonly #seed: number

  /** @param seed - any 32-bit integer */
  constructor(seed: number) {
    this.#seed = seed
    this.#generator = xoroshiro128plus(seed)
  }

  /**
   * A source that depends on this one's seed and on the name, but not on what was drawn here: the numbers of one part
   * do not change when another part draws more.
   */
  branch(name: string): Random {
    let seed = this.#seed
    for (const character of name) seed = (Math.imul(seed, 31) + (character.codePointAt(0) ?? 0)) | 0
    return new Random(seed)
  }

  /** An integer from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return uniformInt(this.#generator, low, high)
  }

  /** A number from 0 to 1, which is excluded. */
  unit(): number {
    return (this.#generator.next() >>> 0) / 2 ** 32
  }

  /** True with the given probability, 0 to 1. */
  chance(probability: number): boolean {
    return this.unit() < probability
  }

  /** A random item. */
  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.int(0, items.length - 1)] ?? items[0]
  }

  /** Fills an array with random bytes. */
  fill(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += 4) {
      let word = this.#generator.next()
      const end = Math.min(at + 4, bytes.length)
      for (let index = at; index < end; index++, word >>= 8) bytes[index] = word
    }
  }

  /** `length` random bytes. */
  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    this.fill(bytes)
    return bytes
  }
}
