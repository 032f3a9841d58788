/** The sockets of `libuv-wasm/net` compared with those of `node:net`: the same random calls give the same events. */
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

/** The number of schedules; a long run is `FACES_RUNS=20000 make test ARGS=test/faces/schedule`. */
const RUNS = Number(process.env.FACES_RUNS ?? 300)

jest.setTimeout(60_000 + RUNS * 50)

const folder = mkdtempSync(join(tmpdir(), 'libuv-wasm-'))
/**
 * Unread bytes reset a connection. Between paths only the system can do that, and it does not have the bytes any more
 * once the kernel has read them: then the peer sees an end.
 */
const isReset = (lines: readonly string[]): boolean => lines.some((line) => line.includes('ECONNRESET'))

/**
 * A reset while an end is pending is EINVAL in both. Node's socket never emits `close` then; that of `libuv-wasm/net`
 * does (docs/coming-from-node-net.md).
 */
const comparable = (lines: readonly string[]): readonly string[] =>
  lines.some((line) => line.includes('error EINVAL reset')) ? lines.filter((line) => !/: close \w+$/.test(line)) : lines

let loop: Loop
let ours: Implementation
let running: Promise<boolean>

beforeAll(async () => {
  loop = await Loop.open({ host: nodeHost() })
  ours = createNet({ loop })
  // Keeps the loop running after a connection has ended.
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
  ['over TCP', RUNS, 0 as const],
  ['to a path', Math.ceil(RUNS / 3), join(folder, 'socket')],
])('random calls on a connection %s give the same events as in node:net (%i schedules)', async (_name, runs, at) => {
  const alike = async (schedule: Schedule): Promise<void> => {
    const [expected, seen] = [await play(node, schedule, 'short', at), await play(ours, schedule, 'short', at)]
    if (expected.join() === seen.join()) return
    if (at !== 0 && isReset(expected)) return
    // The system may have been slow: only a difference that remains with more time counts.
    const [slow, wanted] = [await play(ours, schedule, 'long', at), await play(node, schedule, 'long', at)]
    expect(comparable(slow)).toEqual(comparable(wanted))
  }
  await fc.assert(fc.asyncProperty(schedules, alike), { seed: runSeed(), numRuns: runs })
  expect([...loop.handles].map((handle) => handle.constructor.name)).toEqual(['Async'])
})
