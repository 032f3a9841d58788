/** Registers tests and runs them one after the other, without Jest. */
import { within } from './deadline.js'

/** The part of Jest that such tests may use. */
export interface Tests {
  /** Groups the tests that `body` registers. */
  describe(name: string, body: () => void): void
  /** Registers a test. */
  test(name: string, body: () => Promise<void>): void
}

/** How a test went. */
export interface Outcome {
  /** The groups, outermost first, then the test. */
  readonly path: readonly string[]
  /** Why it failed; absent when it did not. */
  readonly error?: string
  /** Why it was not run: the host refuses what it is about. */
  readonly refused?: string
  /** What it measured. */
  readonly figures?: Readonly<Record<string, number>>
}

/** Milliseconds a test may take, as in jest.config.mjs. */
const PATIENCE = 60_000

const cases: { readonly path: readonly string[]; readonly body: string | (() => Promise<void>) }[] = []
let group: readonly string[] = []
let figures: Record<string, number> = {}

export const describe: Tests['describe'] = (name, body) => {
  const outer = group
  group = [...outer, name]
  body()
  group = outer
}

export const test: Tests['test'] = (name, body) => {
  cases.push({ path: [...group, name], body })
}

/** Notes a test that is not run, and why. */
export const refuse = (name: string, reason: string): void => {
  cases.push({ path: [...group, name], body: reason })
}

/** Notes a figure that the running test has measured. */
export const figure = (name: string, value: number): void => {
  figures[name] = value
}

/**
 * Runs what was registered.
 *
 * @param only - a test is run when its path has this in it
 * @param tell - called after each test
 */
export const runAll = async (only: string, tell: (outcome: Outcome) => void): Promise<void> => {
  for (const { path, body } of cases) {
    if (!path.join(' ').includes(only)) continue
    if (typeof body === 'string') {
      tell({ path, refused: body })
      continue
    }
    figures = {}
    try {
      await within(body(), PATIENCE, 'the test')
      tell(Object.keys(figures).length > 0 ? { path, figures } : { path })
    } catch (error) {
      tell({ path, error: reason(error) })
    }
  }
}

const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return `${error.stack ?? error.message}${cause}`
}
