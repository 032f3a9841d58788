/** The loop of a handle that was created without one: the current loop, else the default one. */
import { expect, test } from '@jest/globals'
import { Loop, RunMode, TCP, Timer } from '../../../src/index.js'
import { soon } from '../../support/deadline.js'
import { overHosts } from '../../support/loops.js'

overHosts((lab) => {
  test('the current loop is the default loop at first, then the loop that runs', async () => {
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
        // Without an option, a handle belongs to the loop that is calling back.
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

  test('getCurrent opens a loop when there is none, and returns the same one later', async () => {
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

  test('a second default loop is refused until the first is closed', async () => {
    const first = await lab.open({ default: true })
    await expect(lab.open({ default: true })).rejects.toMatchObject({ code: 'EBUSY', message: /Loop\.default\(\)/ })
    first.close()
    const second = await lab.open({ default: true })
    expect(await Loop.default()).toBe(second)
  })

  test('one of two default loops that are opened at the same time is refused', async () => {
    const outcomes = await Promise.allSettled([lab.open({ default: true }), lab.open({ default: true })])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'EBUSY' } })
    const opened = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    expect(opened).toEqual([await Loop.default()])
  })

  test('creating a handle without any loop throws an error that names the remedy', () => {
    expect(Loop.current).toBeUndefined()
    expect(() => new TCP()).toThrow(expect.objectContaining({ name: 'ArgumentError', code: 'EINVAL' }))
    expect(() => new TCP()).toThrow('Loop.open()')
    expect(() => new TCP({ family: 'ipv4' })).toThrow('Loop.open()')
  })
})
