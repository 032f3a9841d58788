/** The sockets of `libuv-wasm/net` against those of `node:net`: the same random deeds, the same observable events. */
import { mkdtempSync, rmSync } from 'node:fs'
import * as node from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { createNet } from 'libuv-wasm/net'
import { nodeHost } from '../../src/host/node.js'
import { Async, Loop } from '../../src/index.js'
import { soon } from '../support/deadline.js'
import { expectNothingLeft } from '../support/leakcheck.js'
import { runSeed } from '../support/random.js'
import { type Implementation, play, type Schedule, schedules } from './support/schedule.js'

/** How many schedules; a long run is `FACES_RUNS=20000 make test ARGS=test/faces/schedule`. */
const RUNS = Number(process.env.FACES_RUNS ?? 300)

jest.setTimeout(60_000 + RUNS * 50)

const folder = mkdtempSync(join(tmpdir(), 'libuv-wasm-'))
/**
 * Bytes that are left unread reset a connection. Between paths only the system can do that, which has not got them any
 * more when the kernel has taken them in: then the peer sees an end.
 */
const isReset = (lines: readonly string[]): boolean => lines.some((line) => line.includes('ECONNRESET'))

/**
 * A reset while the end is on its way is EINVAL in both. Node leaves the socket without its `close` then; ours is
 * closed and says so (docs/coming-from-node-net.md).
 */
const comparable = (lines: readonly string[]): readonly string[] =>
  lines.some((line) => line.includes('error EINVAL reset')) ? lines.filter((line) => !/: close \w+$/.test(line)) : lines

let loop: Loop
let ours: Implementation
let running: Promise<boolean>

beforeAll(async () => {
  loop = await Loop.open({ host: nodeHost() })
  ours = createNet({ loop })
  // So that the run goes on when a connection is over.
  new Async({ loop })
  running = loop.run()
})

afterAll(async () => {
  await soon(loop[Symbol.asyncDispose](), 'the loop to close its handles')
  await running
  expectNothingLeft(loop)
  rmSync(folder, { recursive: true })
})

test.each([
  ['by TCP', RUNS, 0 as const],
  ['to a path', Math.ceil(RUNS / 3), join(folder, 'socket')],
])('random lives of a connection %s look as they do with node:net (%i)', async (_name, runs, at) => {
  const alike = async (schedule: Schedule): Promise<void> => {
    const [expected, seen] = [await play(node, schedule, 'short', at), await play(ours, schedule, 'short', at)]
    if (expected.join() === seen.join()) return
    if (at !== 0 && isReset(expected)) return
    // The system may have been slow: what counts is what differs when there is time.
    const [slow, wanted] = [await play(ours, schedule, 'long', at), await play(node, schedule, 'long', at)]
    expect(comparable(slow)).toEqual(comparable(wanted))
  }
  await fc.assert(fc.asyncProperty(schedules, alike), { seed: runSeed(), numRuns: runs })
  expect([...loop.handles].map((handle) => handle.constructor.name)).toEqual(['Async'])
})
