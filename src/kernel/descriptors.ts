/** The descriptor table: small dense numbers, the lowest free one first, as POSIX has it. */
import type { Descriptor } from './descriptor.js'

/** The open descriptors of one kernel. */
export class Descriptors {
  readonly #first: number
  readonly #limit: number
  readonly #table: (Descriptor | undefined)[] = []
  /** Every number below this index is taken. */
  #lowest = 0
  #open = 0

  /**
   * @param first - the lowest number to hand out
   * @param limit - how many may be open at once, at least 1
   */
  constructor(first: number, limit: number) {
    this.#first = first
    this.#limit = limit
  }

  /** How many are open. */
  get open(): number {
    return this.#open
  }

  /** Whether `count` more find no number. */
  full(count = 1): boolean {
    return this.#open + count > this.#limit
  }

  /** Gives a descriptor the lowest free number. To be called when the table is not full. */
  add(descriptor: Descriptor): number {
    let index = this.#lowest
    while (this.#table[index] !== undefined) index++
    this.#table[index] = descriptor
    this.#lowest = index + 1
    this.#open++
    descriptor.fd = this.#first + index
    return descriptor.fd
  }

  /** The open descriptor of that number. */
  get(fd: number): Descriptor | undefined {
    return this.#table[fd - this.#first]
  }

  /** Frees a number. */
  remove(descriptor: Descriptor): void {
    const index = descriptor.fd - this.#first
    this.#table[index] = undefined
    this.#lowest = Math.min(this.#lowest, index)
    this.#open--
    descriptor.fd = -1
  }

  /** All open descriptors. */
  *[Symbol.iterator](): Iterator<Descriptor> {
    for (const descriptor of this.#table) if (descriptor !== undefined) yield descriptor
  }
}
