/** Limits of a guest's time, under either driver: what ends it, when, and what it leaves. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { soon } from '../support/deadline.js'
import { driver } from './support/built.js'
import { endAll, play } from './support/stage.js'
import { COMPILING, guestModule } from './support/uvcc.js'

beforeAll(() => guestModule('behave'), COMPILING)
endAll()

describe('wallTime', () => {
  test('ends a guest that waits', async () => {
    const waiting = await play(['wait'], { limits: { wallTime: 50 } })
    expect(await soon(waiting.guest.outcome, 'the guest to end')).toEqual({
      kind: 'limit',
      limit: 'wallTime',
      usage: { used: expect.any(Number), limit: 50 },
    })
    expect(await waiting.code).toBe(152)
    expect(waiting.guest.usage.wallTime.used).toBeGreaterThanOrEqual(50)
  })
})

describe('iterationTime', () => {
  // Nothing can end a guest that computes in its host's thread, until it makes a call.
  const endless = driver === 'worker' ? 'spin' : 'flood'

  test('ends a guest that computes and does not wait', async () => {
    const told: string[] = []
    const options = { limits: { iterationTime: 50 }, onLimit: (limit: string) => void told.push(limit) }
    const spinning = await play([endless], options)
    expect(await soon(spinning.guest.outcome, 'the guest to end')).toMatchObject({
      kind: 'limit',
      limit: 'iterationTime',
    })
    expect(told).toEqual(['iterationTime'])
  })

  test('does not end a guest that turns its loop', async () => {
    const turning = await play(['turn'], { limits: { iterationTime: 150, wallTime: 400 } })
    expect(await soon(turning.guest.outcome, 'the guest to end')).toMatchObject({ limit: 'wallTime' })
  })
})

describe('processorTime', () => {
  test('ends a guest that turns its loop, after a warning', async () => {
    const told: string[] = []
    const turning = await play(['turn'], {
      limits: { processorTime: 100 },
      onWarning: (limit) => told.push(`warning ${limit}`),
      onLimit: (limit) => told.push(limit),
    })
    expect(await soon(turning.guest.outcome, 'the guest to end')).toMatchObject({ limit: 'processorTime' })
    expect(told.at(-1)).toBe('processorTime')
    const { used, limit } = turning.guest.usage.processorTime
    expect(used).toBeGreaterThanOrEqual(limit)
  })

  test('does not pass while a guest waits', async () => {
    const waiting = await play(['wait'], { limits: { processorTime: 2000, wallTime: 100 } })
    expect(await soon(waiting.guest.outcome, 'the guest to end')).toMatchObject({ limit: 'wallTime' })
  })
})
