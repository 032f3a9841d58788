/** Tests of clocks, timers and turns of the event loop. */

import { soon } from '../../support/deadline.js'
import { describe, expect } from '../../support/harness.js'
import { type ContractOptions, contract, type Lab, type MakeHost } from './lab.js'

/** A timer that records when it fired. */
const watched = (lab: Lab) => {
  const fired: number[] = []
  let look = (): void => {}
  const timer = lab.host.timer(() => {
    if (lab.inCall) lab.violation('a timer fired during a call')
    fired.push(lab.host.clock())
    look()
  })
  const times = (count: number): Promise<void> =>
    soon(
      new Promise((resolve) => {
        look = () => {
          if (fired.length >= count) resolve()
        }
        look()
      }),
      `a timer to fire ${count} times`,
    )
  return {
    fired,
    times,
    set: (ms: number) => lab.call(() => timer.set(ms)),
    clear: () => lab.call(() => timer.clear()),
  }
}

/** Registers the tests of time. */
export function timeContract(make: MakeHost, options?: ContractOptions): void {
  describe('time', () => {
    const { test } = contract(make, options)

    test('the clock goes forward and never goes back', async (lab) => {
      const start = lab.host.clock()
      let last = start
      for (let reading = 0; reading < 10_000; reading++) {
        const now = lab.host.clock()
        if (now < last) throw new Error(`the clock went from ${last} to ${now}`)
        last = now
      }
      const timer = watched(lab)
      timer.set(1)
      await timer.times(1)
      expect(lab.host.clock()).toBeGreaterThan(start)
    })

    test('the wall clock agrees with Date.now()', async (lab) => {
      expect(Math.abs(lab.host.wallClock() - Date.now())).toBeLessThan(5_000)
    })

    test('a timer fires once and not early', async (lab) => {
      const timer = watched(lab)
      const start = lab.host.clock()
      timer.set(12)
      await timer.times(1)
      expect((timer.fired[0] ?? 0) - start).toBeGreaterThanOrEqual(12e6)
      const later = watched(lab)
      later.set(20)
      await later.times(1)
      expect(timer.fired).toHaveLength(1)
    })

    test('a timer of 0 ms does not fire within set()', async (lab) => {
      const timer = watched(lab)
      timer.set(0)
      expect(timer.fired).toHaveLength(0)
      await timer.times(1)
    })

    test('a second set() replaces the first, with a shorter or a longer delay', async (lab) => {
      const sooner = watched(lab)
      sooner.set(10_000)
      sooner.set(1)
      await sooner.times(1)

      const later = watched(lab)
      const start = lab.host.clock()
      later.set(1)
      later.set(15)
      await later.times(1)
      expect((later.fired[0] ?? 0) - start).toBeGreaterThanOrEqual(15e6)
      const last = watched(lab)
      last.set(5)
      await last.times(1)
      expect(later.fired).toHaveLength(1)
      expect(sooner.fired).toHaveLength(1)
    })

    test('a cleared timer does not fire and can be set again', async (lab) => {
      const timer = watched(lab)
      const other = watched(lab)
      timer.clear()
      timer.set(1)
      timer.clear()
      other.set(10)
      await other.times(1)
      expect(timer.fired).toHaveLength(0)
      timer.set(1)
      await timer.times(1)
    })

    test('a timer can be set within its own callback', async (lab) => {
      let rounds = 0
      await soon(
        new Promise<void>((resolve) => {
          const timer = lab.host.timer(() => {
            rounds++
            if (rounds === 5) resolve()
            else timer.set(1)
          })
          timer.set(1)
        }),
        'five rounds',
      )
      expect(rounds).toBe(5)
    })

    test("a delay beyond the platform's maximum does not fire at once", async (lab) => {
      const timer = watched(lab)
      timer.set(2 ** 40)
      const other = watched(lab)
      other.set(10)
      await other.times(1)
      expect(timer.fired).toHaveLength(0)
      timer.clear()
    })

    test('defer() calls back in order after it has returned', async (lab) => {
      const calls: number[] = []
      lab.host.defer(() => calls.push(1))
      lab.host.defer(() => calls.push(2))
      expect(calls).toEqual([])
      await lab.turn()
      expect(calls).toEqual([1, 2])
    })

    test('a deferred callback runs after the events that already wait', async (lab) => {
      const listener = lab.listen()
      const pairs = [await lab.pair(listener), await lab.pair(listener), await lab.pair(listener)]
      const order: string[] = []
      for (const { server } of pairs) {
        server.onEvent = () => {
          order.push('data')
          if (order.length === 1) lab.host.defer(() => order.push('deferred'))
        }
        server.readStart()
      }
      await lab.settle()
      for (const { client } of pairs) client.write(Uint8Array.of(1))
      for (const { server } of pairs) await server.until('a byte', () => server.received === 1)
      await lab.turn()
      expect(order).toEqual(['data', 'data', 'data', 'deferred'])
    })

    test('the accept and the connect of one connection come before what the first of them defers', async (lab) => {
      const listener = lab.listen()
      const order: string[] = []
      const note = (event: string): void => {
        order.push(event)
        if (order.length === 1) lab.host.defer(() => order.push('deferred'))
      }
      listener.onAccept = () => note('accept')
      const client = lab.connect(listener.local)
      client.onEvent = note
      await client.until('onConnect', () => client.saw('connect'))
      await listener.accept()
      await lab.turn()
      expect(order.at(-1)).toBe('deferred')
      expect(order.slice(0, 2).sort()).toEqual(['accept', 'connect'])
    })
  })
}
