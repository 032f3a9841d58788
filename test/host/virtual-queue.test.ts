/** Tests of how the virtual host schedules events and timers, and of what keeps the process alive. */
import { describe, expect, test } from '@jest/globals'
import { Fifo } from '../../src/base/fifo.js'
import { EventQueue } from '../../src/host/virtual/event-queue.js'
import { RealClock } from '../../src/host/virtual/real-clock.js'
import { virtualHost } from '../../src/host/virtual.js'
import { soon } from '../support/deadline.js'
import { seeded } from '../support/random.js'
import { v4 } from './contract/lab.js'

describe('the process', () => {
  /** The number of resources that keep the process alive. */
  const holders = (): number => process.getActiveResourcesInfo().length

  test('is kept alive only by keepAlive()', async () => {
    const host = virtualHost()
    const before = holders()
    const timer = host.timer(() => {})
    timer.set(5_000)
    host.defer(() => {})
    host.bind(v4(), { ipv6Only: false, reusePort: false }).listen(1, { onConnection() {}, onError() {} })
    expect(holders()).toBe(before)

    const releases = [host.keepAlive(), host.keepAlive()]
    expect(holders()).toBeGreaterThan(before)
    for (const release of [...releases, ...releases]) release()
    expect(holders()).toBe(before)
    timer.clear()
  })

  test('is kept alive by an immediate for events only during keepAlive()', () => {
    const immediates = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Immediate').length
    const queue = new EventQueue()
    const before = immediates()
    const release = queue.keepAlive()
    release()
    release()
    queue.post(() => {})
    expect(immediates()).toBe(before)
    const again = queue.keepAlive()
    queue.post(() => {})
    expect(immediates()).toBe(before + 1)
    again()
  })

  test('receives events while it is alive, also without keepAlive()', async () => {
    const host = virtualHost()
    await soon(new Promise<void>((resolve) => host.defer(resolve)), 'the event')
  })
})

describe('the queue', () => {
  /** Makes a queue as if the runtime had none of these. */
  const without = (...names: string[]): EventQueue => {
    const kept = names.map((name) => [name, Reflect.get(globalThis, name)] as const)
    try {
      for (const name of names) Reflect.set(globalThis, name, undefined)
      return new EventQueue()
    } finally {
      for (const [name, value] of kept) Reflect.set(globalThis, name, value)
    }
  }

  test.each([
    ['setImmediate', []],
    ['MessageChannel', ['setImmediate']],
    ['timers', ['setImmediate', 'MessageChannel']],
  ])('with %s runs events later and in order, and promises between them', async (_name, missing) => {
    const queue = without(...missing)
    const release = queue.keepAlive()
    const order: string[] = []
    for (const name of ['a', 'b', 'c']) {
      queue.post(() => {
        order.push(name)
        void Promise.resolve().then(() => order.push(`after ${name}`))
      })
    }
    expect(order).toEqual([])
    await soon(new Promise<void>((resolve) => queue.post(resolve)), 'the last event')
    expect(order).toEqual(['a', 'after a', 'b', 'after b', 'c', 'after c'])
    expect(queue.length).toBe(0)
    release()
  })

  test('keeps no resource while it is empty', () => {
    const before = process.getActiveResourcesInfo()
    without('setImmediate')
    expect(process.getActiveResourcesInfo()).toEqual(before)
  })

  test('keeps the order of events when keepAlive() starts or ends between them', async () => {
    const queue = new EventQueue()
    const order: number[] = []
    queue.post(() => order.push(1))
    const release = queue.keepAlive()
    queue.post(() => order.push(2))
    release()
    queue.post(() => order.push(3))
    await soon(new Promise<void>((resolve) => queue.post(resolve)), 'the last event')
    expect(order).toEqual([1, 2, 3])
  })

  test('uses a Fifo that returns the same entries as an array', () => {
    const random = seeded('fifo')
    const fifo = new Fifo<number>()
    const model: number[] = []
    for (let step = 0; step < 50_000; step++) {
      // Long runs of one kind, so that it grows beyond the size at which it drops the entries that were taken.
      if (random.chance(step % 10_000 < 5_000 ? 0.8 : 0.3)) {
        fifo.push(step)
        model.push(step)
      } else if (fifo.shift() !== model.shift()) throw new Error(`wrong entry at step ${step}`)
      if (fifo.length !== model.length || fifo.first !== model[0]) throw new Error(`wrong state at step ${step}`)
    }
    fifo.clear()
    expect([fifo.length, fifo.first]).toEqual([0, undefined])
  })
})

describe('the clock', () => {
  test("sets the runtime's timer again when it fires early or cannot wait long enough", () => {
    const armed: { callback: () => void; ms: number }[] = []
    const kept = globalThis.setTimeout
    Reflect.set(globalThis, 'setTimeout', (callback: () => void, ms: number) => armed.push({ callback, ms }))
    try {
      let fired = 0
      const timer = new RealClock().timer(() => fired++)
      timer.set(2 ** 40)
      armed[0]?.callback()
      expect(fired).toBe(0)
      expect(armed.map(({ ms }) => ms)).toEqual([2 ** 31 - 1, 2 ** 31 - 1])
      timer.set(0)
      armed[2]?.callback()
      expect(fired).toBe(1)
      expect(armed).toHaveLength(3)
    } finally {
      Reflect.set(globalThis, 'setTimeout', kept)
    }
  })
})
