/** The verdict of `make conformance` on a result. */
import { describe, expect, test } from '@jest/globals'
import { expectedOn, judge, needsNative, readExpectations } from '../../scripts/conformance/expectations.mjs'

describe('a result', () => {
  test.each([
    ['pass', 'pass', undefined, 'passed'],
    ['pass', 'fail', 'pass', 'failed'],
    ['pass', 'fail', 'fail', 'skipped'],
    ['pass', 'skip', 'pass', 'failed'],
    ['pass', 'skip', 'skip', 'skipped'],
    ['pass', 'skip', 'fail', 'failed'],
    ['native', 'pass', 'pass', 'passed'],
    ['native', 'pass', 'fail', 'failed'],
    ['native', 'fail', 'fail', 'skipped'],
    ['fail', 'fail', undefined, 'skipped'],
    ['fail', 'pass', undefined, 'failed'],
    ['fail', 'skip', undefined, 'failed'],
    ['skip', 'skip', undefined, 'skipped'],
    ['skip', 'pass', undefined, 'failed'],
    ['vacuous', 'pass', undefined, 'skipped'],
    ['vacuous', 'fail', undefined, 'failed'],
    ['unsteady', 'pass', undefined, 'skipped'],
    ['unsteady', 'fail', undefined, 'skipped'],
    ['unsteady', 'skip', undefined, 'failed'],
  ] as const)(
    'that is expected to %s, is a %s, and natively a %s, counts as %s',
    (expected, result, native, verdict) => {
      expect(judge(expected, result, native, 'for a reason').verdict).toBe(verdict)
    },
  )

  test('is reported with the reason of its expectation', () => {
    expect(judge('fail', 'fail', undefined, 'No threads.').note).toBe('No threads.')
    expect(judge('fail', 'pass', undefined, 'No threads.').note).toMatch(/passes, though .*`fail`: No threads\.$/)
  })

  test('is compared with a native run if that can excuse it', () => {
    expect([needsNative('pass', 'pass'), needsNative('pass', 'fail'), needsNative('pass', 'skip')]).toEqual([
      false,
      true,
      true,
    ])
    expect([needsNative('native', 'pass'), needsNative('fail', 'fail')]).toEqual([true, false])
  })
})

describe('an expectation', () => {
  test('applies to the hosts it names, or to all', () => {
    const skip = { class: 'A', expect: 'skip', on: ['virtual'], because: 'no-blackhole' } as const
    expect([expectedOn(skip, 'virtual'), expectedOn(skip, 'node')]).toEqual(['skip', 'pass'])
    expect(expectedOn({ class: 'C', expect: 'fail', because: 'threads' }, 'node')).toBe('fail')
    expect(expectedOn(undefined, 'node')).toBe('pass')
  })

  test('that is not `pass` has a reason', () => {
    const { entries, reasonOf } = readExpectations()
    const used = new Set<string>()
    for (const expectation of entries.values()) {
      if (expectation.expect !== undefined) used.add(reasonOf(expectation))
      else expect(expectation).not.toHaveProperty('because')
    }
    expect(entries.size).toBeGreaterThan(400)
    expect(used.has('')).toBe(false)
    for (const reason of used) expect(reason).toMatch(/^\S.*\.$/)
  })
})
