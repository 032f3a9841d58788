import { expect, test } from '@jest/globals'
import { TurnPolicy } from '../../src/base/turn-policy.js'

/** How many of a hundred small events get an immediate turn. */
const hurried = (policy: TurnPolicy): number =>
  Array.from({ length: 100 }, () => policy.chooseImmediate(64)).filter(Boolean).length

/** A policy after turns that waited, each with that many events. */
function after(...events: readonly number[]): TurnPolicy {
  const policy = new TurnPolicy()
  for (const count of events) policy.recordWait(count)
  return policy
}

const ALONE = [1, 4, 1, 1, 2, 1, 1, 1]

test('the policy chooses immediate turns after events have come singly for long enough', () => {
  expect([hurried(after()), hurried(after(...ALONE.slice(1))), hurried(after(...ALONE))]).toEqual([0, 0, 63])
})

test('the policy measures again after some turns and continues', () => {
  const policy = after(...ALONE)
  hurried(policy)
  policy.recordWait(1)
  expect(hurried(policy)).toBe(63)
})

test('the policy waits after several events came during a wait', () => {
  expect(hurried(after(...ALONE, 5))).toBe(0)
  expect(hurried(after(...ALONE, 5, 1))).toBe(0)
})

test('the policy chooses an immediate turn for a large chunk, and none for 0 bytes', () => {
  expect([
    after().chooseImmediate(16_383),
    after().chooseImmediate(16_384),
    after(...ALONE).chooseImmediate(0),
  ]).toEqual([false, true, false])
})
