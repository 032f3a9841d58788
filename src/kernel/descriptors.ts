import type { Gauge } from '../base/gauge.js'
import type { Descriptor } from './descriptor.js'

/** The descriptor table of one kernel: small dense numbers, the lowest free one first, as POSIX requires. */
export class Descriptors {
  readonly #limit: number
  readonly #table: (Descriptor | undefined)[] = []
  /** For each start from which numbers are usually assigned: every number from there to this one is taken. */
  readonly #lowest: Map<number, number>
  /** 1 for each number whose `FD_CLOEXEC` is set, which libuv does for all of its own. */
  #closedOnExec = new Uint8Array(64)
  /** How many are open. */
  readonly #count: Gauge

  /**
   * @param limit - how many may be open at once, at least 1
   * @param starts - from which numbers on most descriptors are assigned
   * @param count - counts them
   */
  constructor(limit: number, starts: readonly number[], count: Gauge) {
    this.#limit = limit
    this.#count = count
    this.#lowest = new Map(starts.map((start) => [start, start]))
  }

  /** How many are open. */
  get open(): number {
    return this.#count.used
  }

  /** Whether the table has no room for `count` more. */
  full(count = 1): boolean {
    return this.#count.used + count > this.#limit
  }

  /** Whether so many numbers are free from `from` on and below `limit`. */
  hasRoom(count: number, from: number, limit: number): boolean {
    let left = count
    for (let fd = this.#lowest.get(from) ?? from; fd < limit && left > 0; fd++)
      if (this.#table[fd] === undefined) left--
    return left === 0
  }

  /** Lets the lowest free number of `from` or more refer to a descriptor. The table must not be full. */
  add(descriptor: Descriptor, from: number): number {
    let fd = this.#lowest.get(from) ?? from
    while (this.#table[fd] !== undefined) fd++
    if (this.#lowest.has(from)) this.#lowest.set(from, fd + 1)
    this.put(fd, descriptor)
    return fd
  }

  /** Lets a free number refer to a descriptor. */
  put(fd: number, descriptor: Descriptor): void {
    // Without holes, so that the engine keeps an array.
    while (this.#table.length < fd) this.#table.push(undefined)
    this.#table[fd] = descriptor
    this.#count.add(1)
    if (descriptor.references++ === 0) descriptor.fd = fd
  }

  /** What a number refers to. */
  get(fd: number): Descriptor | undefined {
    return this.#table[fd]
  }

  /** Frees a number that is in use. */
  remove(fd: number): void {
    const descriptor = this.#table[fd]
    if (descriptor === undefined) return
    this.#table[fd] = undefined
    this.#count.give(1)
    this.setClosedOnExec(fd, false)
    for (const [start, lowest] of this.#lowest) if (fd >= start && fd < lowest) this.#lowest.set(start, fd)
    if (--descriptor.references === 0) descriptor.fd = -1
  }

  /** Whether `FD_CLOEXEC` is set for a number. Nothing is ever executed, so the flag is only stored. */
  isClosedOnExec(fd: number): boolean {
    return this.#closedOnExec[fd] === 1
  }

  /** Sets or clears `FD_CLOEXEC`. */
  setClosedOnExec(fd: number, on: boolean): void {
    const flags = this.#closedOnExec
    if (on && fd >= flags.length) {
      this.#closedOnExec = new Uint8Array(Math.max(fd + 1, 2 * flags.length))
      this.#closedOnExec.set(flags)
    }
    this.#closedOnExec[fd] = on ? 1 : 0
  }

  /** All numbers in use. */
  *numbers(): Iterable<number> {
    for (const [fd, descriptor] of this.#table.entries()) if (descriptor !== undefined) yield fd
  }
}
