/** The number of the first name; the numbers below it belong to `.` and `..`. */
const FIRST_NUMBER = 3

/** A name in a directory. */
interface Name<T> {
  readonly text: string
  /** Larger than the numbers of all names that were added earlier. */
  readonly number: number
  /** `undefined` once the name was removed. */
  value: T | undefined
}

/** The names in a directory, numbered in the order in which they were added, so that a listing can be continued. */
export class NumberedNames<T> {
  readonly #names = new Map<string, Name<T>>()
  /** In the order of their numbers; up to half of them have been removed. */
  #order: Name<T>[] = []
  #latest = FIRST_NUMBER - 1

  /** How many there are. */
  get size(): number {
    return this.#names.size
  }

  /** The number of the newest name. */
  get latest(): number {
    return this.#latest
  }

  /** The value of a name. */
  get(text: string): T | undefined {
    return this.#names.get(text)?.value
  }

  /** All names. */
  texts(): Iterable<string> {
    return this.#names.keys()
  }

  /** All names and their values. */
  *entries(): Generator<[string, T]> {
    for (const { text, value } of this.#names.values()) if (value !== undefined) yield [text, value]
  }

  /** Adds a name that does not exist yet. */
  add(text: string, value: T): void {
    const name = { text, number: ++this.#latest, value }
    this.#names.set(text, name)
    this.#order.push(name)
  }

  /** Removes a name. */
  remove(text: string): void {
    const name = this.#names.get(text)
    if (name === undefined) return
    name.value = undefined
    this.#names.delete(text)
    if (this.#order.length > 2 * this.#names.size) this.#order = this.#order.filter(({ value }) => value !== undefined)
  }

  /** The first name with a larger number. */
  after(number: number): { text: string; number: number; value: T } | undefined {
    let [low, high] = [0, this.#order.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#order[middle]?.number ?? 0) > number) high = middle
      else low = middle + 1
    }
    for (let name = this.#order[low]; name !== undefined; name = this.#order[++low]) {
      const { text, number: found, value } = name
      if (value !== undefined) return { text, number: found, value }
    }
    return undefined
  }
}
