/** Tests of a loop that never polls and returns at once: its share of the host's event loop, and how it is ended. */
import { expect, test } from '@jest/globals'
import { RunResult } from '../../src/abi/uv-module.js'
import { Pump } from '../../src/runtime/pump.js'
import { FakeHost } from '../support/fake-host.js'

/** The maximum of passes in a turn. */
const BUDGET = 64

test.each([
  ['no time to wait', 0, false],
  ['something ready', -1, true],
])('a module that never polls, with %s, gets at most the usual passes in a turn', async (_what, timeout, ready) => {
  const host = new FakeHost()
  const thrown: unknown[] = []
  let entered = 0
  const pump = new Pump({
    module: {
      uvw_loop_run: () => {
        entered++
        return RunResult.PARKED | RunResult.ALIVE
      },
      uvw_loop_timeout: () => timeout,
      uvw_loop_alive: () => 1,
      uvw_loop_now: () => 0,
      uvw_loop_stop: () => {},
    },
    untilEmpty: 0,
    nowait: 2,
    host,
    ready: () => ready,
    onTurn: () => {},
    onThrow: (error) => thrown.push(error),
    trace: undefined,
  })
  const run = pump.run(0).catch((error: unknown) => error)
  for (let turn = 1; turn <= 3; turn++) {
    const before = entered
    host.turn()
    expect(entered - before).toBeGreaterThan(1)
    expect(entered - before).toBeLessThanOrEqual(BUDGET + 1)
  }
  const before = entered
  const over = new Error('it is over')
  pump.abort(over)
  host.turn()
  expect([entered, await run, pump.running, thrown]).toEqual([before, over, false, []])
})
