/**
 * Runs the probe as a guest, once for each call that is named on standard input: `guests.mjs DRIVER`. Prints one line
 * of JSON for each: the call and its answers.
 */
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { Guest } from 'libuv-wasm/guest'
import { nodeHost } from 'libuv-wasm/node'
import { answersOf, DEADLINE, ENVIRONMENT, PROGRAMS } from './calls.mjs'

/** @typedef {import('libuv-wasm/guest').DriverName} DriverName */

const driver = /** @type {DriverName} */ (process.argv[2])
const module = await WebAssembly.compile(await readFile(PROGRAMS.guest))

/** How a guest ended, if not with code 0. @param {Guest} guest */
const endOf = async (guest) => {
  const abort = new AbortController()
  const late = delay(DEADLINE, undefined, { signal: abort.signal }).then(() => 'at the deadline')
  late.catch(() => {})
  try {
    return await Promise.race([guest.exit.then((code) => (code === 0 ? undefined : `with code ${code}`)), late])
  } catch (error) {
    return `by a trap: ${error instanceof Error ? error.message : error}`
  } finally {
    abort.abort()
    guest.terminate()
  }
}

/** @param {string} call */
const run = async (call) => {
  let output = ''
  const guest = await Guest.start(module, {
    host: nodeHost(),
    driver,
    args: ['probe', call],
    env: ENVIRONMENT,
    dirs: { '/': new Map() },
    onOutput: (stream, bytes) => {
      if (stream === 2) output += Buffer.from(bytes).toString()
    },
  })
  const end = await endOf(guest)
  console.log(JSON.stringify({ call, answers: answersOf(output, end) }))
}

const calls = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const worker = async () => {
  for (let next = await calls.next(); !next.done; next = await calls.next()) await run(next.value)
}
await Promise.all(Array.from({ length: availableParallelism() }, worker))
process.exit()
