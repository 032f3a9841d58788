/** Async, idle, prepare and check handles: when they are called, and what they do once closed. */
import { expect, test } from '@jest/globals'
import { Async, Check, ClosedHandleError, Idle, Prepare, RunMode, Timer } from '../../../src/index.js'
import { overHosts } from '../../support/loops.js'

overHosts((lab) => {
  test('an iteration calls idle, then prepare, then check', async () => {
    const loop = await lab.open()
    const order: string[] = []
    new Check({ loop, onCheck: () => order.push('check') }).start()
    new Prepare({ loop, onPrepare: () => order.push('prepare') }).start()
    new Idle({ loop, onIdle: () => order.push('idle') }).start()
    for (let round = 0; round < 3; round++) await lab.run(loop, RunMode.NOWAIT)
    expect(order).toEqual(Array(3).fill(['idle', 'prepare', 'check']).flat())
  })

  test('an idle handle is called in every iteration until it stops itself', async () => {
    const loop = await lab.open()
    let calls = 0
    const idle = new Idle({ loop })
    idle.start((self) => {
      expect(self).toBe(idle)
      if (++calls === 6) idle.stop()
    })
    expect(await lab.run(loop)).toBe(false)
    expect(calls).toBe(6)
  })

  test('a second start of an active watcher replaces its callback', async () => {
    const loop = await lab.open()
    const seen: string[] = []
    const handles = [
      new Idle({ loop, onIdle: () => seen.push('first idle') }),
      new Prepare({ loop, onPrepare: () => seen.push('first prepare') }),
      new Check({ loop, onCheck: () => seen.push('first check') }),
    ] as const
    for (const handle of handles) {
      handle.start()
      handle.start((handle) => {
        seen.push('second')
        void handle.close()
      })
    }
    expect(await lab.run(loop)).toBe(false)
    expect(seen).toEqual(['second', 'second', 'second'])
  })

  test('an iteration with watchers without callbacks succeeds', async () => {
    const loop = await lab.open()
    new Idle({ loop }).start()
    new Prepare({ loop }).start()
    new Check({ loop }).start()
    new Async({ loop }).send()
    new Timer({ loop }).start(0)
    expect(await lab.run(loop, RunMode.NOWAIT)).toBe(true)
  })

  test('start and send of a closed watcher throw, stop does nothing, and no callback is called', async () => {
    const loop = await lab.open()
    let calls = 0
    const count = (): number => calls++
    const watchers = [
      new Idle({ loop, onIdle: count }),
      new Prepare({ loop, onPrepare: count }),
      new Check({ loop, onCheck: count }),
    ] as const
    for (const watcher of watchers) {
      watcher.start()
      void watcher.close()
      expect(() => watcher.start()).toThrow(ClosedHandleError)
      expect(watcher.stop()).toBeUndefined()
    }
    const async = new Async({ loop, onWakeup: count })
    async.send()
    void async.close()
    expect(() => async.send()).toThrow(ClosedHandleError)
    await lab.run(loop)
    for (const watcher of watchers) {
      expect(() => watcher.start()).toThrow(ClosedHandleError)
      expect(watcher.stop()).toBeUndefined()
    }
    expect(calls).toBe(0)
  })

  test('an async handle wakes its loop from outside, three times', async () => {
    const loop = await lab.open()
    let wakeups = 0
    const async = new Async({ loop })
    const send = (): void => {
      setImmediate(() =>
        async.send((self) => {
          expect(self).toBe(async)
          if (++wakeups === 3) void async.close()
          else send()
        }),
      )
    }
    send()
    expect(await lab.run(loop)).toBe(false)
    expect(wakeups).toBe(3)
  })

  test('several sends before the callback are one wakeup, and sends within it are the next', async () => {
    const loop = await lab.open()
    let wakeups = 0
    const async = new Async({ loop })
    async.onWakeup = () => {
      wakeups++
      if (wakeups === 1) for (let n = 0; n < 5; n++) async.send()
      else void async.close()
    }
    for (let n = 0; n < 10; n++) async.send()
    expect(await lab.run(loop)).toBe(false)
    expect(wakeups).toBe(2)
  })

  test('only the async handles that were sent are called back', async () => {
    const loop = await lab.open()
    const told: number[] = []
    const asyncs = Array.from({ length: 20 }, (_, n) => new Async({ loop, onWakeup: () => told.push(n) }))
    for (const n of [3, 17, 5]) asyncs[n]?.send()
    await lab.run(loop, RunMode.NOWAIT)
    expect(told.sort((a, b) => a - b)).toEqual([3, 5, 17])
  })
})
