/** When the parent of a guest waits a moment for it. */
import { expect, test } from '@jest/globals'
import { Patience } from '../../src/remote/spin-policy.js'

/** How many of so many chances are taken, when each wait goes that way. */
const taken = (patience: Patience, chances: number, worthIt: boolean): number => {
  let count = 0
  for (let chance = 0; chance < chances; chance++) {
    if (!patience.lasts()) continue
    count++
    patience.learns(worthIt)
  }
  return count
}

test('who answers is always waited for, who does not is not, but for a try once in a while', () => {
  const patience = new Patience()
  expect(taken(patience, 1000, true)).toBe(1000)
  expect(taken(patience, 1000, false)).toBeLessThan(10)
  expect(taken(patience, 1000, true)).toBeGreaterThan(700)
})

test('a few waits in vain among others change nothing', () => {
  const patience = new Patience()
  taken(patience, 10, true)
  expect(taken(patience, 3, false)).toBe(3)
  expect(taken(patience, 10, true)).toBe(10)
})
