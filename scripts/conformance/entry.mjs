/**
 * Runs one entry of libuv's tests as a guest, and its helpers as other guests on the same host. Started by
 * scripts/conformance.mjs in a separate process, which must end by itself: a resource that is left open is a defect.
 */
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Guest } from 'libuv-wasm/guest'
import { nodeHost } from 'libuv-wasm/node'
import { simulate } from 'libuv-wasm/testing'
import { virtualHost } from 'libuv-wasm/virtual'

/**
 * @typedef {object} Order
 * @property {string} module path of the tests' module
 * @property {string} fixtures directory of the tests' input files
 * @property {string} name the entry
 * @property {readonly string[]} helpers the helpers that must be running before the entry starts
 * @property {'jspi' | 'worker' | 'auto'} driver
 * @property {'node' | 'virtual' | 'simulated'} host `simulated`: a network and a clock that are functions of a seed
 * @property {number} seed of the host `simulated`
 * @property {number} deadline milliseconds
 */
/**
 * @typedef {object} Outcome
 * @property {'pass' | 'fail' | 'skip'} result
 * @property {string} detail why the result is not `pass`; empty for `pass`
 * @property {string} output the output of the entry and its helpers
 * @property {number} milliseconds from the entry's start to its end
 */

/** The C runner prints this when a helper is ready. */
const READY = '\u0001ready\n'
/** The exit code of a test that skipped itself. */
const SKIPPED = 7
/** How long a helper may take to start, and a terminated guest to end, in milliseconds. */
const PATIENCE = 5000

/**
 * Where the guests run, and how time passes there.
 *
 * @typedef {object} Place
 * @property {import('libuv-wasm').Host} host
 * @property {() => number} now milliseconds
 * @property {<T>(promise: Promise<T>) => Promise<T>} outside waits for something that the place knows nothing of
 * @property {<T>(promise: Promise<T>, milliseconds: number) => Promise<T | 'late'>} within waits with a deadline
 * @property {() => string[]} open what is open on a network of its own, one line each
 */

/** @param {'node' | 'virtual'} name @returns {Place} */
const realPlace = (name) => {
  const host = name === 'virtual' ? virtualHost() : nodeHost()
  return {
    host,
    now: () => performance.now(),
    outside: (promise) => promise,
    within: async (promise, milliseconds) => {
      const abort = new AbortController()
      try {
        return await Promise.race([
          promise,
          delay(milliseconds, /** @type {const} */ ('late'), { signal: abort.signal }),
        ])
      } finally {
        abort.abort()
      }
    },
    open: () => ('open' in host ? host.open() : []),
  }
}

/** @param {import('libuv-wasm/testing').Simulation} sim @returns {Promise<Place>} */
const simulatedPlace = async (sim) => {
  const { host } = await sim.machine('tests')
  return {
    host,
    now: () => sim.clock.now,
    outside: (promise) => sim.outside(promise),
    within: (promise, milliseconds) =>
      Promise.race([promise, sim.clock.advance(milliseconds).then(() => /** @type {const} */ ('late'))]),
    open: () => sim.netstat().map(({ protocol, local, remote, state }) => [protocol, local, remote, state].join(' ')),
  }
}

/** One guest, and its output. */
class Part {
  output = ''
  /** @type {Promise<number | Error>} */
  exit
  /** @type {Promise<void>} */
  ready
  /** @type {() => void} */
  #onReady = () => {}
  #decoder = new TextDecoder()
  #isReady = false
  /** @type {Promise<Guest>} */
  #guest
  /** @type {Place} */
  #place

  /**
   * @param {Order} order
   * @param {WebAssembly.Module} module
   * @param {Place} place
   * @param {readonly string[]} args
   */
  constructor({ driver, fixtures }, module, place, args) {
    const { host } = place
    this.#place = place
    this.ready = new Promise((resolve) => {
      this.#onReady = resolve
    })
    const onOutput = (/** @type {number} */ _stream, /** @type {Uint8Array} */ bytes) => this.#receive(bytes)
    const dirs = { '/work/test/fixtures': fixtures, '/tmp': new Map() }
    // tcp_writealot has more waiting to be written than a guest may by default.
    const limits = { memory: 2 ** 30 }
    const options = { host, driver, dirs, limits, args: ['tests', ...args], onOutput }
    this.#guest = place.outside(Guest.start(module, options))
    this.exit = this.#guest
      .then((guest) => guest.exit)
      .catch((error) => (error instanceof Error ? error : new Error(String(error))))
  }

  /** @returns {Promise<boolean>} whether it ended */
  async end() {
    const guest = await this.#guest
    guest.terminate()
    return (await this.#place.within(this.exit, PATIENCE)) !== 'late'
  }

  /** @param {Uint8Array} bytes */
  #receive(bytes) {
    this.output += this.#decoder.decode(bytes, { stream: true })
    // Only until it is found: otherwise the whole output would be searched for each chunk.
    if (this.#isReady || !this.output.includes(READY)) return
    this.#isReady = true
    this.output = this.output.replace(READY, '')
    this.#onReady()
  }
}

/** @param {number | Error | 'late'} end */
const explain = (end) => {
  if (end === 'late') return 'did not end in time'
  if (typeof end === 'number') return end === 0 || end === SKIPPED ? '' : `ended with code ${end}`
  return end.stack ?? end.message
}

/**
 * @param {Order} order
 * @returns {Promise<Outcome>}
 */
const run = async (order) => {
  const module = await WebAssembly.compile(await readFile(order.module))
  if (order.host !== 'simulated') return runIn(order, module, realPlace(order.host))
  // The clocks of this process stay as they are: the guests see those of their host.
  const options = { seed: order.seed, globals: /** @type {const} */ ('real') }
  const [report] = await simulate(options, async (sim) => runIn(order, module, await simulatedPlace(sim)))
  if (report === undefined) throw new Error('there was no run')
  return report.value
}

/**
 * @param {Order} order
 * @param {WebAssembly.Module} module
 * @param {Place} place
 * @returns {Promise<Outcome>}
 */
const runIn = async (order, module, place) => {
  /** @type {Part[]} */
  const parts = []
  /** @type {string[]} */
  const defects = []
  for (const helper of order.helpers) {
    const part = new Part(order, module, place, [order.name, helper])
    parts.push(part)
    const end = await place.within(Promise.race([part.ready, part.exit]), PATIENCE)
    if (end !== undefined) defects.push(`the helper ${helper} was not ready: ${explain(end)}`)
  }
  const start = place.now()
  const test = new Part(order, module, place, [order.name])
  parts.push(test)
  const end = await place.within(test.exit, order.deadline)
  const milliseconds = Math.round(place.now() - start)
  for (const part of parts) if (!(await part.end())) defects.push('a guest could not be ended')
  // The last packets may still be in flight to the other end.
  const late = place.now() + PATIENCE
  while (place.open().length > 0 && place.now() < late) await place.within(new Promise(() => {}), 1)
  for (const line of place.open()) defects.push(`left on the network: ${line}`)
  const detail = [explain(end), ...defects].filter((text) => text !== '').join('\n')
  const result = detail !== '' ? 'fail' : end === SKIPPED ? 'skip' : 'pass'
  const output = parts.map((part) => part.output).join('')
  return { result, detail, output, milliseconds }
}

process.once('message', async (/** @type {Order} */ order) => {
  /** @type {Outcome} */
  let outcome
  try {
    outcome = await run(order)
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    outcome = { result: 'fail', detail, output: '', milliseconds: 0 }
  }
  process.send?.(outcome, () => process.disconnect())
  // If the process does not end by itself, report the resources that keep it alive.
  setTimeout(() => {
    console.error(`still open: ${process.getActiveResourcesInfo().join(', ')}`)
    process.exit(3)
  }, 2000).unref()
})
