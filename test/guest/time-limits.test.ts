/** Limits of a guest's time, under either driver: what ends it, when, and what it leaves. */
import { readdirSync } from 'node:fs'
import { getPriority } from 'node:os'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { soon } from '../support/deadline.js'
import { driver } from './support/built.js'
import { endAll, play, until } from './support/stage.js'
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

/** The priorities of this process's threads. */
const priorities = (): number[] =>
  readdirSync('/proc/self/task').flatMap((thread) => {
    try {
      return [getPriority(Number(thread))]
    } catch {
      return [] // It has ended meanwhile.
    }
  })

const hasPriorities = driver === 'worker' && process.platform === 'linux'
const testPriorities = hasPriorities ? test : test.skip

testPriorities(
  'a guest that computes for long yields to the other threads, and one that turns its loop does not',
  async () => {
    const limits = { iterationTime: 1000 }
    const turning = await play(['turn'], { limits })
    await until(() => turning.guest.usage.processorTime.used > 150, 'the guest to turn its loop for a while')
    expect(Math.max(...priorities())).toBe(getPriority())
    const spinning = await play(['spin'], { limits })
    await until(() => priorities().includes(getPriority() + 5), 'the guest to yield')
    expect(spinning.guest.usage.iterationTime.used).toBeGreaterThanOrEqual(100)
    spinning.guest.terminate()
    turning.guest.terminate()
  },
)

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
