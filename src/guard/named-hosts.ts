/** Names that a guest has looked up, and the addresses in the answers. */
import { canonicalName } from '../base/host-text.js'
import { familyOf, parseIp, unmappedIp } from '../base/ip.js'
import type { LookupFamily } from '../host/contract/lookup.js'

/** Takes the result of a lookup: the addresses in the answer; none if the name no longer exists. */
export type Learn = (hosts: readonly string[]) => void

/** How many names are remembered; the one that was looked up longest ago is forgotten first. */
const MOST_NAMES = 1024

const NONE: readonly string[] = []

/**
 * The addresses that lookups of the guest have returned, by name. The latest answer determines the addresses of a
 * name: a name that has moved no longer leads to its old addresses. If a guest looks up a name several times at once,
 * each of the answers counts.
 */
export class NamedHosts {
  readonly #names = new Map<string, Named>()

  /** Must be called when a lookup of a name starts. @returns a function that must be called with the answer */
  ask(name: string, family: LookupFamily): Learn {
    const key = canonicalName(name)
    const named = this.#names.get(key) ?? new Named()
    this.#names.delete(key)
    this.#names.set(key, named)
    const [oldest] = this.#names.keys()
    if (oldest !== undefined && this.#names.size > MOST_NAMES) this.#names.delete(oldest)
    return named.ask(family)
  }

  /** The names that lead to an address. */
  leadingTo(host: string): readonly string[] {
    if (this.#names.size === 0) return NONE
    return [...this.#names].filter(([, named]) => named.leadsTo(host)).map(([name]) => name)
  }
}

/** An answer to a lookup. */
interface Answer {
  /** The time of the answer on the name's logical clock, which counts lookups and answers. */
  readonly at: number
  readonly hosts: readonly string[]
}

/** The current answers of a name. */
class Named {
  #answers: readonly Answer[] = []
  #time = 0

  leadsTo(host: string): boolean {
    const address = unmappedIp(host)
    return this.#answers.some(({ hosts }) => hosts.some((one) => unmappedIp(one) === address))
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
      const told = { at: this.#time++, hosts: texts.flatMap((text) => plain(text) ?? []) }
      this.#answers = [...kept, told].filter(({ hosts }) => hosts.length > 0)
    }
  }
}

/** The address in an answer; `undefined` if it is none, or is one of a link. */
function plain(text: string): string | undefined {
  const ip = parseIp(text)
  return ip === undefined || ip.zone !== '' ? undefined : ip.host
}
