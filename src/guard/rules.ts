/** Rules of a policy: how they are written, and what names among them have turned out to mean. */
import ipaddr from 'ipaddr.js'
import type { Address, SocketAddress } from '../abi/address.js'
import { textOf } from '../abi/unix-path.js'

/**
 * An address as rules have it: `127.0.0.1:80`, `[::1]:80`, `[fe80::1%2]:80` where it has a scope; `unix:/path`, or `unix:@name`
 * for an abstract one.
 */
export function formatEndpoint(address: SocketAddress): string {
  if (address.family === 'unix') return `unix:${textOf(address.path).replace(/^\0/, '@')}`
  const { family, host, port } = address
  if (family === 'ipv4') return `${host}:${port}`
  return `[${host}${address.scopeId === 0 ? '' : `%${address.scopeId}`}]:${port}`
}

/** The names that rules have instead of addresses, and the addresses that a guest was told for them. */
export class NamedHosts {
  readonly #ports = new Map<string, Set<number>>()
  readonly #learned = new Set<string>()

  /** How many names there are. */
  get size(): number {
    return this.#ports.size
  }

  /** Takes a rule. */
  add(name: string, port: number): void {
    const key = canonical(name)
    const ports = this.#ports.get(key)
    if (ports === undefined) this.#ports.set(key, new Set([port]))
    else ports.add(port)
  }

  /** Whether some rule has the name. */
  has(name: string): boolean {
    return this.#ports.has(canonical(name))
  }

  /** Remembers that these are the name's addresses. */
  learn(name: string, hosts: readonly string[]): void {
    for (const port of this.#ports.get(canonical(name)) ?? []) {
      for (const host of hosts) this.#learned.add(endpoint(host, port))
    }
  }

  /** Whether it is the address of such a name, with a port that a rule has. */
  grants(address: Address): boolean {
    return this.#learned.has(formatEndpoint(address))
  }
}

/**
 * Reads rules into the form that {@link formatEndpoint} gives them.
 *
 * @param rules - checked here: who grants a list in text would grant its letters
 * @param names - takes those that have a name for a host; `undefined` where there must be none
 * @throws {TypeError} when there is no list, or one in it is no rule
 */
export function readRules(rules: readonly string[], names: NamedHosts | undefined): ReadonlySet<string> {
  if (!Array.isArray(rules)) throw new TypeError(`${JSON.stringify(rules)} is no list of rules: give ['127.0.0.1:80']`)
  const read = new Set<string>()
  for (const rule of rules) {
    if (typeof rule !== 'string') throw new TypeError(wrong(rule, names !== undefined))
    const [, v6, host, digits = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(rule) ?? []
    const port = Number(digits)
    if (rule === '*' || (rule.startsWith('unix:') && rule.length > 5)) read.add(rule)
    else if (host === 'localhost' && port <= PORT_MAX) {
      for (const loopback of ['127.0.0.1', '::1']) read.add(endpoint(loopback, port))
    } else if (isAddress(v6 ?? '', host ?? '') && port <= PORT_MAX) read.add(endpoint(v6 ?? host ?? '', port))
    else if (names !== undefined && isName(host) && port <= PORT_MAX) names.add(host, port)
    else throw new TypeError(wrong(rule, names !== undefined))
  }
  return read
}

const PORT_MAX = 65_535

function isAddress(v6: string, v4: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(v4) || ipaddr.IPv6.isValid(v6)
}

/** Labels of letters, digits and hyphens, the last one with a letter (RFC 1123, section 2.1); an underscore is common. */
function isName(host: string | undefined): host is string {
  return host !== undefined && /^([a-z\d_-]{1,63}\.)*(?=[^.]*[a-z])[a-z\d_-]{1,63}\.?$/i.test(host)
}

function wrong(rule: unknown, mayBeName: boolean): string {
  const kinds = mayBeName ? 'an address in numbers, or a name' : 'an address in numbers'
  return `${JSON.stringify(rule)} is no address: give HOST:PORT with ${kinds}, as 127.0.0.1:80 or [::1]:80, unix:/path, or *`
}

function endpoint(host: string, port: number): string {
  if (!host.includes(':')) return `${ipaddr.IPv4.parse(host)}:${port}`
  const { parts, zoneId } = ipaddr.IPv6.parse(host)
  return `[${new ipaddr.IPv6(parts).toRFC5952String()}${zoneId === undefined ? '' : `%${zoneId}`}]:${port}`
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}
