/**
 * Honest plugins beside as many bad ones, which are started again when a limit has ended them: none may lose a byte,
 * become much slower than beside native processes that compute, or stand still for long. It prints what it measures,
 * and ends with 1 when a byte was lost, a bad plugin was not reported by its limit, or something was not freed.
 *
 *   node test/stress/programs/neighbours.mjs [SECONDS [COUNT [ISOLATION...]]]
 *
 * SECONDS is 30 by default, for each measurement; COUNT is 25; the isolations are `thread` and `process`.
 */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { promisify } from 'node:util'
import { PluginHost } from 'libuv-wasm/plugin'

/** @typedef {import('libuv-wasm/plugin').IsolationName} IsolationName */

/**
 * The ways of bad-neighbour.c, and the limits that each is reported by, if it gets so far: how fast a program can print
 * and look up names depends on the machine.
 */
const WAYS = {
  spin: ['iterationTime'],
  calls: ['iterationTime'],
  output: [],
  listen: ['listeners'],
  lookups: [],
  pipes: ['pipeBytes'],
  files: ['fileBytes', 'iterationTime'],
  memory: ['memory', 'iterationTime'],
}
const WORST = /** @type {(keyof typeof WAYS)[]} */ (Object.keys(WAYS))
const [seconds = '30', count = '25', ...isolations] = process.argv.slice(2)
const program = new URL('beats.mjs', import.meta.url).pathname
const run = promisify(execFile)

mkdirSync('build/stress', { recursive: true })
const compile = (/** @type {string} */ source, /** @type {string} */ module) => {
  execFileSync('build/sdk/bin/uvcc', ['-O2', source, '-o', module])
  return new Uint8Array(readFileSync(module))
}
const echo = compile('test/guest/programs/echo.c', 'build/stress/echo.wasm')
const bad = compile('test/stress/programs/bad-neighbour.c', 'build/stress/bad-neighbour.wasm')
const numbers = Array.from({ length: Number(count) }, (_, number) => number)

/** @type {string[]} */
const problems = []

/**
 * Measures the honest plugins for some time, from another process.
 *
 * @param {readonly number[]} ports
 * @returns {Promise<{ slowest: number, median: number, gap: number, lost: number, late: number }>} `late` is how long
 *   this process's own event loop took for a turn, in milliseconds: the 99th percentile
 */
const measure = async (ports) => {
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  const { stdout } = await run(process.execPath, [program, seconds, ...ports.map(String)])
  delay.disable()
  return { ...JSON.parse(stdout), late: delay.percentile(99) / 1e6 }
}

/**
 * @param {string} what
 * @param {Awaited<ReturnType<typeof measure>>} measured
 */
const report = (what, { slowest, median, gap, lost, late }) => {
  const memory = Math.round(process.memoryUsage().rss / 2 ** 20)
  console.log(
    `${what}: slowest ${slowest.toFixed(1)} and median ${median.toFixed(1)} beats/s, ` +
      `longest gap ${gap.toFixed(0)} ms, ${lost} bytes wrong or lost; host ${late.toFixed(0)} ms a turn (p99), ${memory} MiB`,
  )
  if (lost > 0) problems.push(`${what}: ${lost} bytes wrong or lost`)
}

/** Starts an honest plugin. @param {PluginHost} plugins @param {string} name @returns {Promise<number>} its port */
const startHonest = async (plugins, name) => {
  const told = new EventEmitter()
  let output = ''
  const port = once(told, 'port')
  const onOutput = (/** @type {1 | 2} */ _stream, /** @type {Uint8Array} */ bytes) => {
    output += Buffer.from(bytes)
    const found = /port (\d+)/.exec(output)
    if (found) told.emit('port', found[1])
  }
  await plugins.add(name, echo, { args: ['127.0.0.1'], onOutput })
  return Number((await port)[0])
}

const descriptors = () => readdirSync('/proc/self/fd').length

for (const isolation of /** @type {IsolationName[]} */ (isolations.length > 0 ? isolations : ['thread', 'process'])) {
  /** @type {Map<string, Set<string>>} */
  const reported = new Map()
  const rules = { grant: { listen: ['127.0.0.1:0'], resolve: ['*.invalid'] }, isolation }
  const names = numbers.flatMap((number) => [`honest ${number}`, `bad ${number}`])
  const policies = Object.fromEntries(names.map((name) => [name, rules]))
  const plugins = new PluginHost({ policies, restart: { most: 1000 } })
  const before = descriptors()
  const ports = await Promise.all(numbers.map((number) => startHonest(plugins, `honest ${number}`)))

  const spinners = ports.map(() => spawn('/bin/sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }))
  const native = await measure(ports)
  for (const spinner of spinners) spinner.kill('SIGKILL')
  report(`${isolation}, beside ${count} native processes`, native)

  for (const number of numbers) {
    const way = WORST[number % WORST.length] ?? 'spin'
    const limits = new Set()
    reported.set(`${way} ${number}`, limits)
    const note = (/** @type {{ limit: string }} */ { limit }) => void limits.add(limit)
    await plugins.add(`bad ${number}`, bad, { args: [way], files: {}, on: { limit: note } })
  }
  const beside = await measure(ports)
  report(`${isolation}, beside ${count} bad plugins`, beside)
  const again = await measure(ports)
  report(`${isolation}, beside them for longer`, again)
  console.log(
    `${isolation}: the slowest has ${(beside.slowest / native.slowest).toFixed(2)}, then ` +
      `${(again.slowest / native.slowest).toFixed(2)} of its rate beside native processes`,
  )
  for (const [name, limits] of reported) {
    const expected = WAYS[/** @type {keyof typeof WAYS} */ (name.split(' ')[0])]
    if (expected.length > 0 && !expected.some((limit) => limits.has(limit)))
      problems.push(`${isolation}, ${name}: reported by ${[...limits]}, not ${expected}`)
  }
  const ends = new Map()
  for (const plugin of plugins)
    for (const [kind, times] of plugin.outcomes) ends.set(kind, (ends.get(kind) ?? 0) + times)
  console.log(`${isolation}: guests have ended by`, Object.fromEntries(ends))
  await plugins.close({ timeout: 1000 })
  const after = descriptors()
  if (after > before + 8) problems.push(`${isolation}: ${after - before} descriptors are left`)
}
for (const problem of problems) console.log(problem)
// A plugin that has not ended is a finding by now, and must not keep it.
process.exit(problems.length > 0 ? 1 : 0)
