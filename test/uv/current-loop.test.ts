/** The loop of a handle that was created without one: the current loop, else the default one. */
import { expect, test } from '@jest/globals'
import { Loop, RunMode, TCP, Timer } from '../../src/index.js'
import { soon } from '../support/deadline.js'
import { overHosts } from '../support/loops.js'

overHosts((lab) => {
  test('current loop: the default one at first, then whichever runs', async () => {
    expect(Loop.current).toBeUndefined()
    const first = await lab.open({ default: true })
    expect(await Loop.default()).toBe(first)
    expect(await Loop.getCurrent()).toBe(first)
    const second = await lab.open()
    expect(Loop.current).toBe(first)

    const seen: boolean[] = []
    const tick = (loop: Loop): void => {
      let ticks = 0
      const timer = new Timer({ loop })
      timer.start(1, 1, () => {
        seen.push(Loop.current === loop)
        // Made on the loop that calls back, though nobody said so.
        expect(new Timer().loop).toBe(loop)
        if (++ticks === 5) void loop.closeAllHandles()
      })
    }
    tick(first)
    tick(second)
    await Promise.all([lab.run(first), lab.run(second)])
    expect(seen).toEqual(Array(10).fill(true))

    await lab.run(first, RunMode.NOWAIT)
    expect(Loop.current).toBe(first)
    await lab.run(second, RunMode.NOWAIT)
    expect(Loop.current).toBe(second)
    first.makeCurrent()
    expect(Loop.current).toBe(first)
    expect(new TCP().loop).toBe(first)
  })

  test('getCurrent: opens a loop when there is none, and gives the same one the next time', async () => {
    expect(Loop.current).toBeUndefined()
    const [loop, same] = await soon(Promise.all([Loop.getCurrent(), Loop.getCurrent()]), 'a loop')
    try {
      expect(same).toBe(loop)
      expect(Loop.current).toBe(loop)
      expect(await Loop.getCurrent()).toBe(loop)
      expect(await Loop.default()).toBe(loop)
    } finally {
      loop.close()
    }
    expect(Loop.current).toBeUndefined()
    const next = await Loop.getCurrent()
    expect(next).not.toBe(loop)
    next.close()
  })

  test('default: there is one at most, and another after it was closed', async () => {
    const first = await lab.open({ default: true })
    await expect(lab.open({ default: true })).rejects.toMatchObject({ code: 'EBUSY', message: /Loop\.default\(\)/ })
    first.close()
    const second = await lab.open({ default: true })
    expect(await Loop.default()).toBe(second)
  })

  test('default: of two that are opened at the same time one is refused', async () => {
    const outcomes = await Promise.allSettled([lab.open({ default: true }), lab.open({ default: true })])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'EBUSY' } })
    const opened = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    expect(opened).toEqual([await Loop.default()])
  })

  test('a handle without any loop is refused, with a remedy', () => {
    expect(Loop.current).toBeUndefined()
    expect(() => new TCP()).toThrow(expect.objectContaining({ name: 'ArgumentError', code: 'EINVAL' }))
    expect(() => new TCP()).toThrow('Loop.open()')
    expect(() => new TCP({ family: 'ipv4' })).toThrow('Loop.open()')
  })
})
