/**
 * Reads the expected result of each entry of libuv's tests from conformance/expectations.json, and judges the actual
 * result.
 */
import { readFileSync } from 'node:fs'

/** @typedef {import('./entry.mjs').Outcome} Outcome */
/**
 * - `pass`: passes, or fails or skips like the native run on this machine
 * - `fail`, `skip`: fails or skips, for the given reason
 * - `native`: has the same result as the native run, since it needs a network outside of this machine
 * - `vacuous`: passes without proving anything, for the given reason
 * - `unsteady`: passes or fails depending on the speed of this machine, for the given reason
 *
 * @typedef {'pass' | 'fail' | 'skip' | 'native' | 'vacuous' | 'unsteady'} Expected
 */
/**
 * @typedef {object} Expectation
 * @property {'A' | 'B' | 'C'} class A is the core, B is less central, C does not apply in a sandbox
 * @property {Expected} [expect] `pass` by default
 * @property {readonly string[]} [on] the hosts to which `expect` applies; all by default
 * @property {string} [because] the key of the reason in the same file, unless `pass` is expected
 * @property {boolean} [outside] whether it needs an outside network, and so runs in this machine's network
 */
/**
 * The verdict on a result. `note` is empty for an ordinary pass.
 *
 * @typedef {object} Verdict
 * @property {'passed' | 'failed' | 'skipped'} verdict
 * @property {string} note
 */

const FILE = 'conformance/expectations.json'

/**
 * Reads the expectations.
 *
 * @returns {{ entries: Map<string, Expectation>, reasonOf: (expectation: Expectation | undefined) => string }}
 * @throws {Error} when an expectation needs a reason and has none, or the file does not have the reason
 */
export const readExpectations = () => {
  const { reasons, entries } = JSON.parse(readFileSync(FILE, 'utf8'))
  const reasonOf = ({ because = '' } = {}) => reasons[because] ?? ''
  for (const [name, expectation] of Object.entries(entries)) {
    if ('expect' in expectation && reasonOf(expectation) === '') {
      throw new Error(
        `${FILE}: ${name} is expected to ${expectation.expect} without a reason; name one of the file's reasons`,
      )
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
  // A simulated network is a virtual one.
  return on.includes(host) || (host === 'simulated' && on.includes('virtual')) ? expect : 'pass'
}

/**
 * Whether a native run is needed to judge a result.
 *
 * @param {Expected} expected
 * @param {Outcome['result']} result
 */
export const needsNative = (expected, result) => expected === 'native' || (expected === 'pass' && result !== 'pass')

/**
 * @param {Expected} expected
 * @param {Outcome['result']} result
 * @param {Outcome['result'] | undefined} native the result of the native run, if it was needed
 * @param {string} reason the reason of the expectation
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
