/** The names that rules have instead of addresses, and the addresses that a guest was told for them. */
import type { Address } from '../base/address.js'
import { canonicalName } from '../base/host-text.js'
import { familyOf, isSpecialIp, parseIp } from '../base/ip.js'
import type { LookupFamily } from '../host/contract/lookup.js'

/** Takes what came of a lookup: the addresses that were told; none where there is no such name any more. */
export type Learn = (hosts: readonly string[]) => void

/**
 * See the top of the file. What a name means is what the last answer said: a name that has moved leads to where it was no more.
 * A guest that asks for a name several times at once may use each of the answers.
 */
export class NamedHosts {
  readonly #names = new Map<string, Named>()

  /** How many names there are. */
  get size(): number {
    return this.#names.size
  }

  /** Takes a rule. */
  add(name: string, port: number): void {
    const key = canonicalName(name)
    const named = this.#names.get(key) ?? new Named()
    named.ports.add(port)
    this.#names.set(key, named)
  }

  /** Whether some rule has the name. */
  has(name: string): boolean {
    return this.#names.has(canonicalName(name))
  }

  /** To be called when a name is asked for. @returns to be called with the answer */
  ask(name: string, family: LookupFamily): Learn {
    return this.#names.get(canonicalName(name))?.ask(family) ?? (() => {})
  }

  /** Whether it is the address of such a name, with a port that a rule has. */
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
  /** When it came, on the name's own clock, which counts questions and answers. */
  readonly at: number
  readonly hosts: readonly string[]
}

/** One name. */
class Named {
  readonly ports = new Set<number>()
  #answers: readonly Answer[] = []
  #time = 0

  leadsTo(host: string): boolean {
    return this.#answers.some(({ hosts }) => hosts.includes(host))
  }

  /** An answer takes the place of those that had come before it was asked for. */
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
 * The address of an answer; `undefined` where it is none, or is one of this machine or its link: a name's owner may point it
 * anywhere (DNS rebinding), so there only a rule with that address leads.
 */
function granted(text: string): string | undefined {
  const ip = parseIp(text)
  return ip === undefined || ip.zone !== '' || isSpecialIp(ip.host) ? undefined : ip.host
}
