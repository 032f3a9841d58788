/** Tests of name lookup. Every host knows `localhost`; the tests of other names belong to the host that knows them. */

import type { LookupEvents } from '../../../src/host/contract/lookup.js'
import { soon } from '../../support/deadline.js'
import { describe, expect } from '../../support/harness.js'
import { type ContractOptions, contract, type Lab, type MakeHost, v4 } from './lab.js'

/** What was reported: the texts, or an error's name. */
type Answer = readonly string[] | string

/** Starts a lookup, and waits for the answer. */
const answerOf = async (lab: Lab, ask: (events: LookupEvents) => void): Promise<Answer> =>
  soon(
    new Promise<Answer>((resolve) => {
      lab.call(() => ask(listening(lab, resolve)))
    }),
    'an answer',
  )

/** Events that fail the test if they come before the call has returned. */
const listening = (lab: Lab, tell: (answer: Answer) => void): LookupEvents => {
  const check = (answer: Answer): void => {
    if (lab.inCall) lab.violation('an answer during the call that asked')
    tell(answer)
  }
  return { onAnswer: check, onError: check }
}

/** A name that never exists (RFC 6761, section 6.4). Without a name server the lookup times out. */
const NO_SUCH_NAME = 'nobody.invalid'
const NOT_FOUND = /^(ENOENT|ETIMEDOUT)$/

/** Registers the tests of names. */
export function lookupContract(make: MakeHost, options?: ContractOptions): void {
  describe('lookup', () => {
    const { testWith } = contract(make, options)

    testWith('lookup', 'lookup() finds the address of a name', async (lab) => {
      expect(await answerOf(lab, (events) => lab.host.lookup('localhost', 'any', events))).toContain('127.0.0.1')
    })

    testWith('lookup', 'lookup() of one family returns addresses of that family only', async (lab) => {
      const found = await answerOf(lab, (events) => lab.host.lookup('localhost', 'ipv4', events))
      expect(found).toEqual(['127.0.0.1'])
    })

    testWith('lookup', 'lookup() of a name that does not exist reports an error', async (lab) => {
      expect(await answerOf(lab, (events) => lab.host.lookup(NO_SUCH_NAME, 'any', events))).toMatch(NOT_FOUND)
    })

    testWith(
      'lookup',
      'reverse() finds the name of an address, and the name or the digits of its port',
      async (lab) => {
        const names = await answerOf(lab, (events) => lab.host.reverse(v4(7), events))
        expect(names).toEqual([expect.stringMatching(/[a-z]/), expect.stringMatching(/^(7|echo)$/)])
      },
    )

    testWith('lookup', 'a cancelled lookup reports nothing and can be cancelled again', async (lab) => {
      const answers: Answer[] = []
      const cancel = lab.call(() =>
        lab.host.lookup(
          'localhost',
          'any',
          listening(lab, (text) => answers.push(text)),
        ),
      )
      cancel()
      // This lookup was started later, so its answer comes later.
      await answerOf(lab, (events) => lab.host.lookup('localhost', 'any', events))
      expect(answers).toEqual([])
      cancel()
    })
  })
}
