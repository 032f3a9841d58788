/** Registers tests and runs them one after the other, without Jest. */
import { within } from './deadline.js'

/** The part of Jest that these tests may use. */
export interface Tests {
  /** Groups the tests that `body` registers. */
  describe(name: string, body: () => void): void
  /** Registers a test. */
  test(name: string, body: () => Promise<void>): void
}

/** The result of a test. */
export interface Outcome {
  /** The groups, outermost first, then the test. */
  readonly path: readonly string[]
  /** Why it failed; absent if it passed. */
  readonly error?: string
  /** Why it was not run: the host refuses the tested feature. */
  readonly refused?: string
  /** Its measurements. */
  readonly figures?: Readonly<Record<string, number>>
}

/** Milliseconds that a test may take, like in jest.config.mjs. */
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

/** Registers a test that is not run, with the reason. */
export const refuse = (name: string, reason: string): void => {
  cases.push({ path: [...group, name], body: reason })
}

/** Records a measurement of the running test. */
export const figure = (name: string, value: number): void => {
  figures[name] = value
}

/**
 * Runs the registered tests.
 *
 * @param only - runs the tests with this text in their path
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
