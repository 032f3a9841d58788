/** What a guest answers differently from a native run, and test/probe/expectations.json, which has the reasons. */
import { readFileSync, writeFileSync } from 'node:fs'

const FILE = 'test/probe/expectations.json'

/** The ways in which guests run: by driver and major version of Node. */
export const WAYS = /** @type {const} */ (['worker-20', 'worker-26', 'jspi-26', 'pump-20'])

/** @typedef {typeof WAYS[number]} Way */
/**
 * A native answer and the guest's; empty where one of them has no more answers.
 *
 * @typedef {[native: string, guest: string]} Difference
 */
/**
 * What differs, and on which ways.
 *
 * @typedef {object} Deviation
 * @property {readonly Way[]} on
 * @property {string} because the key of the reason in the same file; empty if there is none yet
 * @property {readonly Difference[]} differences
 */
/** @typedef {{ answers: number, deviations: readonly Deviation[] }} Expectation */
/** @typedef {{ reasons: Record<string, string>, calls: Record<string, Expectation> }} Expectations */

/** The reason for what a program cannot do that may not wait. */
const WAITS = 'waits'
const NEVER_WAITS = "the driver 'pump' never waits"

/** @returns {Expectations} */
export const readExpectations = () => JSON.parse(readFileSync(FILE, 'utf8'))

/** @param {Expectations} expectations */
export const writeExpectations = (expectations) => writeFileSync(FILE, `${JSON.stringify(expectations, null, 1)}\n`)

/** @param {readonly string[]} answers @param {number} from */
const rest = (answers, from) =>
  answers.length - from === 1 ? (answers[from] ?? '') : `${answers.length - from} more answers`

/**
 * @param {readonly string[]} native
 * @param {readonly string[]} guest
 * @returns {Difference[]}
 */
export const compare = (native, guest) => {
  const end = guest.length < native.length || native.at(-1)?.startsWith('ended: ') ? guest.length : native.length
  /** @type {Difference[]} */
  const differences = []
  for (const [index, answer] of native.entries()) {
    const its = guest[index]
    if (its === undefined) return [...differences, [rest(native, index), '']]
    if (its.includes(NEVER_WAITS)) return [...differences, [rest(native, index), 'waits']]
    if (answer !== its) differences.push([answer, its])
  }
  return guest.length > end ? [...differences, ['', rest(guest, end)]] : differences
}

/**
 * What is expected of a call if it is to be as in a run. Keeps the reasons of what differs as before.
 *
 * @param {readonly string[]} native
 * @param {ReadonlyMap<Way, readonly string[]>} guests
 * @param {Expectation | undefined} before
 * @returns {Expectation}
 */
export const expectationOf = (native, guests, before) => {
  /** @type {Map<string, { on: Way[], differences: Difference[] }>} */
  const found = new Map()
  for (const way of WAYS) {
    const differences = compare(native, guests.get(way) ?? [])
    const key = JSON.stringify(differences)
    const entry = found.get(key)
    if (entry) entry.on.push(way)
    else if (differences.length > 0) found.set(key, { on: [way], differences })
  }
  const deviations = [...found.values()].map(({ on, differences }) => {
    // A reason stays for differences that it was given for, and for some of them; others need a reason of their own.
    const known = before?.deviations.find((deviation) => {
      const all = deviation.differences.map((difference) => JSON.stringify(difference))
      return differences.every((difference) => all.includes(JSON.stringify(difference)))
    })
    const waits = differences.length === 1 && differences[0]?.[1] === 'waits'
    return { on, because: waits ? WAITS : (known?.because ?? ''), differences }
  })
  return { answers: native.length, deviations }
}

/**
 * What is wrong with a call: differences that are not expected, expected ones that are gone, those without a reason.
 *
 * @param {string} call
 * @param {Expectation} found
 * @param {Expectations} expectations
 * @returns {string[]}
 */
export const problemsOf = (call, found, { reasons, calls }) => {
  const expected = calls[call]
  if (JSON.stringify(found) === JSON.stringify(expected)) {
    return found.deviations
      .filter(({ because }) => !reasons[because])
      .map(({ on }) => `${call}: differs on ${on.join(', ')} without a reason; name one of those in ${FILE}`)
  }
  const lines = found.deviations.flatMap(({ on, differences }) =>
    differences.map(([native, guest]) => `  ${native || 'nothing'}, but ${guest || 'nothing'} on ${on.join(', ')}`),
  )
  return [
    `${call}: expected ${JSON.stringify(expected)}, but found`,
    ...(lines.length > 0 ? lines : ['  no difference']),
  ]
}

/**
 * The reasons that no call has any more.
 *
 * @param {Expectations} expectations
 * @returns {string[]}
 */
export const unusedReasons = ({ reasons, calls }) => {
  const used = new Set(Object.values(calls).flatMap(({ deviations }) => deviations.map(({ because }) => because)))
  return Object.keys(reasons).filter((reason) => !used.has(reason))
}
