/**
 * Runs the randomized tests of connections, streams and sockets repeatedly for a given time, each round with a new
 * seed. `make stress` runs it. It stops at the first round that fails, and prints the command that repeats it.
 *
 *   node scripts/stress.mjs MINUTES JEST...      JEST: the command that runs the tests
 */
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** The files with randomized tests, and the name of these tests. */
const LIVES = [
  'test/uv/handles/lifetimes',
  'test/faces/lifetimes',
  'test/host/node.test',
  'test/host/virtual.test',
  'test/remote/host.test',
]
const ONLY = ['-t', 'lifetimes']

const [minutes = '', program, ...args] = process.argv.slice(2)
if (!/^\d+(\.\d+)?$/.test(minutes) || program === undefined) {
  console.error(`Cannot run for ${JSON.stringify(minutes)} minutes: this is not a number; use make stress MINUTES=5`)
  process.exit(2)
}

/**
 * How many connections Linux has reset because all sockets of the system used too much memory, whatever the cause: such
 * a reset loses the bytes of a test's connection. 0 on other systems.
 */
const outOfMemory = () => {
  try {
    const [names = [], values = []] = readFileSync('/proc/net/netstat', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('TcpExt:'))
      .map((line) => line.split(' '))
    return Number(values[names.indexOf('TCPAbortOnMemory')] ?? 0)
  } catch {
    return 0
  }
}

const start = Date.now()
const elapsed = () => (Date.now() - start) / 60_000
let rounds = 0
let judged = 0
while (elapsed() < Number(minutes)) {
  const seed = String(randomInt(2 ** 31))
  const before = outOfMemory()
  const { status, stdout, stderr } = spawnSync(program, [...args, ...LIVES, ...ONLY], {
    encoding: 'utf8',
    env: { ...process.env, SEED: seed },
    maxBuffer: 2 ** 28,
  })
  rounds++
  const tally = /^\d+ passed, \d+ failed.*$/m.exec(stdout)?.[0] ?? 'no tests'
  const passed = status === 0 && /^[1-9]/.test(tally)
  const reset = outOfMemory() - before
  // A round that has run its tests, and failed while Linux reset connections, proves nothing.
  const excused = !passed && reset > 0 && /^[1-9]/.test(tally)
  if (passed) judged++
  const note = excused ? `; not judged: the system was out of socket memory and reset ${reset} connections` : ''
  console.log(`round ${rounds}, seed ${seed}: ${tally}; ${elapsed().toFixed(1)} of ${minutes} minutes${note}`)
  if (passed || excused) continue
  console.error(`${stdout}${stderr}\nrepeat this round: make test SEED=${seed} ARGS='${[...LIVES, ...ONLY].join(' ')}'`)
  process.exit(1)
}
if (judged === 0) {
  console.error(`Cannot judge ${rounds} rounds: the system was out of socket memory in all of them; end what takes it`)
  process.exit(1)
}
