/**
 * Honest plugins beside as many bad ones: none may lose a byte, become much slower than beside native processes that
 * compute, or stand still for long. It prints a line for each setting, and ends with 1 if a byte was lost.
 *
 *   node test/stress/programs/neighbours.mjs [MINUTES [COUNT [WAY...]]]
 *
 * MINUTES is 1 by default, for each setting; COUNT is 25; the ways of bad-neighbour.c are all of them.
 */
import { execFileSync, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import net from 'node:net'

/** @typedef {import('../../../src/plugin/isolation.js').Isolated} Isolated */
/** @typedef {import('../../../src/plugin/isolation.js').Isolation} Isolation */

const load = (/** @type {string} */ path) => import(new URL(`../../../build/lib/${path}.js`, import.meta.url).href)
const { chooseIsolation } = await load('plugin/choose-isolation')
const { Policy } = await load('guard/policy')

const WAYS = ['spin', 'calls', 'output', 'listen', 'lookups', 'pipes', 'files', 'memory']
const [minutes = '1', count = '25', ...chosen] = process.argv.slice(2)
const ways = chosen.length > 0 ? chosen : WAYS
/** Milliseconds between two messages of a connection, and their size. */
const BEAT = 20
const SIZE = 1024

mkdirSync('build/stress', { recursive: true })
const compile = (/** @type {string} */ source, /** @type {string} */ module) => {
  execFileSync('build/sdk/bin/uvcc', ['-O2', source, '-o', module])
  return new Uint8Array(readFileSync(module))
}
const echo = compile('test/guest/programs/echo.c', 'build/stress/echo.wasm')
const bad = compile('test/stress/programs/bad-neighbour.c', 'build/stress/bad-neighbour.wasm')

/** Lets time pass, which is what is measured here. */
const time = (/** @type {number} */ ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

/**
 * Starts a plugin.
 *
 * @param {Isolation} isolation
 * @param {Uint8Array<ArrayBuffer>} module
 * @param {[string, ...string[]]} args
 * @param {object} rules
 * @returns {Promise<{ plugin: Isolated, port: Promise<number> }>} it, and its port once it has told it
 */
const start = async (isolation, module, args, rules) => {
  let output = ''
  const told = new EventEmitter()
  const port = once(told, 'port').then(([number]) => Number(number))
  const plugin = await isolation.start({
    name: args[0],
    module,
    args,
    env: {},
    files: {},
    input: undefined,
    stdio: undefined,
    host: undefined,
    policy: new Policy(rules),
    limits: {},
    services: {},
    hooks: {
      onOutput(/** @type {number} */ _stream, /** @type {Uint8Array} */ bytes) {
        if (output.length < 1000) output += Buffer.from(bytes)
        const found = /port (\d+)/.exec(output)
        if (found) told.emit('port', found[1])
      },
    },
  })
  return { plugin, port }
}

/** A client of an honest plugin, which counts the messages that come back, and what is wrong with them. */
class Client {
  beats = 0
  lost = 0
  gap = 0
  #socket
  #stopped = false

  constructor(/** @type {number} */ port) {
    this.#socket = net.connect(port, '127.0.0.1').setNoDelay(true)
  }

  async run() {
    const bytes = Buffer.alloc(SIZE)
    let before = performance.now()
    let length = 0
    const back = new EventEmitter()
    this.#socket.on('data', (data) => {
      for (const byte of data) if (byte !== (this.beats & 0xff)) this.lost += 1
      length += data.length
      if (length >= SIZE) back.emit('answer')
    })
    this.#socket.on('error', () => {})
    this.#socket.on('close', () => {
      if (!this.#stopped) this.lost += 1
      this.#stopped = true
      back.emit('answer')
    })
    while (!this.#stopped) {
      length = 0
      const answer = once(back, 'answer')
      this.#socket.write(bytes.fill(this.beats & 0xff))
      await answer
      const now = performance.now()
      this.gap = Math.max(this.gap, now - before)
      before = now
      this.beats += 1
      await time(BEAT)
    }
    this.#socket.destroy()
  }

  stop() {
    this.#stopped = true
  }
}

/** Measures the honest plugins for some time. */
const measure = async (/** @type {number[]} */ ports) => {
  const clients = ports.map((port) => new Client(port))
  const runs = clients.map((client) => client.run())
  const begun = performance.now()
  await time(Number(minutes) * 60_000)
  const seconds = (performance.now() - begun) / 1000
  for (const client of clients) client.stop()
  await Promise.race([Promise.all(runs), time(10_000)])
  const rates = clients.map(({ beats }) => beats / seconds).sort((a, b) => a - b)
  return {
    slowest: rates[0] ?? 0,
    median: rates[rates.length >> 1] ?? 0,
    gap: Math.max(...clients.map(({ gap }) => gap)),
    lost: clients.reduce((sum, { lost }) => sum + lost, 0),
  }
}

let failed = false

/**
 * @param {string} what
 * @param {Awaited<ReturnType<typeof measure>>} measured
 */
const report = (what, { slowest, median, gap, lost }) => {
  const memory = Math.round(process.memoryUsage().rss / 2 ** 20)
  console.log(
    `${what}: slowest ${slowest.toFixed(1)} and median ${median.toFixed(1)} beats/s, ` +
      `longest gap ${gap.toFixed(0)} ms, ${lost} bytes wrong or lost, ${memory} MiB`,
  )
  failed ||= lost > 0
}

for (const name of ['thread', 'process']) {
  /** @type {Isolation} */
  const isolation = await chooseIsolation(name)
  /** @type {Awaited<ReturnType<typeof start>>[]} */
  const honest = []
  for (let i = 0; i < Number(count); i++)
    honest.push(await start(isolation, echo, ['echo', '127.0.0.1'], { listen: ['127.0.0.1:0'] }))
  const ports = await Promise.all(honest.map(({ port }) => port))
  const spinners = ports.map(() => spawn('/bin/sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }))
  report(`${name}, beside ${count} native processes`, await measure(ports))
  for (const spinner of spinners) spinner.kill('SIGKILL')
  /** @type {Awaited<ReturnType<typeof start>>[]} */
  const others = []
  for (let i = 0; i < Number(count); i++) {
    const rules = { listen: ['127.0.0.1:0'], resolve: ['*.invalid'] }
    others.push(await start(isolation, bad, ['bad', ways[i % ways.length] ?? ''], rules))
  }
  report(`${name}, beside ${count} bad plugins`, await measure(ports))
  const ends = new Map()
  for (const { plugin } of others) {
    plugin.terminate()
    const outcome = await plugin.outcome
    const end = outcome.kind === 'limit' ? `limit ${outcome.limit}` : outcome.kind
    ends.set(end, (ends.get(end) ?? 0) + 1)
  }
  console.log(`${name}: bad plugins have ended by`, Object.fromEntries(ends))
  for (const { plugin } of honest) plugin.terminate()
  for (const { plugin } of honest) await plugin.outcome
}
process.exit(failed ? 1 : 0)
