/** The names of a virtual network. */
import type { Address } from '../../base/address.js'
import { canonicalName } from '../../base/host-text.js'
import { familyOf, parseIp } from '../../base/ip.js'
import type { LookupFamily } from '../contract/lookup.js'
import { ipOf } from './ip.js'

/** Names and what they mean: an address, or several, the best first. */
export type HostsEntries = Readonly<Record<string, string | readonly string[]>>

/** Everybody has these (RFC 6761, section 6.3). */
const LOCALHOST: HostsEntries = { localhost: ['127.0.0.1', '::1'] }

/** See {@link HostsEntries}. A name is the same in any case, with a dot at its end, and in the script it is written in. */
export class HostsTable {
  readonly #addresses = new Map<string, readonly string[]>()
  readonly #names = new Map<string, string>()

  /** @throws {TypeError} when there is no object of names, a name is empty, or stands for something that is no address */
  constructor(names: HostsEntries) {
    if (typeof names !== 'object') throw new TypeError(`names is a ${typeof names}: give { 'db.test': '127.0.0.2' }`)
    for (const [name, value] of Object.entries({ ...LOCALHOST, ...names })) {
      const texts = typeof value === 'string' ? [value] : value
      const hosts = texts.map((text) => readHost(name, text))
      if (name === '' || hosts.length === 0) throw new TypeError(`the name ${JSON.stringify(name)} stands for nothing`)
      this.#addresses.set(canonicalName(name), hosts)
      // The first name that an address was given is the one it goes by.
      for (const host of hosts) if (!this.#names.has(host)) this.#names.set(host, name)
    }
  }

  /** The addresses of a name, of the family that is wanted; none where there is no such name. */
  lookup(name: string, family: LookupFamily): readonly string[] {
    const hosts = this.#addresses.get(canonicalName(name)) ?? []
    return family === 'any' ? hosts : hosts.filter((host) => familyOf(host) === family)
  }

  /** The name that an address has. */
  reverse(address: Address): string | undefined {
    return this.#names.get(ipOf(address).host)
  }
}

function readHost(name: string, text: string): string {
  const ip = parseIp(text)
  if (ip?.zone === '') return ip.host
  throw new TypeError(`the name ${JSON.stringify(name)} stands for ${JSON.stringify(text)}, which is no IP address`)
}
