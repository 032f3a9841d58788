/** What looking names up must do. Every host knows `localhost`; what else there is to be known is each driver's own. */

import type { LookupEvents } from '../../../src/host/contract/lookup.js'
import { soon } from '../../support/deadline.js'
import { describe, expect } from '../../support/harness.js'
import { type ContractOptions, contract, type Lab, type MakeHost, v4 } from './lab.js'

/** What was told: the texts, or an error's name. */
type Told = readonly string[] | string

/** Asks, and waits for the answer. */
const answerOf = async (lab: Lab, ask: (events: LookupEvents) => void): Promise<Told> =>
  soon(
    new Promise<Told>((resolve) => {
      lab.call(() => ask(listening(lab, resolve)))
    }),
    'an answer',
  )

/** Events that fail the test when they come within a call. */
const listening = (lab: Lab, tell: (told: Told) => void): LookupEvents => {
  const check = (told: Told): void => {
    if (lab.inCall) lab.violation('an answer during the call that asked')
    tell(told)
  }
  return { onAnswer: check, onError: check }
}

/** A name that nobody ever has (RFC 6761, section 6.4). Where no name server answers, nobody can say so. */
const NOBODY = 'nobody.invalid'
const NOT_FOUND = /^(ENOENT|ETIMEDOUT)$/

/** Registers the tests of names. */
export function lookupContract(make: MakeHost, options?: ContractOptions): void {
  describe('lookup', () => {
    const { testWith } = contract(make, options)

    testWith('lookup', 'a name has addresses', async (lab) => {
      expect(await answerOf(lab, (events) => lab.host.lookup('localhost', 'any', events))).toContain('127.0.0.1')
    })

    testWith('lookup', 'only those of the family that is wanted', async (lab) => {
      const found = await answerOf(lab, (events) => lab.host.lookup('localhost', 'ipv4', events))
      expect(found).toEqual(['127.0.0.1'])
    })

    testWith('lookup', 'a name that nobody has is an error', async (lab) => {
      expect(await answerOf(lab, (events) => lab.host.lookup(NOBODY, 'any', events))).toMatch(NOT_FOUND)
    })

    testWith('lookup', 'an address has a name, and its port one or its digits', async (lab) => {
      const names = await answerOf(lab, (events) => lab.host.reverse(v4(7), events))
      expect(names).toEqual([expect.stringMatching(/[a-z]/), expect.stringMatching(/^(7|echo)$/)])
    })

    testWith('lookup', 'who gives it up is told nothing, and may do so again', async (lab) => {
      const told: Told[] = []
      const cancel = lab.call(() =>
        lab.host.lookup(
          'localhost',
          'any',
          listening(lab, (text) => told.push(text)),
        ),
      )
      cancel()
      // Asked later, so answered later.
      await answerOf(lab, (events) => lab.host.lookup('localhost', 'any', events))
      expect(told).toEqual([])
      cancel()
    })
  })
}
