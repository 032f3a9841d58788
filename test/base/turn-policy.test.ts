import { expect, test } from '@jest/globals'
import { TurnPolicy } from '../../src/base/turn-policy.js'

/** How many of a hundred small events are followed at once. */
const hurried = (policy: TurnPolicy): number =>
  Array.from({ length: 100 }, () => policy.chooseImmediate(64)).filter(Boolean).length

/** A policy after some turns that waited, with what came meanwhile. */
function after(...events: readonly number[]): TurnPolicy {
  const policy = new TurnPolicy()
  for (const count of events) policy.recordWait(count)
  return policy
}

const ALONE = [1, 4, 1, 1, 2, 1, 1, 1]

test('waits until it has seen for long enough that events come one by one', () => {
  expect([hurried(after()), hurried(after(...ALONE.slice(1))), hurried(after(...ALONE))]).toEqual([0, 0, 63])
})

test('looks again after some turns, and goes on', () => {
  const policy = after(...ALONE)
  hurried(policy)
  policy.recordWait(1)
  expect(hurried(policy)).toBe(63)
})

test('waits where several came while it waited', () => {
  expect(hurried(after(...ALONE, 5))).toBe(0)
  expect(hurried(after(...ALONE, 5, 1))).toBe(0)
})

test('follows large chunks at once, and nothing that is no bytes', () => {
  expect([
    after().chooseImmediate(16_383),
    after().chooseImmediate(16_384),
    after(...ALONE).chooseImmediate(0),
  ]).toEqual([false, true, false])
})
