/** Tests of when the parent of a guest briefly waits for its answer. */
import { expect, test } from '@jest/globals'
import { SpinPolicy } from '../../src/remote/spin-policy.js'

/** How many of `chances` waits the policy chooses when each of them has the given result. */
const taken = (policy: SpinPolicy, chances: number, worthIt: boolean): number => {
  let count = 0
  for (let chance = 0; chance < chances; chance++) {
    if (!policy.chooseWait()) continue
    count++
    policy.record(worthIt)
  }
  return count
}

test('waits are always chosen while they succeed, and rarely while they fail', () => {
  const policy = new SpinPolicy()
  expect(taken(policy, 1000, true)).toBe(1000)
  expect(taken(policy, 1000, false)).toBeLessThan(10)
  expect(taken(policy, 1000, true)).toBeGreaterThan(700)
})

test('a few failed waits among successful ones change nothing', () => {
  const policy = new SpinPolicy()
  taken(policy, 10, true)
  expect(taken(policy, 3, false)).toBe(3)
  expect(taken(policy, 10, true)).toBe(10)
})
