/**
 * Tries the whole table: each row without any grant, and with each rule of the table as the only one. What passes is
 * checked at the host, and what the guest is told in the guest. It uses the installed package, and prints one line of
 * JSON: how many rows and trials there were, and what was wrong.
 *
 *   run.mjs FOLDER [WAY...]    FOLDER has the compiled programs of test/guest/programs/bypasses; WAY is a driver, or an
 *                              isolation of plugins; by default all drivers that the engine has, and on Node a
 *                              process
 */
import { tryImports } from './imports.mjs'
import { names, namesRows } from './names.mjs'
import { passes } from './passes.mjs'
import { playGuest, playPlugin } from './play.mjs'
import { socketRows } from './sockets.mjs'
import { watchedHost } from './watched-host.mjs'
import { FILES, worldRows } from './world.mjs'

/** @typedef {import('./table.mjs').Row} Row */
/** @typedef {import('./play.mjs').Given} Given */

/** Without any grant. */
const NOTHING = 'nothing'

/** @type {Readonly<Record<string, { rows: readonly Row[], given: Given }>>} */
const PROGRAMS = {
  sockets: { rows: socketRows, given: {} },
  names: { rows: namesRows, given: {} },
  world: { rows: worldRows, given: { files: { '/': FILES }, wallClock: false } },
}

const ISOLATIONS = ['thread', 'none', 'process']

const [folder = '', ...chosen] = process.argv.slice(2)
const available = Reflect.has(WebAssembly, 'Suspending') ? ['worker', 'pump', 'jspi'] : ['worker', 'pump']
const isNode = !('deno' in process.versions || 'bun' in process.versions)
const ways = chosen.length > 0 ? chosen : [...available, ...(isNode ? ['process'] : [])]
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
 * @param {string} way
 * @param {readonly Row[]} rows
 * @param {string} rule
 * @param {{ program: string, given: Given }} options
 */
const play = async (way, rows, rule, { program, given }) => {
  /** @type {string[]} */
  const log = []
  const args = rows.map(({ words }) => words)
  // The sockets of another process are the real ones, and cannot be watched.
  const host = way === 'process' ? undefined : watchedHost(names, log)
  const parts = { program, args, policy: policyOf(rule), host, given }
  const { end, output, errors } = await (ISOLATIONS.includes(way) ? playPlugin(way, parts) : playGuest(way, parts))
  if (end !== 0 || errors !== '') problems.push(`${way}, with ${rule}: the guest ended with ${end}: ${errors}`)
  const outcomes = new Map(output.split('\n').map((line) => [Number.parseInt(line, 10), line.replace(/^\d+ /, '')]))
  return { outcomes, log }
}

/**
 * The rules that a way is tried with. In another process no row may reach a real network: what a rule grants is left
 * out there.
 *
 * @param {string} way
 * @param {readonly Row[]} rows
 */
const trialsOf = (way, rows) => {
  const all = new Set(rows.flatMap(({ by }) => Object.keys(by)))
  const rules = way === 'process' ? [...all].filter((rule) => !rule.startsWith('deny ')).slice(0, 1) : [...all]
  return [NOTHING, ...rules].map((rule) => ({
    rule,
    tried: way === 'process' ? rows.filter(({ by }) => by[rule] === undefined) : rows,
  }))
}

for (const way of ways) {
  for (const [name, { rows, given }] of Object.entries(PROGRAMS)) {
    for (const { rule, tried } of trialsOf(way, rows)) {
      const { outcomes, log } = await play(way, tried, rule, { program: `${folder}/${name}.wasm`, given })
      for (const [index, { words, none, by }] of tried.entries()) {
        const expected = by[rule] ?? (rule.startsWith('deny ') ? undefined : none)
        const outcome = outcomes.get(index)
        trials++
        if (expected !== undefined && outcome !== expected)
          problems.push(`${way}, with ${rule}: ${words} has the outcome ${outcome}, not ${expected}`)
      }
      for (const line of new Set(log))
        if (!passes(rule, line)) problems.push(`${way}, with ${rule}: the host was asked to ${line}`)
    }
  }
  const driver = /** @type {import('libuv-wasm/guest').DriverName} */ (way)
  if (!ISOLATIONS.includes(way)) trials += await tryImports(driver, (problem) => problems.push(`${way}: ${problem}`))
}

const rows = Object.values(PROGRAMS).reduce((sum, program) => sum + program.rows.length, 0)
console.log(JSON.stringify({ rows, trials, problems }))
process.exitCode = problems.length === 0 ? 0 : 1
