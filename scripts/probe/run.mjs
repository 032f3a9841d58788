/** Makes all calls natively and on every way in which guests run. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { fetchRuntime } from '../lib/runtime.mjs'
import { expectationOf, WAYS } from './compare.mjs'
import { runNatively } from './native.mjs'

/** @typedef {import('./compare.mjs').Way} Way */
/** @typedef {import('./compare.mjs').Expectation} Expectation */

/** How often a call may have an unexpected result: a busy machine can miss a deadline. */
const ATTEMPTS = 3

/**
 * Makes calls as a guest.
 *
 * @param {Way} way
 * @param {readonly string[]} calls
 * @returns {Promise<Map<string, string[]>>} their answers
 */
const runGuests = async (way, calls) => {
  const [driver = '', major = ''] = way.split('-')
  const script = fileURLToPath(new URL('guests.mjs', import.meta.url))
  const child = spawn(fetchRuntime('node', major), [script, driver], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise((done, fail) => child.on('close', done).on('error', fail))
  child.stdin.end(`${calls.join('\n')}\n`)
  /** @type {Map<string, string[]>} */
  const answers = new Map()
  for await (const line of createInterface({ input: child.stdout })) {
    const { call, answers: its } = JSON.parse(line)
    answers.set(call, its)
  }
  const code = await ended
  if (answers.size !== calls.length) {
    throw new Error(
      `Cannot probe ${way}: its process ended with code ${code} after ${answers.size} of ${calls.length} calls`,
    )
  }
  return answers
}

/**
 * Makes calls until they answer as expected, or several times.
 *
 * @param {readonly string[]} calls
 * @param {Record<string, Expectation>} expected
 * @param {number} [attempts]
 * @returns {Promise<Map<string, Expectation>>}
 */
export const probe = async (calls, expected, attempts = ATTEMPTS) => {
  /** @type {Map<string, string[]>} */
  const native = new Map()
  for (const call of calls) native.set(call, await runNatively(call))
  /** @type {Map<Way, Map<string, string[]>>} */
  const guests = new Map()
  for (const way of WAYS) guests.set(way, await runGuests(way, calls))
  /** @type {Map<string, Expectation>} */
  const results = new Map()
  for (const [call, answers] of native) {
    const its = new Map(WAYS.map((way) => [way, guests.get(way)?.get(call) ?? []]))
    results.set(call, expectationOf(answers, its, expected[call]))
  }
  const other = calls.filter((call) => JSON.stringify(results.get(call)) !== JSON.stringify(expected[call]))
  if (attempts === 1 || other.length === 0) return results
  return new Map([...results, ...(await probe(other, expected, attempts - 1))])
}
