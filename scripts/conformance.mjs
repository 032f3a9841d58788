/**
 * Tests guests with libuv's own tests: runs each entry of upstream's test-list.h as a separate guest, with a deadline,
 * and compares the result with conformance/expectations.json and, if the entry does not pass, with a native run of the
 * same entry.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { expectedOn, judge, needsNative, readExpectations } from './conformance/expectations.mjs'
import { prepare, runNatively } from './conformance/native.mjs'
import { hasOwnNetworks } from './conformance/network.mjs'
import { Progress, printTable } from './conformance/print.mjs'
import { listEntries, runEntry } from './conformance/run.mjs'
import { fetchRuntime } from './lib/runtime.mjs'

/** @typedef {import('./conformance/run.mjs').Entry} Entry */
/** @typedef {import('./conformance/run.mjs').Way} Way */
/** @typedef {import('./conformance/expectations.mjs').Expectation} Expectation */
/**
 * @typedef {import('./conformance/entry.mjs').Outcome & import('./conformance/expectations.mjs').Verdict & {
 *   name: string, class: string, expected: string, native: string | undefined }} Row
 */

const USAGE = `make conformance ARGS='...' runs libuv's own tests as guests. Arguments:

  --filter REGEX     run only entries whose name matches
  --class A,B        run only entries of these classes (A, B, C, new)
  --driver NAME      how guests wait: auto (default), jspi, worker
  --host NAME        the host of the guests: node (default), virtual, simulated (in virtual time; needs --driver jspi)
  --seed N           the seed of a simulated host (default 1)
  --repeat N         run each entry N times (default 1); it passes if it passes every time
  --jobs N           how many entries run at once (default: two per processor, or 1 if they share a network)
  --shared-network   use this machine's network for all entries instead of a separate one for each; they run one at a
                     time, since their ports are fixed
  --node PATH        the node that runs guests (default: this one; for --driver jspi Node 26, fetched if needed)
  --libuv DIRECTORY  libuv's source (default: build/libuv)
  --pump             run the loops with the pump of TypeScript loops (make conformance PUMP=1 builds the tests for this)
  --verbose          print the whole output of failed entries, and the reason of skipped ones
  --help             print this help`

const MODULE = 'build/conformance/tests.wasm'
const PUMPED_MODULE = 'build/conformance/tests-pumped.wasm'
const REPORT = 'conformance/report.json'

/** @param {string} message */
const refuse = (message) => {
  console.error(`conformance: ${message}\n\n${USAGE}`)
  process.exit(2)
}

const readOptions = () => {
  try {
    return parseArgs({
      options: {
        filter: { type: 'string', default: '' },
        class: { type: 'string', default: 'A,B,C,new' },
        driver: { type: 'string', default: 'auto' },
        host: { type: 'string', default: 'node' },
        seed: { type: 'string', default: '1' },
        repeat: { type: 'string', default: '1' },
        jobs: { type: 'string' },
        'shared-network': { type: 'boolean', default: false },
        node: { type: 'string' },
        libuv: { type: 'string', default: 'build/libuv' },
        pump: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

/**
 * @template {string} Name
 * @param {string} option
 * @param {string} value
 * @param {readonly Name[]} known
 * @returns {Name}
 */
const oneOf = (option, value, known) =>
  known.find((name) => name === value) ?? refuse(`--${option} must be ${known.join(' or ')}, not ${value}`)

/**
 * @param {string} option
 * @param {string} value
 */
const count = (option, value) => {
  const number = Number(value)
  return Number.isInteger(number) && number > 0
    ? number
    : refuse(`--${option} must be an integer of at least 1, not ${value}`)
}

/**
 * The node that runs guests: this one, or one with JSPI if the driver needs it.
 *
 * @param {Way['driver']} driver
 */
const chooseNode = (driver) => {
  if (driver !== 'jspi' || 'Suspending' in WebAssembly) return process.execPath
  return fetchRuntime('node', '26')
}

/**
 * Runs an entry up to `repeat` times, until the result is not as expected.
 *
 * @param {Entry} entry
 * @param {Expectation | undefined} expectation
 * @param {Way} way
 * @param {number} repeat
 * @returns {Promise<Row>}
 */
const runRow = async (entry, expectation, { ...way }, repeat) => {
  if (expectation?.outside) way.ownNetwork = false
  const expected = expectedOn(expectation, way.host)
  for (let round = 1; ; round++) {
    const outcome = await runEntry(entry, way)
    const native = needsNative(expected, outcome.result)
      ? await runNatively(entry.name, way.ownNetwork, 3 * entry.timeout)
      : undefined
    const verdict = judge(expected, outcome.result, native, reasonOf(expectation))
    if (round < repeat && verdict.verdict !== 'failed') continue
    if (repeat > 1 && verdict.verdict === 'failed') verdict.note += ` (in round ${round})`
    return { name: entry.name, class: expectation?.class ?? 'new', expected, native, ...outcome, ...verdict }
  }
}

/**
 * @template Item, Result
 * @param {readonly Item[]} items
 * @param {number} jobs
 * @param {(item: Item) => Promise<Result>} work
 * @returns {Promise<Result[]>}
 */
const inParallel = async (items, jobs, work) => {
  /** @type {Result[]} */
  const results = []
  const queue = items.entries()
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: jobs }, worker))
  return results
}

const { entries: expectations, reasonOf } = readExpectations()
const options = readOptions()
if (options.help) {
  console.log(USAGE)
  process.exit(0)
}
const driver = oneOf('driver', options.driver, ['auto', 'jspi', 'worker'])
/** @type {Way} */
const way = {
  module: options.pump ? PUMPED_MODULE : MODULE,
  fixtures: `${options.libuv}/test/fixtures`,
  node: options.node ?? chooseNode(driver),
  driver,
  ownNetwork: !options['shared-network'] && hasOwnNetworks(),
  host: oneOf('host', options.host, ['node', 'virtual', 'simulated']),
  seed: count('seed', options.seed),
}
const repeat = count('repeat', options.repeat)
if (way.host === 'simulated' && driver !== 'jspi')
  refuse('--host simulated needs --driver jspi: a guest in a thread of its own has a clock of its own')
const apart = way.ownNetwork || way.host !== 'node'
const jobs = options.jobs === undefined ? (apart ? 2 * availableParallelism() : 1) : count('jobs', options.jobs)
if (jobs > 1 && !apart)
  refuse('--jobs must be 1 in a shared network: the ports of the tests are fixed, so entries would conflict')

prepare(options.libuv)
const start = performance.now()
const classes = options.class.split(',')
const pattern = new RegExp(options.filter)
const entries = (await listEntries(way)).filter(
  ({ name }) => pattern.test(name) && classes.includes(expectations.get(name)?.class ?? 'new'),
)
if (entries.length === 0) refuse('no entry matches --filter and --class')

const progress = new Progress(entries.length)
const rows = await inParallel(entries, jobs, async (entry) => {
  progress.begin(entry.name)
  const row = await runRow(entry, expectations.get(entry.name), way, repeat)
  progress.end(row)
  return row
})
// Some tests expect events within milliseconds, for which a machine that runs others beside them can be too slow.
for (const [index, entry] of entries.entries()) {
  if (jobs === 1 || rows[index]?.verdict !== 'failed') continue
  progress.begin(entry.name)
  const row = await runRow(entry, expectations.get(entry.name), way, repeat)
  progress.end(row)
  rows[index] = { ...row, note: `${row.note} (alone)`.trimStart() }
}
progress.done()

const seconds = Math.round((performance.now() - start) / 1000)
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
const { node: _, module: __, fixtures: ___, ...how } = way
writeFileSync(REPORT, `${JSON.stringify({ version, ...how, repeat, seconds, rows }, null, 2)}\n`)
printTable(rows, options.verbose)
const tally = (/** @type {string} */ verdict) => rows.filter((row) => row.verdict === verdict).length
console.log(`\n${REPORT}: ${rows.length} entries in ${seconds} s`)
console.log(`${tally('passed')} passed, ${tally('failed')} failed, ${tally('skipped')} skipped`)
process.exitCode = tally('failed') === 0 ? 0 : 1
