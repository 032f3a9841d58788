/**
 * Names, by the platform's own resolver: what `getaddrinfo()` and `getnameinfo()` would answer, `/etc/hosts` and all. Node
 * cannot cancel them: a lookup that was given up is answered to nobody, and keeps the process until then.
 */
import type { Address } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import type { CancelLookup, LookupEvents, LookupFamily } from '../contract/lookup.js'
import { toNodeHost } from './addresses.js'
import { codeOf, nameOfCode } from './errors.js'

/** Loaded when the first name is looked up: many programs have none. */
const dns = (): typeof import('node:dns') => process.getBuiltinModule('node:dns')

const FAMILIES = { ipv4: 4, ipv6: 6, any: 0 } as const

/** The addresses of a name, in the resolver's order. */
export const lookup = (name: string, family: LookupFamily, events: LookupEvents): CancelLookup =>
  ask(events, (answer) => {
    dns().lookup(name, { family: FAMILIES[family], all: true, verbatim: true }, (error, found) => {
      // Where there is an error there is no list, whatever the types say.
      answer(error, error === null ? found.map(({ address }) => address) : [])
    })
  })

/** The name of an address, and of its port. */
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
