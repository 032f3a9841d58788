/** When the parent of a guest waits a moment for it. */
import { expect, test } from '@jest/globals'
import { SpinPolicy } from '../../src/remote/spin-policy.js'

/** How many of so many chances are taken, when each wait goes that way. */
const taken = (policy: SpinPolicy, chances: number, worthIt: boolean): number => {
  let count = 0
  for (let chance = 0; chance < chances; chance++) {
    if (!policy.chooseWait()) continue
    count++
    policy.record(worthIt)
  }
  return count
}

test('who answers is always waited for, who does not is not, but for a try once in a while', () => {
  const policy = new SpinPolicy()
  expect(taken(policy, 1000, true)).toBe(1000)
  expect(taken(policy, 1000, false)).toBeLessThan(10)
  expect(taken(policy, 1000, true)).toBeGreaterThan(700)
})

test('a few waits in vain among others change nothing', () => {
  const policy = new SpinPolicy()
  taken(policy, 10, true)
  expect(taken(policy, 3, false)).toBe(3)
  expect(taken(policy, 10, true)).toBe(10)
})
