/**
 * Loops: running, stopping, closing, metrics. There is no `uv_backend_fd`: the host reports readiness, so there is no
 * descriptor to poll.
 */
import { expect, test } from '@jest/globals'
import {
  Async,
  Check,
  ClosedLoopError,
  Idle,
  type Loop,
  Prepare,
  RunMode,
  StatusCode,
  TCP,
  Timer,
} from '../../../src/index.js'
import { codeOf, overHosts } from '../../support/loops.js'

const KINDS = [Async, Check, Idle, Prepare, TCP, Timer]

overHosts((lab) => {
  test('a loop is alive within a callback, but not before it has handles or after the run', async () => {
    const loop = await lab.open()
    let within: boolean | undefined
    expect(loop.alive).toBe(false)
    const prepare = new Prepare({ loop })
    prepare.start((prepare) => {
      within = loop.alive
      void prepare.close()
    })
    expect(await lab.run(loop)).toBe(false)
    expect(within).toBe(true)
    expect(loop.alive).toBe(false)
  })

  test('500 runs with ONCE call 500 callbacks', async () => {
    const loop = await lab.open()
    let count = 0
    for (let round = 1; round <= 500; round++) {
      const prepare = new Prepare({ loop })
      prepare.start((prepare) => {
        count++
        void prepare.close()
      })
      await lab.run(loop, RunMode.ONCE)
      expect(count).toBe(round)
    }
  })

  test('a run with NOWAIT does not wait for a timer', async () => {
    const loop = await lab.open()
    let fired = false
    const timer = new Timer({ loop })
    timer.start(100, 0, () => {
      fired = true
    })
    expect(await lab.run(loop, RunMode.NOWAIT)).toBe(true)
    expect(fired).toBe(false)
    void timer.close()
    expect(await lab.run(loop)).toBe(false)
    expect(fired).toBe(false)
  })

  test('handles has the handles that were created, until they are closed', async () => {
    const loop = await lab.open()
    const made = [new Prepare({ loop }), new TCP({ loop })]
    expect(loop.handles).toEqual(new Set(made))
    for (const handle of made) void handle.close()
    expect(loop.handles.size).toBe(2)
    await lab.run(loop)
    expect(loop.handles).toEqual(new Set())
  })

  test('stop ends the run, and the next run continues', async () => {
    const loop = await lab.open()
    let ticks = 0
    let prepared = 0
    const timer = new Timer({ loop })
    const prepare = new Prepare({ loop })
    prepare.start(() => {
      prepared++
      // Within an iteration, so that a late tick cannot come before the first one.
      if (!timer.active) timer.start(10, 10)
    })
    timer.onTimeout = () => {
      ticks++
      if (ticks === 2) loop.stop()
      if (ticks < 10) return
      void timer.close()
      void prepare.close()
    }
    expect(await lab.run(loop)).toBe(true)
    expect(ticks).toBe(2)
    expect(prepared).toBeGreaterThanOrEqual(2)
    const before = prepared
    expect(await lab.run(loop, RunMode.NOWAIT)).toBe(true)
    expect(prepared).toBe(before + 1)
    expect(prepared).toBeGreaterThanOrEqual(3)
    expect(await lab.run(loop)).toBe(false)
    expect(ticks).toBe(10)
    expect(prepared).toBeGreaterThan(before + 1)
  })

  test('close is refused until every handle is closed, and afterwards no handle can be created', async () => {
    const loop = await lab.open()
    const prepare = new Prepare({ loop })
    const refusal = { name: 'UVError', code: 'EBUSY', errno: StatusCode.EBUSY }
    expect(() => loop.close()).toThrow(expect.objectContaining(refusal))
    expect(() => loop.close()).toThrow('Prepare')
    void prepare.close()
    expect(() => loop.close()).toThrow(expect.objectContaining(refusal))
    expect(loop.closed).toBe(false)
    await lab.run(loop)
    loop.close()
    expect(loop.closed).toBe(true)
    for (const Kind of KINDS) expect(() => new Kind({ loop })).toThrow(ClosedLoopError)
    expect(() => TCP.pair(loop)).toThrow(ClosedLoopError)
  })

  test('now stays the same until updateTime is called', async () => {
    const loop = await lab.open()
    const start = loop.now
    busyWait(20)
    expect(loop.now).toBe(start)
    loop.updateTime()
    expect(loop.now).toBeGreaterThanOrEqual(start + 20)
  })

  test('callLater calls back in order while a handle keeps the loop alive', async () => {
    const loop = await lab.open()
    const seen: string[] = []
    const keeper = new Async({ loop })
    loop.callLater(() => {
      seen.push('first')
      // A call from within a callback is made in the next iteration.
      loop.callLater(() => {
        seen.push('third')
        void keeper.close()
      })
    })
    loop.callLater(() => seen.push('second'))
    expect(seen).toEqual([])
    await lab.run(loop)
    expect(seen).toEqual(['first', 'second', 'third'])
  })

  test('callLater does not keep the loop alive, and does not starve a timer when it repeats itself', async () => {
    const loop = await lab.open()
    let called = 0
    const again = (): void => {
      called++
      loop.callLater(again)
    }
    loop.callLater(again)
    expect(loop.alive).toBe(false)
    const timer = new Timer({ loop })
    timer.start(5)
    await lab.run(loop)
    expect(called).toBeGreaterThan(0)
    expect(timer.active).toBe(false)
  })

  test('closing a loop twice does nothing', async () => {
    const loop = await lab.open()
    loop.close()
    expect(() => loop.close()).not.toThrow()
  })

  test('a closed loop’s plain getters, stop and disposal work, and everything else throws', async () => {
    const loop = await lab.open()
    loop.close()
    expect(loop.alive).toBe(false)
    expect(loop.handles).toEqual(new Set())
    expect(loop.stop()).toBeUndefined()
    await expect(loop.closeAllHandles()).resolves.toBeUndefined()
    await expect(loop[Symbol.asyncDispose]()).resolves.toBeUndefined()
    const calls: ((loop: Loop) => unknown)[] = [
      (loop) => loop.now,
      (loop) => loop.updateTime(),
      (loop) => loop.pollTimeout,
      (loop) => loop.metrics,
      (loop) => loop.makeCurrent(),
      (loop) => loop.callLater(() => {}),
    ]
    for (const call of calls) expect(() => call(loop)).toThrow(ClosedLoopError)
    await expect(loop.run()).rejects.toThrow(ClosedLoopError)
  })

  test('pollTimeout is 0 for a new loop, -1 without timers, and at most the time of a timer', async () => {
    const loop = await lab.open()
    expect(loop.pollTimeout).toBe(0)
    new Async({ loop })
    // 0 until the loop has registered its new watcher, then infinite.
    expect(loop.pollTimeout).toBe(0)
    await lab.run(loop, RunMode.NOWAIT)
    expect(loop.pollTimeout).toBe(-1)
    const timer = new Timer({ loop })
    timer.start(1_000)
    expect(loop.pollTimeout).toBeGreaterThan(0)
    expect(loop.pollTimeout).toBeLessThanOrEqual(1_000)
  })

  test('run rejects an unknown mode, and a second run at the same time', async () => {
    const loop = await lab.open()
    await expect(loop.run('forever' as RunMode)).rejects.toMatchObject({
      code: 'EINVAL',
      message: /"forever".*RunMode/,
    })
    const timer = new Timer({ loop })
    timer.start(1)
    const running = lab.run(loop)
    await expect(loop.run()).rejects.toMatchObject({ code: 'EBUSY', message: /running already/ })
    expect(codeOf(() => loop.close())).toBe('EBUSY')
    expect(await running).toBe(false)
  })

  test('closeAllHandles resolves once all handles are closed', async () => {
    const loop = await lab.open()
    const handles = KINDS.map((Kind) => new Kind({ loop }))
    const closed = loop.closeAllHandles()
    expect(handles.every((handle) => handle.closing && !handle.closed)).toBe(true)
    await lab.run(loop)
    await closed
    expect(handles.every((handle) => handle.closed)).toBe(true)
  })

  test('metrics counts iterations and events', async () => {
    const loop = await lab.open()
    expect(loop.metrics).toEqual({ loopCount: 0, events: 0 })
    const async = new Async({ loop, onWakeup: (async) => void async.close() })
    async.send()
    await lab.run(loop)
    const { loopCount, events } = loop.metrics
    expect(loopCount).toBeGreaterThan(0)
    expect(events).toBe(1)
  })
})

/** Occupies the processor for some milliseconds. */
function busyWait(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}
