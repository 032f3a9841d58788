/** First in, first out, at a constant cost per entry however many wait. */
export class Fifo<T> {
  /** Those in front of the head are over, and no longer held. */
  #entries: (T | undefined)[] = []
  #head = 0

  /** Entries that wait. */
  get length(): number {
    return this.#entries.length - this.#head
  }

  /** The oldest entry; `undefined` when there is none. */
  get first(): T | undefined {
    return this.#entries[this.#head]
  }

  /** Puts another in the place of the oldest entry. */
  set first(entry: T) {
    this.#entries[this.#head] = entry
  }

  /** Appends an entry. */
  push(entry: T): void {
    this.#entries.push(entry)
  }

  /** Takes the oldest entry; `undefined` when there is none. */
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

  /** Those that wait, the oldest first; nothing may be put in or taken meanwhile. */
  *[Symbol.iterator](): Iterator<T> {
    for (let index = this.#head; index < this.#entries.length; index++) {
      const entry = this.#entries[index]
      if (entry !== undefined) yield entry
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.length = 0
    this.#head = 0
  }
}
