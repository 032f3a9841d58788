/** The end of a replay whose program does something else than what was recorded. */
import { formatEntry } from '../../base/trace/entry-text.js'
import type { TraceEntry } from '../../base/trace/value.js'

/** What is known of a divergence. */
export interface Divergence {
  /** The number of the entry at which the replay stopped; the first one is 0. */
  readonly entry: number
  /** What was recorded there. */
  readonly expected: string
  /** What the program did. */
  readonly got: string
  /** The entries before it, the latest last; 8 at most. */
  readonly before: readonly string[]
}

/** The program did something else than what was recorded: it, its inputs or the trace have changed. */
export class DivergenceError extends Error implements Divergence {
  readonly entry: number
  readonly expected: string
  readonly got: string
  readonly before: readonly string[]

  constructor({ entry, expected, got, before }: Divergence) {
    const first = entry - before.length
    const lines = [
      `Cannot go on with the replay: the program does not do what was recorded at entry ${entry}; run the program that was recorded, or record again`,
      `  expected ${expected}`,
      `  got      ${got}`,
      ...before.map((line, at) => `  ${at === 0 ? 'after    ' : '         '}${first + at}: ${line}`),
    ]
    super(lines.join('\n'))
    this.name = 'DivergenceError'
    this.entry = entry
    this.expected = expected
    this.got = got
    this.before = before
  }
}

/** How many entries are shown. */
const SHOWN = 8

/** Remembers the last entries. */
export class History {
  readonly #entries: TraceEntry[] = []
  #count = 0

  /** How many entries there were. */
  get count(): number {
    return this.#count
  }

  /** Remembers an entry. */
  add(entry: TraceEntry): void {
    this.#entries[this.#count++ % SHOWN] = entry
  }

  /** The last ones as text, the latest last. */
  text(): string[] {
    const shown = Math.min(this.#count, SHOWN)
    return Array.from({ length: shown }, (_, at) => this.#entries[(this.#count - shown + at) % SHOWN])
      .filter((entry) => entry !== undefined)
      .map(formatEntry)
  }
}
