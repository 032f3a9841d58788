/** The list of calls that the probe makes (test/probe/calls.tsv), and what native and guest runs have in common. */
import { readFileSync } from 'node:fs'

const LIST = 'test/probe/calls.tsv'
const REFUSALS = 'test/probe/refused.tsv'

/** The probe, as scripts/probe/build.mjs builds it. */
export const PROGRAMS = { native: 'build/probe/native/probe', guest: 'build/probe/guest/probe.wasm' }
/** How long a run may take, in milliseconds; the slowest takes two seconds. */
export const DEADLINE = 15_000
/** The environment of a run. */
export const ENVIRONMENT = { PATH: '/usr/bin:/bin', HOME: '/tmp', PROBE: 'probed' }

/**
 * A line of the list.
 *
 * @typedef {object} Call
 * @property {string} area
 * @property {string} name as `fcntl:F_SETLK`
 * @property {string} header where it is declared
 * @property {string} sources the standard that has it, and the programs that import it
 * @property {string} asked in which ways it is made
 */

/**
 * What is refused in cases of one kind, written by hand.
 *
 * @typedef {object} Refusal
 * @property {string} what
 * @property {string} answer what a program gets
 * @property {string} why
 */

/** The fields of each line. @param {string} file */
const readLines = (file) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.split('\t'))

/** @returns {Call[]} */
export const readCalls = () =>
  readLines(LIST).map(([area = '', name = '', header = '', sources = '', asked = '']) => ({
    area,
    name,
    header,
    sources,
    asked,
  }))

/** @returns {Refusal[]} */
export const readRefusals = () =>
  readLines(REFUSALS).map(([what = '', answer = '', why = '']) => ({ what, answer, why }))

/** The C function that makes a call. @param {string} name */
export const functionOf = (name) => `probe_${name.replace(/\W/g, '_')}`

/**
 * The answers of a run: what it printed, line by line, and how it ended if it did not end with code 0.
 *
 * @param {string} output
 * @param {string | undefined} end
 */
export const answersOf = (output, end) => [
  ...output.split('\n').filter((line) => line !== ''),
  ...(end === undefined ? [] : [`ended: ${end}`]),
]
