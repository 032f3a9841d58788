/** Starts the processes that run entries; see entry.mjs. */
import { execFile, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { commandIn } from './network.mjs'

/** @typedef {import('./entry.mjs').Outcome} Outcome */
/** @typedef {import('./entry.mjs').Order} Order */
/**
 * How entries are run.
 *
 * @typedef {Pick<Order, 'module' | 'fixtures' | 'driver' | 'host' | 'seed'>} Guests
 * @typedef {Guests & { node: string, ownNetwork: boolean }} Way
 */
/**
 * An entry of upstream's list. `timeout` is in milliseconds.
 *
 * @typedef {{ name: string, timeout: number, helpers: readonly string[] }} Entry
 */

/** A guest may take this many times as long as upstream allows a process. An entry that hangs takes the whole time. */
const PATIENCE = 3
/** The additional time for the process to start and to end, in milliseconds. */
const OVERHEAD = 30_000

/** @param {string} name */
const script = (name) => fileURLToPath(new URL(name, import.meta.url))

/**
 * The entries of the module, in upstream's order.
 *
 * @param {Way} way
 * @returns {Promise<Entry[]>}
 */
export const listEntries = async ({ node, module }) => {
  const { stdout } = await promisify(execFile)(node, [script('list.mjs'), module])
  /** @type {Map<string, { timeout: number, helpers: string[] }>} */
  const entries = new Map()
  for (const line of stdout.trimEnd().split('\n')) {
    const [name = '', part = '', isHelper, timeout] = line.split('\t')
    const entry = entries.get(name) ?? { timeout: 0, helpers: [] }
    if (isHelper === '1') entry.helpers.push(part)
    else entry.timeout = Number(timeout)
    entries.set(name, entry)
  }
  return [...entries].map(([name, entry]) => ({ name, ...entry }))
}

/**
 * Runs an entry in a separate process.
 *
 * @param {Entry} entry
 * @param {Way} way
 * @returns {Promise<Outcome>}
 */
export const runEntry = ({ name, helpers, timeout }, { node, ownNetwork, ...way }) =>
  new Promise((done) => {
    const deadline = timeout * PATIENCE
    // fork() runs `execPath` with `execArgv` before the script: here the wrapper that starts Node.
    const { program, args } = commandIn(ownNetwork, node, [])
    const child = fork(script('entry.mjs'), {
      execPath: program,
      execArgv: args,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      timeout: deadline + OVERHEAD,
    })
    let errors = ''
    /** @type {Outcome | undefined} */
    let outcome
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      errors += text
    })
    child.once('message', (/** @type {Outcome} */ message) => {
      outcome = message
    })
    child.once('close', (code, signal) => {
      const said = outcome ?? { result: 'fail', detail: 'the process died', output: '', milliseconds: 0 }
      if (code === 0 && outcome !== undefined) return done(said)
      const end = `its process ended with ${signal ?? `code ${code}`}\n${errors}`
      done({ ...said, result: 'fail', detail: [said.detail, end].filter((text) => text !== '').join('\n') })
    })
    /** @type {Order} */
    const order = { ...way, name, helpers, deadline }
    child.send(order)
  })
