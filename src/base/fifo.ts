/** A first-in, first-out queue with a constant cost per entry, regardless of its length. */
export class Fifo<T> {
  /** The entries. Slots before the head have been taken and are `undefined`, so that they keep nothing alive. */
  #entries: (T | undefined)[] = []
  #head = 0

  /** The number of entries in the queue. */
  get length(): number {
    return this.#entries.length - this.#head
  }

  /** The oldest entry; `undefined` when the queue is empty. */
  get first(): T | undefined {
    return this.#entries[this.#head]
  }

  /** Replaces the oldest entry. */
  set first(entry: T) {
    this.#entries[this.#head] = entry
  }

  /** Appends an entry. */
  push(entry: T): void {
    this.#entries.push(entry)
  }

  /** Removes and returns the oldest entry; `undefined` when the queue is empty. */
  shift(): T | undefined {
    if (this.length === 0) return undefined
    const entry = this.#entries[this.#head]
    this.#entries[this.#head++] = undefined
    if (this.#head === this.#entries.length) this.clear()
    else if (this.#head >= 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head)
      this.#head = 0
    }
    return entry
  }

  /** Iterates over the entries, oldest first. The queue must not change during the iteration. */
  *[Symbol.iterator](): Iterator<T> {
    for (let index = this.#head; index < this.#entries.length; index++) {
      const entry = this.#entries[index]
      if (entry !== undefined) yield entry
    }
  }

  /** Removes all entries. */
  clear(): void {
    this.#entries.length = 0
    this.#head = 0
  }
}
