/** What holds over all runs of a simulation. */

/** What is known of a property. */
interface Property {
  readonly kind: 'always' | 'sometimes' | 'reachable'
  /** How often it was asked, and how often it was true. */
  asked: number
  held: number
}

/** How often properties held, over all runs. */
export type PropertyCounts = Readonly<Record<string, Readonly<Property>>>

/** The properties of some runs. */
export class Properties {
  readonly #all = new Map<string, Property>()

  /** Notes that one was asked for. */
  note(kind: Property['kind'], name: string, isTrue: boolean): void {
    const known = this.#all.get(name) ?? { kind, asked: 0, held: 0 }
    known.asked++
    if (isTrue) known.held++
    this.#all.set(name, known)
  }

  /** Takes over the counts of others. */
  add(counts: PropertyCounts): void {
    for (const [name, { kind, asked, held }] of Object.entries(counts)) {
      const known = this.#all.get(name) ?? { kind, asked: 0, held: 0 }
      this.#all.set(name, { kind, asked: known.asked + asked, held: known.held + held })
    }
  }

  /** The counts so far. */
  get counts(): PropertyCounts {
    return Object.fromEntries(this.#all)
  }

  /** What has never been so although it should be, one line each. @param reaches - what should be reachable */
  missed(reaches: readonly string[]): string[] {
    const never = [...this.#all].filter(([, { kind, held }]) => kind === 'sometimes' && held === 0)
    const unreached = reaches.filter((name) => !this.#all.has(name))
    return [
      ...never.map(([name, { asked }]) => `${JSON.stringify(name)} was asked ${asked} times, and never true`),
      ...unreached.map((name) => `${JSON.stringify(name)} was never reached`),
    ]
  }
}

/** The properties of the run that goes on. */
let current: Properties | undefined

/** Lets properties be those of a run. @returns a function that ends it */
export function collect(properties: Properties): () => void {
  const before = current
  current = properties
  return () => {
    current = before
  }
}

/**
 * Requires that a condition is true whenever it is asked for: the run fails otherwise. Outside of a simulation too.
 *
 * @param name - what is true then, such as `each request has one answer`
 * @throws {Error} when it is false
 */
export function always(condition: boolean, name: string): asserts condition {
  current?.note('always', name, condition)
  if (!condition) throw new Error(`It is not always so: ${name}`)
}

/**
 * Requires that a condition is true at least once over all runs of a simulation; otherwise `simulate()` fails after
 * them. A test that never meets the case that it is for is found by it. It has no effect on a single run, or outside.
 *
 * @param name - what is true then, such as `a request was sent again`
 */
export function sometimes(condition: boolean, name: string): void {
  current?.note('sometimes', name, condition)
}

/**
 * Notes that this place was reached. Those that the option `reaches` of `simulate()` lists have to be reached in at
 * least one of the runs.
 *
 * @param name - of the place
 */
export function reachable(name: string): void {
  current?.note('reachable', name, true)
}
