/** The probe: each call answers in a guest what it answers natively, or what test/probe/expectations.json says. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { compare, expectationOf, problemsOf, unusedReasons, WAYS } from '../../scripts/probe/compare.mjs'

const run = promisify(execFile)

test('every call answers as expected, and docs/posix.md says so', async () => {
  const ended = await run('node', ['scripts/probe.mjs', '--check']).catch((error) => {
    throw new Error(
      `make probe, and look at what changes in test/probe/expectations.json:\n${error.stdout}${error.stderr}`,
    )
  })
  expect(ended.stdout).toMatch(/^probe: \d+ of \d{3} calls answer as natively/m)
}, 240_000)

describe('the answers of a guest', () => {
  test.each([
    ['are the same', ['a: 1', 'b: 2'], ['a: 1', 'b: 2'], []],
    ['differ', ['a: 1', 'b: 2'], ['a: 1', 'b: EIO'], [['b: 2', 'b: EIO']]],
    ['are fewer', ['a: 1', 'b: 2', 'c: 3'], ['a: 1'], [['2 more answers', '']]],
    ['are more', ['a: 1'], ['a: 1', 'b: 2'], [['', 'b: 2']]],
    [
      'end by a trap',
      ['a: 1', 'b: 2'],
      ['ended: by a trap: unreachable'],
      [
        ['a: 1', 'ended: by a trap: unreachable'],
        ['b: 2', ''],
      ],
    ],
    [
      'end because the pump would have to wait',
      ['a: 1', 'b: 2', 'c: 3'],
      ['a: 1', "ended: by a trap: Cannot wait: the driver 'pump' never waits; use 'worker'"],
      [['2 more answers', 'waits']],
    ],
    [
      'end natively with a signal',
      ['a: 1', 'ended: with code 143'],
      ['a: 1', 'after: 1'],
      [['ended: with code 143', 'after: 1']],
    ],
  ])('%s', (_, native, guest, differences) => {
    expect(compare(native, guest)).toEqual(differences)
  })
})

describe('an expectation', () => {
  const same = new Map(WAYS.map((way) => [way, ['a: 1']]))
  const refused = new Map(WAYS.map((way) => [way, ['a: ENOSYS']]))
  const reasons = { processes: 'No processes.' }
  const differences: [string, string][] = [['a: 1', 'a: ENOSYS']]
  const known = { answers: 1, deviations: [{ on: [...WAYS], because: 'processes', differences }] }

  test('has nothing but the number of answers if all are the same', () => {
    expect(expectationOf(['a: 1'], same, undefined)).toEqual({ answers: 1, deviations: [] })
  })

  test('keeps the reason that it has', () => {
    expect(expectationOf(['a: 1'], refused, known)).toEqual(known)
    expect(problemsOf('fork', known, { reasons, calls: { fork: known } })).toEqual([])
  })

  test('loses a reason that was given for something else', () => {
    const other = new Map(WAYS.map((way) => [way, ['a: EPERM']]))
    expect(expectationOf(['a: 1'], other, known).deviations).toEqual([expect.objectContaining({ because: '' })])
  })

  test('keeps the reason for some of its differences', () => {
    const both = { ...known, deviations: [{ ...known.deviations[0], differences: [...differences, ['b: 1', '']] }] }
    expect(expectationOf(['a: 1'], refused, both as typeof known)).toEqual(known)
  })

  test('leaves no reason that nothing needs', () => {
    const all = { reasons: { ...reasons, other: 'Another.' }, calls: { fork: known } }
    expect(unusedReasons(all)).toEqual(['other'])
  })

  test('without a reason is a problem', () => {
    const fresh = expectationOf(['a: 1'], refused, undefined)
    expect(problemsOf('fork', fresh, { reasons, calls: { fork: fresh } })).toEqual([
      expect.stringMatching(/^fork: differs on .* without a reason/),
    ])
  })

  test('is missed by a regression and by an improvement', () => {
    const better = expectationOf(['a: 1'], same, known)
    expect(problemsOf('fork', better, { reasons, calls: { fork: known } }).join('\n')).toMatch(/no difference/)
    expect(problemsOf('fork', known, { reasons, calls: { fork: better } }).join('\n')).toMatch(/a: 1, but a: ENOSYS/)
  })
})
