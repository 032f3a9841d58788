/**
 * Name lookups by the platform's own resolver, with the results of `getaddrinfo()` and `getnameinfo()`, including
 * `/etc/hosts`. Node cannot cancel them: the answer of a cancelled lookup is discarded, and the process stays alive
 * until it arrives.
 */
import type { Address } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import type { CancelLookup, LookupEvents, LookupFamily } from '../contract/lookup.js'
import { toNodeHost } from './addresses.js'
import { codeOf, nameOfCode } from './errors.js'

/** Loads the module at the first lookup: many programs have none. */
const dns = (): typeof import('node:dns') => process.getBuiltinModule('node:dns')

const FAMILIES = { ipv4: 4, ipv6: 6, any: 0 } as const

/** Looks up the addresses of a name, in the resolver's order. */
export const lookup = (name: string, family: LookupFamily, events: LookupEvents): CancelLookup =>
  ask(events, (answer) => {
    dns().lookup(name, { family: FAMILIES[family], all: true, verbatim: true }, (error, found) => {
      // After an error there is no list, despite the types.
      answer(error, error === null ? found.map(({ address }) => address) : [])
    })
  })

/** Looks up the name of an address, and that of its port. */
export const reverse = (address: Address, events: LookupEvents): CancelLookup =>
  ask(events, (answer) => {
    dns().lookupService(toNodeHost(address), address.port, (error, host, service) => answer(error, [host, service]))
  })

type Answer = (error: Error | null, texts: readonly string[]) => void

const ask = (events: LookupEvents, begin: (answer: Answer) => void): CancelLookup => {
  let asked: LookupEvents | undefined = events
  begin((error, texts) => {
    if (error !== null) asked?.onError(nameOf(error))
    else if (texts.length === 0) asked?.onError('ENOENT')
    else asked?.onAnswer(texts)
    asked = undefined
  })
  return () => {
    asked = undefined
  }
}

const nameOf = (error: Error): ErrnoName => {
  const code = codeOf(error)
  if (code === 'ENOTFOUND') return 'ENOENT'
  return code === 'EAI_AGAIN' ? 'ETIMEDOUT' : nameOfCode(code)
}
