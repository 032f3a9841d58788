/**
 * What is expected of each entry of libuv's tests, as conformance/expectations.json has it, and what to make of a
 * result.
 */
import { readFileSync } from 'node:fs'

/** @typedef {import('./entry.mjs').Outcome} Outcome */
/**
 * - `pass`: passes; or fails or skips as it does natively, on this machine
 * - `fail`, `skip`: does so, for the reason given
 * - `native`: does what it does natively, since it asks for a network outside of this machine
 * - `vacuous`: passes, and proves nothing by it, for the reason given
 * - `unsteady`: passes or fails, depending on how fast this machine is, for the reason given
 *
 * @typedef {'pass' | 'fail' | 'skip' | 'native' | 'vacuous' | 'unsteady'} Expected
 */
/**
 * @typedef {object} Expectation
 * @property {'A' | 'B' | 'C'} class A is the core, B the next ring, C what makes no sense in a sandbox
 * @property {Expected} [expect] `pass` where it is left out
 * @property {readonly string[]} [on] the hosts for which `expect` stands; all where it is left out
 * @property {string} [because] which of the file's reasons there is for what is not `pass`
 * @property {boolean} [outside] whether it asks for the world outside of this machine, and so is run in its network
 */
/**
 * What is to be made of a result. `note` is empty for an ordinary pass.
 *
 * @typedef {object} Verdict
 * @property {'passed' | 'failed' | 'skipped'} verdict
 * @property {string} note
 */

const FILE = 'conformance/expectations.json'

/**
 * Reads what is expected.
 *
 * @returns {{ entries: Map<string, Expectation>, reasonOf: (expectation: Expectation | undefined) => string }}
 * @throws {Error} when an expectation gives no reason, or one that the file does not have
 */
export const readExpectations = () => {
  const { reasons, entries } = JSON.parse(readFileSync(FILE, 'utf8'))
  const reasonOf = ({ because = '' } = {}) => reasons[because] ?? ''
  for (const [name, expectation] of Object.entries(entries)) {
    if ('expect' in expectation && reasonOf(expectation) === '') {
      throw new Error(`${FILE}: ${name} is expected to ${expectation.expect} without one of the file's reasons`)
    }
  }
  return { entries: new Map(Object.entries(entries)), reasonOf }
}

/**
 * @param {Expectation | undefined} expectation
 * @param {string} host
 * @returns {Expected}
 */
export const expectedOn = (expectation, host) => {
  const { expect = 'pass', on = [host] } = expectation ?? {}
  return on.includes(host) ? expect : 'pass'
}

/**
 * Whether it takes a native run to judge a result.
 *
 * @param {Expected} expected
 * @param {Outcome['result']} result
 */
export const needsNative = (expected, result) => expected === 'native' || (expected === 'pass' && result !== 'pass')

/**
 * @param {Expected} expected
 * @param {Outcome['result']} result
 * @param {Outcome['result'] | undefined} native the result of the same entry natively, where it was asked for
 * @param {string} reason of the expectation
 * @returns {Verdict}
 */
export const judge = (expected, result, native, reason) => {
  if (expected === 'pass' && result === 'pass') return { verdict: 'passed', note: '' }
  if (expected === 'pass' || expected === 'native') {
    if (result !== native) return { verdict: 'failed', note: `${said(result)}; natively it ${said(native)}` }
    return { verdict: result === 'pass' ? 'passed' : 'skipped', note: `${said(result)}, natively too` }
  }
  if (expected === 'vacuous') {
    if (result === 'pass') return { verdict: 'skipped', note: `proves nothing: ${reason}` }
    return { verdict: 'failed', note: `${said(result)}, though it is listed as proving nothing` }
  }
  const steady = expected !== 'unsteady' || result === 'skip'
  if (result === expected || !steady) return { verdict: 'skipped', note: reason }
  return { verdict: 'failed', note: `${said(result)}, though ${FILE} says \`${expected}\`: ${reason}` }
}

/** @param {Outcome['result'] | undefined} result */
const said = (result) => (result === undefined ? 'was not run' : `${result}${result === 'pass' ? 'es' : 's'}`)
