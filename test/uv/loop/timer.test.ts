/** Timers: starting, repeating, stopping, and the order in which they fire. */
import { expect, test } from '@jest/globals'
import { Check, ClosedHandleError, Prepare, RunMode, Timer } from '../../../src/index.js'
import { codeOf, overHosts } from '../../support/loops.js'

overHosts((lab) => {
  test('a one-shot timer fires once, and not early', async () => {
    const loop = await lab.open()
    const timer = new Timer({ loop })
    let fired = 0
    const start = loop.now
    timer.start(50, 0, (self) => {
      expect(self).toBe(timer)
      expect(loop.now - start).toBeGreaterThanOrEqual(50)
      fired++
    })
    expect(await lab.run(loop)).toBe(false)
    expect(fired).toBe(1)
  })

  test('a repeating timer may close itself in its third callback', async () => {
    const loop = await lab.open()
    let fired = 0
    const timer = new Timer({ loop })
    timer.start(50, 50, (timer) => {
      if (++fired === 3) void timer.close()
    })
    expect(await lab.run(loop)).toBe(false)
    expect(fired).toBe(3)
  })

  test('a timer that is closed after its start never fires', async () => {
    const loop = await lab.open()
    let fired = 0
    const timer = new Timer({ loop, onTimeout: () => fired++ })
    timer.start(50)
    void timer.close()
    expect(await lab.run(loop)).toBe(false)
    expect(fired).toBe(0)
  })

  test('an unreferenced timer does not keep the run, and fires once it is referenced again', async () => {
    const loop = await lab.open()
    let fired = 0
    const timer = new Timer({ loop, onTimeout: () => fired++ })
    timer.start(50)
    timer.unref()
    expect(await lab.run(loop)).toBe(false)
    expect([fired, timer.hasRef]).toEqual([0, false])
    timer.ref()
    expect(await lab.run(loop)).toBe(false)
    expect([fired, timer.hasRef]).toEqual([1, true])
  })

  test('a timer is active while it is pending, and not within the callback of a one-shot', async () => {
    const loop = await lab.open()
    const active: boolean[] = []
    let calls = 0
    const timer = new Timer({ loop })
    active.push(timer.active)
    timer.start(5, 0, (timer) => {
      calls++
      if (calls === 1) {
        active.push(timer.active)
        timer.repeat = 5
        timer.again()
        active.push(timer.active)
      } else if (calls === 5) {
        timer.stop()
        active.push(timer.active)
      }
    })
    active.push(timer.active)
    expect(await lab.run(loop)).toBe(false)
    expect(active).toEqual([false, true, false, true, false])
    expect(calls).toBe(5)
  })

  test('every method of a closed timer throws except stop', async () => {
    const loop = await lab.open()
    const timer = new Timer({ loop })
    void timer.close()
    const calls: (() => unknown)[] = [
      () => timer.repeat,
      () => Reflect.set(timer, 'repeat', 10),
      () => timer.dueIn,
      () => timer.again(),
      () => timer.start(10),
      () => timer.start(-1),
    ]
    for (const call of calls) expect(call).toThrow(ClosedHandleError)
    expect(timer.stop()).toBeUndefined()
  })

  test('again throws EINVAL before the first start, and does nothing without a repeat', async () => {
    const loop = await lab.open()
    const timer = new Timer({ loop })
    expect(codeOf(() => timer.again())).toBe('EINVAL')
    const due = (): number => loop.now + timer.dueIn
    timer.start(1_000)
    const before = due()
    timer.again()
    expect(due()).toBe(before)
    timer.stop()
    timer.again()
    expect(timer.active).toBe(false)
  })

  test('a refused start keeps the previous time and callback', async () => {
    const loop = await lab.open()
    const before = (): void => {}
    const timer = new Timer({ loop, onTimeout: before })
    timer.start(1_000)
    expect(codeOf(() => timer.start(-1, 0, () => {}))).toBe('EINVAL')
    expect([timer.onTimeout, timer.dueIn]).toEqual([before, 1_000])
  })

  test('dueIn and repeat return what was set, without fractions of a millisecond', async () => {
    const loop = await lab.open()
    const timer = new Timer({ loop })
    expect([timer.dueIn, timer.repeat]).toEqual([0, 0])
    timer.start(1_000.9, 250.9)
    expect([timer.dueIn, timer.repeat]).toEqual([1_000, 250])
    timer.repeat = 2 ** 40
    expect(timer.repeat).toBe(2 ** 40)
    timer.start(Number.MAX_SAFE_INTEGER)
    expect(timer.active).toBe(true)
    // A time that no timer of a platform supports does not fire early.
    expect(await lab.run(loop, RunMode.NOWAIT)).toBe(true)
  })

  test('a second start replaces the time, and a time of 0 fires in the next iteration', async () => {
    const loop = await lab.open()
    const order: string[] = []
    const late = new Timer({ loop, onTimeout: () => order.push('late') })
    const soon = new Timer({ loop, onTimeout: () => order.push('soon') })
    late.start(0)
    soon.start(60_000)
    late.start(10)
    soon.start(0)
    await lab.run(loop)
    expect(order).toEqual(['soon', 'late'])
  })

  test('within the callback dueIn is the repeat, and 0 for a one-shot timer', async () => {
    const loop = await lab.open()
    const times: number[] = []
    new Timer({ loop }).start(0, 60_000, (timer) => {
      times.push(timer.dueIn)
      timer.repeat = 0
      timer.stop()
      timer.start(1, 0, (timer) => {
        times.push(timer.dueIn)
      })
    })
    await lab.run(loop)
    expect(times).toEqual([60_000, 0])
  })

  test('timers with the same time fire in the order of their starts', async () => {
    const loop = await lab.open()
    const order: number[] = []
    const timers = [3, 1, 2].map((n) => ({ n, timer: new Timer({ loop, onTimeout: () => order.push(n) }) }))
    for (const { timer } of timers) timer.start(5)
    await lab.run(loop)
    expect(order).toEqual([3, 1, 2])
  })

  test('a timer that is due does not wait for a later one', async () => {
    const loop = await lab.open()
    const seen: string[] = []
    new Timer({ loop, onTimeout: () => seen.push('never') }).start(60_000)
    new Timer({ loop, onTimeout: () => seen.push('soon') }).start(1)
    while (seen.length === 0) await lab.run(loop, RunMode.ONCE)
    expect(seen).toEqual(['soon'])
  })

  test('a run with ONCE waits for a repeating timer, and fires it once', async () => {
    const loop = await lab.open()
    let ticks = 0
    const timer = new Timer({ loop, onTimeout: () => ticks++ })
    timer.start(5, 5)
    for (let round = 1; round <= 5; round++) {
      expect(await lab.run(loop, RunMode.ONCE)).toBe(true)
      expect(ticks).toBe(round)
    }
  })

  test('prepare is called before and check after the wait for a timer', async () => {
    const loop = await lab.open()
    const order: string[] = []
    const note = (what: string) => (): void => {
      if (order.at(-1) !== what) order.push(what)
    }
    const timer = new Timer({ loop })
    new Prepare({ loop }).start(() => {
      note('prepare')()
      if (!timer.active) timer.start(5)
    })
    new Check({ loop }).start(note('check'))
    timer.onTimeout = () => {
      note('timer')()
      void loop.closeAllHandles()
    }
    await lab.run(loop)
    expect(order.pop()).toBe('timer')
    expect(order).toEqual(order.map((_, n) => (n % 2 === 0 ? 'prepare' : 'check')))
    expect(order.length).toBeGreaterThan(1)
  })
})
