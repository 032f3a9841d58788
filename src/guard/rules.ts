/** Rules of a policy: how they are written, and what each of them grants. */
import { endpointKey, formatHostPort, hostWithScope } from '../base/endpoint.js'
import { readHost } from '../base/host-text.js'
import { type Ip, zoneIndex } from '../base/ip.js'
import { pathOf } from '../base/unix-path.js'
import type { NamedHosts } from './named-hosts.js'

/** What rules are read with. */
export interface RuleReader {
  /** Takes the rules that have a name for a host; `undefined` where there must be none. */
  readonly names: NamedHosts | undefined
  /** The number of one of the host's interfaces, which rules may have by name; `undefined` where there is none. */
  readonly interfaceOf: (name: string) => number | undefined
}

/**
 * Reads rules into the form that {@link endpointKey} gives addresses.
 *
 * @param rules - checked here: to grant a text in place of a list would grant its letters
 * @throws {TypeError} when there is no list, or one in it is no rule
 */
export function readRules(rules: readonly string[], reader: RuleReader): ReadonlySet<string> {
  if (!Array.isArray(rules)) throw new TypeError(`${JSON.stringify(rules)} is no list of rules: give ['127.0.0.1:80']`)
  return new Set(rules.flatMap((rule) => readRule(rule, reader)))
}

/** The keys of what a rule grants; none where it has a name, which `names` takes. */
function readRule(rule: unknown, { names, interfaceOf }: RuleReader): readonly string[] {
  if (typeof rule !== 'string') throw new TypeError(wrong(rule, names))
  if (rule === '*' || rule === ALL_PATHS) return [rule]
  if (rule.startsWith(UNIX)) return [pathKey(rule)]
  const [, v6, other, digits = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(rule) ?? []
  const [host, port] = [readHost(v6 ?? other), Number(digits)]
  if (host === undefined || port > PORT_MAX) throw new TypeError(wrong(rule, names))
  if (host.kind === 'address' && (v6 !== undefined) === (host.ip.family === 'ipv6')) {
    return [addressKey(host.ip, port, interfaceOf, rule)]
  }
  if (host.kind === 'name' && v6 === undefined) {
    if (/^localhost$/i.test(host.name)) return [formatHostPort('127.0.0.1', port), formatHostPort('::1', port)]
    if (names !== undefined) {
      names.add(host.name, port)
      return []
    }
  }
  throw new TypeError(wrong(rule, names))
}

const PORT_MAX = 65_535
const UNIX = 'unix:'
const ALL_PATHS = 'unix:*'

/** The key of a path: of exactly this one, as a guest says it. `@` at the beginning stands for the NUL of an abstract name. */
function pathKey(rule: string): string {
  const path = pathOf(rule.slice(UNIX.length))
  const bytes = path.startsWith('@') ? `\0${path.slice(1)}` : path
  if (path === '' || /\p{Cs}/u.test(rule))
    throw new TypeError(`${JSON.stringify(rule)} names no socket: give unix:/path`)
  return endpointKey({ family: 'unix', path: bytes })
}

/** The key of an address: its zone is a number, as in every address that a guest asks for. */
function addressKey({ host, zone }: Ip, port: number, interfaceOf: RuleReader['interfaceOf'], rule: string): string {
  const scopeId = zoneIndex(zone, interfaceOf)
  if (scopeId !== undefined) return formatHostPort(hostWithScope(host, scopeId), port)
  throw new TypeError(
    `${JSON.stringify(rule)} has a zone that is no interface of the host: give the interface's number`,
  )
}

function wrong(rule: unknown, names: NamedHosts | undefined): string {
  const kinds = names === undefined ? 'an address in numbers' : 'an address in numbers, or a name'
  return `${JSON.stringify(rule)} is no address: give HOST:PORT with ${kinds}, as 127.0.0.1:80 or [::1]:80, unix:/path, or *`
}
