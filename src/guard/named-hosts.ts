/** Names in rules of a policy. */
import type { Address } from '../base/address.js'
import { canonicalName } from '../base/host-text.js'
import { familyOf, isSpecialIp, parseIp } from '../base/ip.js'
import type { LookupFamily } from '../host/contract/lookup.js'

/** Takes the result of a lookup: the addresses in the answer; none if the name no longer exists. */
export type Learn = (hosts: readonly string[]) => void

/**
 * The names that rules contain instead of addresses, and the addresses that lookups of the guest have returned for
 * them. The latest answer determines the addresses of a name: a name that has moved no longer grants its old
 * addresses. If a guest looks up a name several times at once, it may use each of the answers.
 */
export class NamedHosts {
  readonly #names = new Map<string, Named>()

  /** The number of names. */
  get size(): number {
    return this.#names.size
  }

  /** Adds a rule. */
  add(name: string, port: number): void {
    const key = canonicalName(name)
    const named = this.#names.get(key) ?? new Named()
    named.ports.add(port)
    this.#names.set(key, named)
  }

  /** Whether a rule contains the name. */
  has(name: string): boolean {
    return this.#names.has(canonicalName(name))
  }

  /** Must be called when a lookup of a name starts. @returns a function that must be called with the answer */
  ask(name: string, family: LookupFamily): Learn {
    return this.#names.get(canonicalName(name))?.ask(family) ?? (() => {})
  }

  /** Whether the address belongs to such a name, and a rule has its port. */
  grants(address: Address): boolean {
    if (address.family === 'ipv6' && address.scopeId !== 0) return false
    for (const named of this.#names.values()) {
      if (named.ports.has(address.port) && named.leadsTo(address.host)) return true
    }
    return false
  }
}

/** An answer to a lookup. */
interface Answer {
  /** The time of the answer on the name's logical clock, which counts lookups and answers. */
  readonly at: number
  readonly hosts: readonly string[]
}

/** A name, its ports, and the current answers. */
class Named {
  readonly ports = new Set<number>()
  #answers: readonly Answer[] = []
  #time = 0

  leadsTo(host: string): boolean {
    return this.#answers.some(({ hosts }) => hosts.includes(host))
  }

  /** Starts a lookup. Its answer replaces the answers that had arrived before the lookup started. */
  ask(family: LookupFamily): Learn {
    const asked = this.#time++
    const isReplaced = (host: string): boolean => family === 'any' || family === familyOf(host)
    return (texts) => {
      const kept = this.#answers.map(({ at, hosts }) => ({
        at,
        hosts: at < asked ? hosts.filter((host) => !isReplaced(host)) : hosts,
      }))
      const told = { at: this.#time++, hosts: texts.flatMap((text) => granted(text) ?? []) }
      this.#answers = [...kept, told].filter(({ hosts }) => hosts.length > 0)
    }
  }
}

/**
 * The address in an answer; `undefined` if it is not an address, or is one of this machine or its link. Since the
 * owner of a name may point it anywhere (DNS rebinding), such addresses require a rule with the address.
 */
function granted(text: string): string | undefined {
  const ip = parseIp(text)
  return ip === undefined || ip.zone !== '' || isSpecialIp(ip.host) ? undefined : ip.host
}
