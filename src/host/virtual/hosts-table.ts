/** Name lookups on a virtual network. */
import type { Address } from '../../base/address.js'
import { canonicalName } from '../../base/host-text.js'
import { familyOf, parseIp } from '../../base/ip.js'
import type { LookupFamily } from '../contract/lookup.js'
import { ipOf } from './ip.js'

/** Names and their addresses: one, or several with the best first. */
export type HostsEntries = Readonly<Record<string, string | readonly string[]>>

/** The names that every host knows (RFC 6761, section 6.3). */
const LOCALHOST: HostsEntries = { localhost: ['127.0.0.1', '::1'] }

/**
 * The table of names. Case, a trailing dot, and the script in which a name is written (its own or ASCII) make no
 * difference.
 */
export class HostsTable {
  readonly #addresses = new Map<string, readonly string[]>()
  readonly #names = new Map<string, string>()

  /**
   * @throws {TypeError} when `names` is not an object, or a name is empty or has an address that is not an IP address
   */
  constructor(names: HostsEntries) {
    if (typeof names !== 'object') {
      throw new TypeError(`Cannot make a virtual network: names is a ${typeof names}; give { 'db.test': '127.0.0.2' }`)
    }
    for (const [name, value] of Object.entries({ ...LOCALHOST, ...names })) this.add(name, value)
  }

  /**
   * Adds a name, or replaces its addresses.
   *
   * @throws {TypeError} when the name is empty or has an address that is not an IP address
   */
  add(name: string, value: string | readonly string[]): void {
    const texts = typeof value === 'string' ? [value] : value
    const hosts = texts.map((text) => readHost(name, text))
    if (name === '' || hosts.length === 0) {
      throw new TypeError(`Cannot make a virtual network: the name ${JSON.stringify(name)} is empty or has no address`)
    }
    this.#addresses.set(canonicalName(name), hosts)
    // An address is reported under the first name that has it.
    for (const host of hosts) if (!this.#names.has(host)) this.#names.set(host, name)
  }

  /** The addresses of a name in the requested family; none if the name does not exist. */
  lookup(name: string, family: LookupFamily): readonly string[] {
    const hosts = this.#addresses.get(canonicalName(name)) ?? []
    return family === 'any' ? hosts : hosts.filter((host) => familyOf(host) === family)
  }

  /** The name of an address. */
  reverse(address: Address): string | undefined {
    return this.#names.get(ipOf(address).host)
  }
}

function readHost(name: string, text: string): string {
  const ip = parseIp(text)
  if (ip?.zone === '') return ip.host
  throw new TypeError(
    `Cannot make a virtual network: the address ${JSON.stringify(text)} of the name ${JSON.stringify(name)} is not an IP address`,
  )
}
