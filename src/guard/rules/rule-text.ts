/** The text form of rules: `[PROTOCOL://]HOST[:PORTS][=RANGE]...`, `unix:PATH` or `service:NAME`. */
import type { UnixAddress } from '../../base/address.js'
import { endpointKey } from '../../base/endpoint.js'
import { parseIp } from '../../base/ip.js'
import { formatRange, type IpRange, parseRange } from '../../base/ip-range.js'
import { isServiceName, isServicePath, SERVICE } from '../../base/service-name.js'
import { pathOf } from '../../base/unix-path.js'
import { parsePattern } from './names.js'
import { formatPorts, type Ports, parsePorts } from './ports.js'
import type { Rule, Target } from './rule.js'

/** What a text says: everything but the action, the verdict and the comment. */
export type RuleText = Omit<Rule, 'action' | 'verdict' | 'comment'>

/** The beginning of a rule about a Unix socket. */
export const UNIX = 'unix:'
const ALL = { kind: 'all' } as const

/**
 * Reads a text. `localhost` is two rules, one for each loopback address.
 *
 * @throws {TypeError} when it is no rule
 */
export function readText(text: string): readonly RuleText[] {
  const plain = { protocol: undefined, ports: undefined, resolvesTo: undefined }
  if (namesPath(text)) return [{ ...plain, target: readPath(text), text }]
  const [place = '', ...leads] = text.split('=')
  const [, scheme, rest = ''] = /^(?:(tcp|udp):\/\/)?(.*)$/s.exec(place) ?? []
  const protocol = scheme === 'tcp' || scheme === 'udp' ? scheme : undefined
  const { host, ports } = splitPorts(rest)
  const targets = ports === null ? undefined : readHost(host)
  const ranges = leads.map(parseRange)
  const resolvesTo = ranges.length > 0 ? ranges.flatMap((range) => range ?? []) : undefined
  if (targets === undefined || ports === null || ranges.includes(undefined)) throw new TypeError(wrong(text))
  return targets.map((target) => {
    const read = { protocol, ports, resolvesTo, target } as const
    return { ...read, text: formatText(read) }
  })
}

/** Reads a host: an address, a range, a name or pattern, `localhost`, or `*`. `undefined` if it is none of them. */
function readHost(host: string): readonly Target[] | undefined {
  if (host === '*') return [ALL]
  if (/^localhost\.?$/i.test(host)) return ['127.0.0.1', '::1'].flatMap((text) => readHost(text) ?? [])
  const range = parseRange(host)
  if (range !== undefined) return [{ kind: 'range', range, zone: '' }]
  const ip = parseIp(host)
  if (ip !== undefined) {
    const single = parseRange(ip.host)
    return single && [{ kind: 'range', range: single, zone: ip.zone }]
  }
  const pattern = parsePattern(host)
  return pattern === undefined ? undefined : [{ kind: 'name', pattern }]
}

/** Parts the ports from the host. IPv6 addresses with ports are in brackets; `ports` is `null` if it is wrong. */
function splitPorts(text: string): { host: string; ports: Ports | null } {
  const [, inner, bits = '', after] = /^\[([^\]]*)\](\/\d{1,3})?(?::(.*))?$/.exec(text) ?? []
  if (inner !== undefined) {
    // Brackets are for IPv6 only, so that a name in them is a mistake.
    const host = inner.includes(':') ? inner + bits : ''
    return { host, ports: after === undefined ? undefined : parsePorts(after) }
  }
  const at = text.indexOf(':')
  if (at < 0) return { host: text, ports: undefined }
  // Without brackets the last group of an address could be taken for a port.
  if (at !== text.lastIndexOf(':')) return { host: text.includes('/') ? text : '', ports: undefined }
  return { host: text.slice(0, at), ports: parsePorts(text.slice(at + 1)) }
}

function readPath(text: string): Target {
  if (text === `${UNIX}*`) return { kind: 'paths', of: 'unix' }
  if (text === `${SERVICE}*`) return { kind: 'paths', of: 'service' }
  return { kind: 'path', key: endpointKey(readUnix(text)) }
}

/** Whether a text is about sockets with paths. */
export function namesPath(text: string): boolean {
  return text.startsWith(UNIX) || text.startsWith(SERVICE)
}

/**
 * Reads `unix:PATH`: exactly this path, in the guest's notation. A leading `@` means the NUL of an abstract name. Or
 * reads `service:NAME`.
 *
 * @throws {TypeError} when it does not name a socket
 */
export function readUnix(text: string): UnixAddress {
  if (text.startsWith(SERVICE)) return readService(text)
  const path = pathOf(text.slice(UNIX.length))
  if (path === '' || /\p{Cs}/u.test(text)) {
    throw new TypeError(`Cannot use the rule ${JSON.stringify(text)}: it does not name a socket; give unix:/path`)
  }
  if (isServicePath(path)) {
    throw new TypeError(
      `Cannot use the rule ${JSON.stringify(text)}: the path is that of a service; give ${path}, or ${UNIX}./${path} for a file`,
    )
  }
  return { family: 'unix', path: path.startsWith('@') ? `\0${path.slice(1)}` : path }
}

function readService(path: string): UnixAddress {
  if (isServiceName(path.slice(SERVICE.length))) return { family: 'unix', path }
  throw new TypeError(
    `Cannot use the rule ${JSON.stringify(path)}: it does not name a service; give ${SERVICE}NAME with a letter first, or ` +
      'tcp:// before a host that is named "service"',
  )
}

/** Formats everything but a path as {@link readText} reads it. */
export function formatText({ protocol, target, ports, resolvesTo }: Omit<RuleText, 'text'>): string {
  const scheme = protocol === undefined ? '' : `${protocol}://`
  const suffix = ports === undefined ? '' : `:${formatPorts(ports)}`
  return (
    scheme + formatHost(target) + suffix + (resolvesTo ?? []).map((range: IpRange) => `=${formatRange(range)}`).join('')
  )
}

/** Formats the host of a rule: with brackets if it is an IPv6 address. */
export function formatHost(target: Target): string {
  if (target.kind === 'name') return target.pattern
  if (target.kind !== 'range') return '*'
  const host = formatRange(target.range)
  if (target.range.family === 'ipv4') return host
  return `[${host}${target.zone === '' ? '' : `%${target.zone}`}]`
}

function wrong(text: string): string {
  return (
    `Cannot use the rule ${JSON.stringify(text)}: it is not an address; give HOST:PORT with an address, a range or a ` +
    'name, such as 127.0.0.1:80, [::1]:80, 10.0.0.0/8:443 or *.example.com:443, or give unix:/path, service:name, or *'
  )
}
