import { Fifo } from '../../base/fifo.js'
import type { Rights } from '../passing.js'

/** A message in a stream, from one byte to another, counted from the first of the stream. */
interface Mark {
  readonly at: number
  end: number
  readonly rights: Rights
}

/**
 * The messages with descriptors in a stream of bytes. The descriptors are received with the first byte of their
 * message, and the same call receives nothing beyond it, though it may begin before.
 *
 * @see Linux `unix(7)`, "Ancillary messages"
 */
export class MarkedMessages {
  readonly #marks = new Fifo<Mark>()
  #last: Mark | undefined
  #taken = 0

  /** Adds the next `length` bytes of a message, after `waiting` others. */
  add(rights: Rights, waiting: number, length: number): void {
    const at = this.#taken + waiting
    if (this.#last?.rights === rights) this.#last.end = at + length
    else {
      this.#last = { at, end: at + length, rights }
      this.#marks.push(this.#last)
    }
  }

  /** How many of `wanted` bytes one call may take. */
  within(wanted: number): number {
    const first = this.#marks.first
    if (first === undefined || first.at >= this.#taken + wanted) return wanted
    return Math.min(wanted, first.end - this.#taken)
  }

  /** The descriptors that are received with the next `count` bytes, at most as many as {@link within} allows. */
  rightsWithin(count: number): Rights | undefined {
    const first = this.#marks.first
    return first !== undefined && first.at < this.#taken + count ? first.rights : undefined
  }

  /** Counts bytes as taken, with the descriptors among them. */
  take(count: number): void {
    if (this.rightsWithin(count) !== undefined && this.#marks.shift() === this.#last) this.#last = undefined
    this.#taken += count
  }

  /** All descriptors. */
  held(): Rights {
    return [...this.#marks].flatMap(({ rights }) => rights)
  }

  /** Removes all descriptors, and returns them. */
  clear(): Rights {
    const rights = this.held()
    this.#marks.clear()
    this.#last = undefined
    return rights
  }
}
