import type { Descriptor } from './descriptor.js'

/** The descriptor table of one kernel: small dense numbers, the lowest free one first, as POSIX requires. */
export class Descriptors {
  readonly #first: number
  readonly #limit: number
  readonly #table: (Descriptor | undefined)[] = []
  /** Every number below this index is taken. */
  #lowest = 0
  #open = 0

  /**
   * @param first - the lowest number to assign
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

  /** Whether the table has no room for `count` more. */
  full(count = 1): boolean {
    return this.#open + count > this.#limit
  }

  /** Assigns the lowest free number to a descriptor. The table must not be full. */
  add(descriptor: Descriptor): number {
    let index = this.#lowest
    while (this.#table[index] !== undefined) index++
    this.#table[index] = descriptor
    this.#lowest = index + 1
    this.#open++
    descriptor.fd = this.#first + index
    return descriptor.fd
  }

  /** The open descriptor with that number. */
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
