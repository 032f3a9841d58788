/** The sockets of `libuv-wasm/net` against those of `node:net`: the same random deeds, the same observable events. */
import * as node from 'node:net'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { createNet } from 'libuv-wasm/net'
import { nodeHost } from '../../src/host/node.js'
import { Async, Loop } from '../../src/index.js'
import { soon } from '../support/deadline.js'
import { expectNothingLeft } from '../support/leakcheck.js'
import { runSeed } from '../support/random.js'
import { type Implementation, play, type Schedule, schedules } from './schedule.js'

/** How many schedules; a long run is `FACES_RUNS=20000 make test ARGS=test/faces/schedule`. */
const RUNS = Number(process.env.FACES_RUNS ?? 300)

jest.setTimeout(60_000 + RUNS * 50)

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
})

test(`${RUNS} random lives of a connection look as they do with node:net`, async () => {
  const alike = async (schedule: Schedule): Promise<void> => {
    const [expected, seen] = [await play(node, schedule, 'short'), await play(ours, schedule, 'short')]
    if (expected.join() === seen.join()) return
    // The system may have been slow: what counts is what differs when there is time.
    expect(await play(ours, schedule, 'long')).toEqual(await play(node, schedule, 'long'))
  }
  await fc.assert(fc.asyncProperty(schedules, alike), { seed: runSeed(), numRuns: RUNS })
  expect([...loop.handles].map((handle) => handle.constructor.name)).toEqual(['Async'])
})
