/** Tests of the pump with a simulated loop. test/uv/loop/pump.test.ts has tests with real loops. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { Pump } from '../../src/runtime/pump.js'
import { FakeHost } from '../support/fake-host.js'
import { DEFAULT, FakeLoop, NOWAIT, ONCE } from './support/fake-loop.js'

/** The maximum of passes in a turn. */
const BUDGET = 64

let host: FakeHost
let loop: FakeLoop
let thrown: unknown[]
let turns: number
let traps: number
let pump: Pump

beforeEach(() => {
  host = new FakeHost()
  loop = new FakeLoop(host)
  thrown = []
  turns = 0
  traps = 0
  pump = new Pump({
    module: loop,
    untilEmpty: DEFAULT,
    nowait: NOWAIT,
    host,
    ready: () => loop.events > 0,
    onTurn: () => {
      turns++
    },
    onTrap: () => {
      traps++
    },
    onThrow: (error) => thrown.push(error),
    trace: undefined,
  })
  loop.pump = pump
})

/** The outcome of a run, once it has ended. */
function outcome(run: Promise<boolean>): { value: unknown } {
  const seen: { value: unknown } = { value: 'under way' }
  run.then(
    (alive) => {
      seen.value = alive
    },
    (error: unknown) => {
      seen.value = error
    },
  )
  return seen
}

test('a run ends with the error of a host that cannot defer, and the next run works', async () => {
  const defer = host.defer.bind(host)
  host.defer = () => {
    throw new Error('no turn')
  }
  await expect(pump.run(DEFAULT)).rejects.toThrow('no turn')
  expect(pump.running).toBe(false)
  host.defer = defer
  loop.handles = 0
  const run = outcome(pump.run(DEFAULT))
  await settle()
  expect(run.value).toBe(false)
})

/** Runs turns of the host until nothing is scheduled, then the callbacks of promises. */
async function settle(most = 1_000): Promise<void> {
  for (let left = most; host.deferred > 0; left--) {
    if (left === 0) throw new Error('it never comes to rest')
    host.turn()
  }
  await Promise.resolve()
}

describe('a run', () => {
  test("starts in the host's next turn and keeps the process alive until it ends", async () => {
    loop.handles = 0
    const seen = outcome(pump.run(DEFAULT))
    expect([loop.modes, pump.running, host.keepers]).toEqual([[], true, 1])
    await settle()
    expect([seen.value, pump.running, host.keepers, host.deferred]).toEqual([false, false, 0, 0])
  })

  test('waits without a timer when nothing is due', async () => {
    outcome(pump.run(DEFAULT))
    await settle()
    expect([loop.passes, host.waits, host.keepers, pump.running]).toEqual([1, [], 1, true])
  })

  test('waits with one timer until something is due, then takes a turn', async () => {
    loop.due = loop.uvw_loop_now() + 50
    loop.onPass = () => {
      if (loop.due >= 0 && loop.uvw_loop_now() >= loop.due) loop.handles = 0
    }
    const seen = outcome(pump.run(DEFAULT))
    await settle()
    expect(host.waits).toEqual([50])
    host.advance(49)
    await settle()
    expect([loop.passes, host.waits]).toEqual([1, [1]])
    host.advance(1)
    await settle()
    expect([seen.value, host.waits, host.timers.length]).toEqual([false, [], 1])
  })

  test('continues in one turn after any number of wakes', async () => {
    outcome(pump.run(DEFAULT))
    await settle()
    for (let i = 0; i < 10; i++) pump.wake()
    expect(host.deferred).toBe(1)
    loop.events = 2
    await settle()
    expect([turns, loop.events]).toEqual([2, 0])
  })

  test('takes a turn at once for many bytes when the host delivers inline', async () => {
    outcome(pump.run(DEFAULT))
    await settle()
    const bytes = async (prompt: boolean): Promise<unknown> => {
      host.deliversInline = prompt
      loop.events = 1
      pump.wake(65_536)
      const seen = [loop.events, host.deferred]
      await settle()
      return seen
    }
    expect([await bytes(false), await bytes(true), await bytes(true)]).toEqual([
      [1, 1],
      [0, 0],
      [0, 0],
    ])
    // A turn that is already scheduled is awaited: its event came first.
    pump.wake()
    expect(await bytes(true)).toEqual([1, 1])
  })

  test('clears the timer when it ends before', async () => {
    loop.due = loop.uvw_loop_now() + 50
    const seen = outcome(pump.run(DEFAULT))
    await settle()
    loop.handles = 0
    pump.wake()
    await settle()
    expect([seen.value, host.waits]).toEqual([false, []])
  })

  test('sets the timer again when something else is due first', async () => {
    loop.due = loop.uvw_loop_now() + 50
    outcome(pump.run(DEFAULT))
    await settle()
    loop.due = loop.uvw_loop_now() + 20
    pump.wake()
    await settle()
    expect(host.waits).toEqual([20])
    loop.due = -1
    pump.wake()
    await settle()
    expect(host.waits).toEqual([])
  })

  test('of an empty loop ends only if the loop is still empty in the next turn', async () => {
    loop.handles = 0
    const seen = outcome(pump.run(DEFAULT))
    host.turn()
    loop.handles = 1
    await settle()
    expect([seen.value, loop.modes.length, pump.running]).toEqual(['under way', 2, true])
    loop.handles = 0
    pump.wake()
    await settle()
    expect(seen.value).toBe(false)
  })

  test('is not entered again within a turn', async () => {
    loop.onPass = () => {
      pump.wake()
      expect(pump.inTurn).toBe(true)
      host.turn()
    }
    outcome(pump.run(DEFAULT))
    await settle()
    expect([loop.modes.length, turns, pump.inTurn]).toEqual([1, 1, false])
  })

  test('that has ended ignores wakes', () => {
    pump.wake()
    expect(host.deferred).toBe(0)
  })
})

describe('the budget of passes', () => {
  test('ends the turn, not the run', async () => {
    loop.idle = true
    outcome(pump.run(DEFAULT))
    host.turn()
    expect([loop.passes, host.deferred, host.waits]).toEqual([BUDGET + 1, 1, []])
    host.turn()
    expect(loop.passes).toBe(2 * (BUDGET + 1))
  })

  test('that is used up after a long wait does not cause another wait', async () => {
    outcome(pump.run(DEFAULT))
    await settle()
    // It waits without limit; now more events come than fit into a turn.
    loop.events = 3 * BUDGET
    pump.wake()
    await settle()
    expect(loop.events).toBe(0)
    loop.due = loop.uvw_loop_now() + 1_000
    pump.wake()
    await settle()
    loop.events = 3 * BUDGET
    pump.wake()
    await settle()
    expect([loop.events, host.waits]).toEqual([0, [1_000]])
  })

  test('does not limit single rounds', async () => {
    loop.idle = true
    for (let i = 0; i < 2 * BUDGET; i++) {
      const seen = outcome(pump.run(NOWAIT))
      await settle()
      expect([seen.value, loop.passes]).toEqual([true, i + 1])
    }
  })
})

describe('a single round', () => {
  test('with NOWAIT does not wait for a timer', async () => {
    loop.due = loop.uvw_loop_now() + 50
    const seen = outcome(pump.run(NOWAIT))
    await settle()
    expect([seen.value, host.waits, host.keepers]).toEqual([true, [], 0])
  })

  test('with ONCE waits for one event', async () => {
    const seen = outcome(pump.run(ONCE))
    await settle()
    expect([seen.value, loop.passes]).toEqual(['under way', 1])
    loop.events = 5
    pump.wake()
    await settle()
    expect([seen.value, loop.events, loop.modes]).toEqual([true, 4, [ONCE, ONCE]])
  })

  test('with ONCE ends when the timer is due without an event', async () => {
    loop.due = loop.uvw_loop_now() + 50
    const seen = outcome(pump.run(ONCE))
    await settle()
    expect(host.waits).toEqual([50])
    host.advance(50)
    await settle()
    expect([seen.value, host.keepers]).toEqual([true, 0])
  })
})

describe('stop()', () => {
  test('ends a run that waits', async () => {
    loop.due = loop.uvw_loop_now() + 50
    const seen = outcome(pump.run(DEFAULT))
    await settle()
    pump.stop()
    await settle()
    expect([seen.value, host.waits, host.keepers]).toEqual([true, [], 0])
  })

  test('within a pass ends the run with that pass', async () => {
    loop.idle = true
    loop.onPass = () => {
      if (loop.passes === 3) pump.stop()
    }
    const seen = outcome(pump.run(DEFAULT))
    await settle()
    expect([seen.value, loop.passes]).toEqual([true, 3])
  })

  test('without a run ends only the next run', async () => {
    pump.stop()
    expect(host.deferred).toBe(0)
    const first = outcome(pump.run(DEFAULT))
    await settle()
    expect([first.value, loop.passes]).toEqual([true, 0])
    const second = outcome(pump.run(DEFAULT))
    await settle()
    expect([second.value, loop.passes]).toEqual(['under way', 1])
  })
})

describe('later()', () => {
  test('calls back in the next turn in order, before libuv runs', async () => {
    const order: string[] = []
    loop.onPass = () => order.push('pass')
    outcome(pump.run(DEFAULT))
    pump.later(() => order.push('one'))
    pump.later(() => order.push('two'))
    await settle()
    expect(order).toEqual(['one', 'two', 'pass'])
  })

  test('wakes a loop that waits', async () => {
    outcome(pump.run(DEFAULT))
    await settle()
    let called = 0
    pump.later(() => called++)
    await settle()
    expect([called, loop.modes.length]).toEqual([1, 2])
  })

  test('within a callback or a pass calls back in the turn after', async () => {
    const seen: number[] = []
    loop.onPass = () => {
      if (turns === 1) pump.later(() => seen.push(10 + turns))
    }
    outcome(pump.run(DEFAULT))
    pump.later(() => {
      seen.push(turns)
      pump.later(() => seen.push(turns))
    })
    await settle()
    expect(seen).toEqual([1, 2, 12])
  })

  test('reports a callback that throws and calls the others', async () => {
    const failure = new Error('later')
    let called = 0
    outcome(pump.run(DEFAULT))
    pump.later(() => {
      throw failure
    })
    pump.later(() => called++)
    await settle()
    expect([thrown, called, loop.passes]).toEqual([[failure], 1, 1])
  })

  test('without a run waits for one and does not keep the process alive', async () => {
    let called = 0
    pump.later(() => called++)
    expect([host.deferred, host.keepers]).toEqual([0, 0])
    outcome(pump.run(NOWAIT))
    await settle()
    expect(called).toBe(1)
  })
})

describe('a failure', () => {
  const trap = new WebAssembly.RuntimeError('unreachable')

  test('of the module in a pass rejects the run and no longer keeps the process alive', async () => {
    loop.due = loop.uvw_loop_now() + 50
    const seen = outcome(pump.run(DEFAULT))
    await settle()
    loop.onPass = () => {
      throw trap
    }
    pump.wake()
    await settle()
    expect([seen.value, host.keepers, host.waits, host.deferred, pump.running, pump.inTurn]).toEqual([
      trap,
      0,
      [],
      0,
      false,
      false,
    ])
    // Later wakes have no effect.
    pump.wake()
    host.advance(100)
    expect([host.deferred, traps, thrown]).toEqual([0, 1, []])
  })

  test('of the module in uvw_loop_timeout() rejects the run', async () => {
    loop.uvw_loop_timeout = () => {
      throw trap
    }
    const seen = outcome(pump.run(DEFAULT))
    await settle()
    expect([seen.value, host.keepers, traps]).toEqual([trap, 0, 1])
  })

  test('of the host in timer.set() rejects the run', async () => {
    const failure = new Error('no timers')
    loop.due = loop.uvw_loop_now() + 50
    const [timer] = host.timers
    if (timer !== undefined) {
      timer.set = () => {
        throw failure
      }
    }
    const seen = outcome(pump.run(DEFAULT))
    await settle()
    expect([seen.value, host.keepers, traps]).toEqual([failure, 0, 1])
  })

  test('of the module in uvw_loop_alive() rejects the run', async () => {
    loop.handles = 0
    loop.uvw_loop_alive = () => {
      throw trap
    }
    const seen = outcome(pump.run(DEFAULT))
    await settle()
    expect([seen.value, host.keepers, traps]).toEqual([trap, 0, 1])
  })
})

test('the trace has a line for each turn and its end', async () => {
  const lines: string[] = []
  pump = new Pump({
    module: loop,
    untilEmpty: DEFAULT,
    nowait: NOWAIT,
    host,
    ready: () => false,
    onTurn: () => {},
    onTrap: () => {},
    onThrow: (error) => thrown.push(error),
    trace: (line) => lines.push(line),
  })
  loop.pump = pump
  loop.due = loop.uvw_loop_now() + 50
  outcome(pump.run(DEFAULT))
  await settle()
  pump.stop()
  await settle()
  loop.handles = 0
  outcome(pump.run(DEFAULT))
  await settle()
  expect(lines).toEqual(['turn: 1 passes, waits, 50 ms', 'turn: 0 passes, stopped', 'turn: 0 passes, nothing left'])
})
