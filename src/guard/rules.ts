/** The syntax of a policy's rules, and their conversion to keys. */
import { endpointKey, formatHostPort, hostWithScope } from '../base/endpoint.js'
import { readHost } from '../base/host-text.js'
import { type Ip, zoneIndex } from '../base/ip.js'
import { pathOf } from '../base/unix-path.js'
import type { NamedHosts } from './named-hosts.js'

/** The context in which rules are read. */
export interface RuleReader {
  /** Takes the rules that have a name as their host; `undefined` if names are not allowed. */
  readonly names: NamedHosts | undefined
  /**
   * Returns the index of an interface of the host, which rules may refer to by name; `undefined` if it does not exist.
   */
  readonly interfaceOf: (name: string) => number | undefined
}

/**
 * Converts rules to the form that {@link endpointKey} gives addresses.
 *
 * @param rules - checked here: a string in place of a list would grant each of its characters
 * @throws {TypeError} when `rules` is not a list, or one of its elements is not a rule
 */
export function readRules(rules: readonly string[], reader: RuleReader): ReadonlySet<string> {
  if (!Array.isArray(rules)) {
    throw new TypeError(`Cannot use the policy: ${JSON.stringify(rules)} is not a list of rules; give ['127.0.0.1:80']`)
  }
  return new Set(rules.flatMap((rule) => readRule(rule, reader)))
}

/** The keys that a rule grants; none if it has a name, which `names` takes. */
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

/** The key of exactly this path, in the guest's notation. A leading `@` means the NUL of an abstract name. */
function pathKey(rule: string): string {
  const path = pathOf(rule.slice(UNIX.length))
  const bytes = path.startsWith('@') ? `\0${path.slice(1)}` : path
  if (path === '' || /\p{Cs}/u.test(rule)) {
    throw new TypeError(`Cannot use the rule ${JSON.stringify(rule)}: it does not name a socket; give unix:/path`)
  }
  return endpointKey({ family: 'unix', path: bytes })
}

/** The key of an address. Its zone is converted to a number, as in every address that a guest requests. */
function addressKey({ host, zone }: Ip, port: number, interfaceOf: RuleReader['interfaceOf'], rule: string): string {
  const scopeId = zoneIndex(zone, interfaceOf)
  if (scopeId !== undefined) return formatHostPort(hostWithScope(host, scopeId), port)
  throw new TypeError(
    `Cannot use the rule ${JSON.stringify(rule)}: its zone is not an interface of the host; give the interface's number`,
  )
}

function wrong(rule: unknown, names: NamedHosts | undefined): string {
  const kinds = names === undefined ? 'a numeric address' : 'a numeric address or a name'
  return `Cannot use the rule ${JSON.stringify(rule)}: it is not an address; give HOST:PORT with ${kinds}, such as 127.0.0.1:80 or [::1]:80, unix:/path, or *`
}
