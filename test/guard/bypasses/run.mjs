/**
 * Tries the whole table: each row without any grant, and with each rule of the table as the only one. What passes is
 * checked at the host, and what the guest is told in the guest. It uses the installed package, and prints one line of
 * JSON: how many rows and trials there were, and what was wrong.
 *
 *   run.mjs FOLDER [DRIVER...]    FOLDER has the compiled programs of test/guest/programs/bypasses; by default under
 *                                 all drivers that the engine has
 */
import { readFileSync } from 'node:fs'
import { policyHost } from 'libuv-wasm'
import { Guest } from 'libuv-wasm/guest'
import { tryImports } from './imports.mjs'
import { names, namesRows } from './names.mjs'
import { passes } from './passes.mjs'
import { socketRows } from './sockets.mjs'
import { watchedHost } from './watched-host.mjs'
import { FILES, worldRows } from './world.mjs'

/** @typedef {import('./table.mjs').Row} Row */
/** @typedef {{ dirs?: import('libuv-wasm/guest').Dirs, wallClock?: boolean }} Given */

/** Without any grant. */
const NOTHING = 'nothing'

/** @type {Readonly<Record<string, { rows: readonly Row[], given: Given }>>} */
const PROGRAMS = {
  sockets: { rows: socketRows, given: {} },
  names: { rows: namesRows, given: {} },
  world: { rows: worldRows, given: { dirs: { '/': FILES }, wallClock: false } },
}

const [folder = '', ...chosen] = process.argv.slice(2)
const available = Reflect.has(WebAssembly, 'Suspending') ? ['worker', 'pump', 'jspi'] : ['worker', 'pump']
const drivers = chosen.length > 0 ? chosen : available
/** @type {string[]} */
const problems = []
let trials = 0

/** @param {string} rule - such as `connect 127.0.0.1:80` @returns {import('libuv-wasm').PolicyRules} */
const policyOf = (rule) => {
  if (rule === NOTHING) return {}
  const [action = '', text = ''] = rule.split(' ')
  // What is denied, is denied in all ways, and everything else is allowed.
  if (action !== 'deny') return { [action]: [text] }
  const all = ['*', 'unix:*']
  return { connect: all, listen: all, deny: { connect: [text], listen: [text], send: [text] } }
}

/**
 * Runs all rows of a program in one guest.
 *
 * @param {WebAssembly.Module} module
 * @param {readonly Row[]} rows
 * @param {string} rule
 * @param {import('libuv-wasm/guest').GuestOptions} options
 */
const play = async (module, rows, rule, options) => {
  /** @type {string[]} */
  const log = []
  const host = policyHost(watchedHost(names, log), policyOf(rule))
  /** @type {Record<1 | 2, string>} */
  const output = { 1: '', 2: '' }
  const decoders = { 1: new TextDecoder(), 2: new TextDecoder() }
  const guest = await Guest.start(module, {
    ...options,
    host,
    args: ['bypasses', ...rows.map(({ words }) => words)],
    onOutput: (stream, bytes) => {
      output[stream] += decoders[stream].decode(bytes, { stream: true })
    },
  })
  const end = await guest.exit.catch(String)
  if (end !== 0 || output[2] !== '') problems.push(`with ${rule}: the guest ended with ${end}: ${output[2]}`)
  const outcomes = new Map(output[1].split('\n').map((line) => [Number.parseInt(line, 10), line.replace(/^\d+ /, '')]))
  return { outcomes, log }
}

for (const driver of /** @type {import('libuv-wasm/guest').DriverName[]} */ (drivers)) {
  for (const [name, { rows, given }] of Object.entries(PROGRAMS)) {
    const module = await WebAssembly.compile(readFileSync(`${folder}/${name}.wasm`))
    const rules = [NOTHING, ...new Set(rows.flatMap(({ by }) => Object.keys(by)))]
    for (const rule of rules) {
      const { outcomes, log } = await play(module, rows, rule, { driver, ...given })
      for (const [index, { words, none, by }] of rows.entries()) {
        const expected = by[rule] ?? (rule.startsWith('deny ') ? undefined : none)
        const outcome = outcomes.get(index)
        trials++
        if (expected !== undefined && outcome !== expected)
          problems.push(`${driver}, with ${rule}: ${words} has the outcome ${outcome}, not ${expected}`)
      }
      for (const line of new Set(log))
        if (!passes(rule, line)) problems.push(`${driver}, with ${rule}: the host was asked to ${line}`)
    }
  }
  trials += await tryImports(driver, (problem) => problems.push(`${driver}: ${problem}`))
}

const rows = Object.values(PROGRAMS).reduce((sum, program) => sum + program.rows.length, 0)
console.log(JSON.stringify({ rows, trials, problems }))
process.exitCode = problems.length === 0 ? 0 : 1
