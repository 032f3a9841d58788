/** The object form of a policy's rules, which is also its form in JSON. */
import { formatRange, type IpRange, parseRange } from '../../base/ip-range.js'
import { SERVICE } from '../../base/service-name.js'
import { formatPorts } from './ports.js'
import { ACTIONS, type Action, type Rule, type Verdict } from './rule.js'
import { formatHost, readText, UNIX } from './rule-text.js'

/** A rule as an object. */
export interface RuleObject {
  /**
   * An address (`127.0.0.1`, `::1`), a range (`10.0.0.0/8`), a name (`example.com`), all names below one
   * (`*.example.com`), or `*` for all of these, which is the default.
   */
  readonly host?: string
  /** A port, or a text like `443`, `8000-8100` or `80,443`; all ports by default, and never for `resolve`. */
  readonly port?: number | string
  /** `tcp` or `udp`; both by default. */
  readonly protocol?: 'tcp' | 'udp'
  /** In place of the others: the path of a Unix socket, `@name` for an abstract one, or `*` for all. */
  readonly path?: string
  /** In place of the others: the name of a service of the host application, or `*` for all. */
  readonly service?: string
  /**
   * The only ranges that a name may lead to. By default a name may lead to every address but internal ones: of this
   * machine, its link, private networks and metadata services. The ranges grant nothing by themselves.
   */
  readonly resolvesTo?: string | readonly string[]
  /** Why the rule exists; told with each decision of the rule. */
  readonly comment?: string
}

/** A rule: an object, or the text `[tcp://|udp://]HOST[:PORTS][=RANGE]...`, `unix:PATH` or `service:NAME`. */
export type PolicyRule = string | RuleObject

/** Rules by what a guest attempts. */
export interface RulesByAction {
  /**
   * The addresses to connect to. A rule that is not only for TCP also covers messages sent there, and one with a name
   * also the lookup of the name.
   */
  readonly connect?: readonly PolicyRule[]
  /**
   * The local addresses to listen on, and to bind with a port of the guest's choice: for connections, and for messages
   * (UDP), which it may answer. Port 0 means a free port. The guest may join a multicast group if the address of the
   * group is granted here.
   */
  readonly listen?: readonly PolicyRule[]
  /** The peers whose connections and messages arrive where the guest listens; all of them if there is no such rule. */
  readonly accept?: readonly PolicyRule[]
  /** The addresses to send messages to (UDP), in addition to those of `connect`. */
  readonly send?: readonly PolicyRule[]
  /** The names to look up, and the addresses whose names may be looked up, in addition to those of `connect`. */
  readonly resolve?: readonly PolicyRule[]
}

/** The rules of a policy. What no rule allows is refused. */
export interface PolicyRules extends RulesByAction {
  /** What is refused although a rule allows it. A list applies to every action that its rules can be about. */
  readonly deny?: readonly PolicyRule[] | RulesByAction
}

const RULE_KEYS = ['host', 'port', 'protocol', 'path', 'service', 'resolvesTo', 'comment']
const POLICY_KEYS = [...ACTIONS, 'deny']

/**
 * Reads rules.
 *
 * @throws {TypeError} when something in them is not valid; the message names it, and the remedy
 */
export function readPolicyRules(policy: PolicyRules): readonly Rule[] {
  requireObject(policy, 'the policy')
  requireKeys(policy, POLICY_KEYS, 'the policy')
  const { deny = {} } = policy
  if (isList(deny)) return [...readAllowed(policy), ...deny.flatMap(readDenied)]
  requireObject(deny, 'deny')
  requireKeys(deny, ACTIONS, 'deny')
  return [...readAllowed(policy), ...readByAction(deny, 'deny', 'deny.')]
}

/** Reads one rule. @throws {TypeError} */
export function readRule(rule: PolicyRule, action: Action, verdict: Verdict): readonly Rule[] {
  return parts(rule).map((part) => {
    const made = { ...part, action, verdict }
    const fault = faultOf(made)
    if (fault === undefined) return made
    throw new TypeError(`Cannot use the rule ${JSON.stringify(rule)} to ${verdict} ${action}: ${fault}`)
  })
}

/** The rules in object form, with texts where they say everything. */
export function writePolicyRules(rules: readonly Rule[]): PolicyRules {
  const allowed = writeByAction(rules.filter(({ verdict }) => verdict === 'allow'))
  const denied = writeByAction(rules.filter(({ verdict }) => verdict === 'deny'))
  return Object.keys(denied).length > 0 ? { ...allowed, deny: denied } : allowed
}

function readAllowed(policy: RulesByAction): readonly Rule[] {
  return readByAction(policy, 'allow', '')
}

function readByAction(given: RulesByAction, verdict: Verdict, prefix: string): readonly Rule[] {
  return ACTIONS.flatMap((action) => {
    const list = given[action] ?? []
    if (isList(list)) return list.flatMap((rule) => readRule(rule, action, verdict))
    throw new TypeError(
      `Cannot use the policy: ${prefix}${action} is ${JSON.stringify(list)} and not a list; give ['127.0.0.1:80']`,
    )
  })
}

/** A rule that denies every action that it can be about. */
function readDenied(rule: PolicyRule): readonly Rule[] {
  return parts(rule).flatMap((part) =>
    ACTIONS.map((action): Rule => ({ ...part, action, verdict: 'deny' })).filter((made) => faultOf(made) === undefined),
  )
}

/** Everything in a rule but its action and its verdict. */
function parts(rule: PolicyRule): readonly Omit<Rule, 'action' | 'verdict'>[] {
  if (typeof rule === 'string') return readText(rule).map((read) => ({ ...read, comment: undefined }))
  requireObject(rule, 'a rule')
  requireKeys(rule, RULE_KEYS, `the rule ${JSON.stringify(rule)}`)
  const { resolvesTo, comment } = rule
  if (comment !== undefined && typeof comment !== 'string') throw unusable(rule, 'its comment is not a text')
  const ranges = resolvesTo === undefined ? '' : readRanges(resolvesTo, rule).map((range) => `=${formatRange(range)}`)
  return readText([textOf(rule), ...ranges].join('')).map((read) => ({ ...read, comment }))
}

function textOf(rule: RuleObject): string {
  const { host = '*', port = '*', protocol, path, service } = rule
  const name = path ?? service
  if (name !== undefined) {
    const others = [rule.host, rule.port, protocol, path === undefined ? undefined : service]
    if (typeof name === 'string' && others.every((other) => other === undefined))
      return `${path === undefined ? SERVICE : UNIX}${name}`
    throw unusable(rule, 'a path or a service has no host, port or protocol; leave them out')
  }
  if (typeof host !== 'string' || host.includes('=')) throw unusable(rule, 'its host is not an address or a name')
  if (protocol !== undefined && protocol !== 'tcp' && protocol !== 'udp')
    throw unusable(rule, 'its protocol does not exist; give "tcp" or "udp", or leave it out for both')
  if (typeof port !== 'number' && typeof port !== 'string') throw unusable(rule, 'its port is not a number or a text')
  // A host with a port of its own is refused here, and not read as something else.
  const bracketed = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  return `${protocol === undefined ? '' : `${protocol}://`}${bracketed}:${port}`
}

function readRanges(given: string | readonly string[], rule: RuleObject): readonly IpRange[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  return list.map((text) => {
    const range = typeof text === 'string' ? parseRange(text) : undefined
    if (range !== undefined) return range
    throw unusable(rule, `${JSON.stringify(text)} in resolvesTo is not a range; give "10.0.0.0/8" or an address`)
  })
}

/** What a rule cannot be about; `undefined` if nothing is wrong. */
function faultOf({ action, verdict, protocol, target, ports, resolvesTo }: Rule): string | undefined {
  const { kind } = target
  const isPath = kind === 'path' || kind === 'paths'
  if (resolvesTo !== undefined && (kind !== 'name' || verdict === 'deny')) {
    return 'resolvesTo is for rules that allow names; leave it out'
  }
  if (isPath && action !== 'connect' && action !== 'listen') return 'a path or a service is not possible; give HOST'
  if (kind === 'name' && (action === 'listen' || action === 'accept')) {
    return 'a name is not possible; give a numeric address, such as 127.0.0.1:80'
  }
  if (action === 'send' && protocol === 'tcp') return 'messages are not sent by TCP; leave tcp:// out'
  if (action === 'resolve' && (ports !== undefined || protocol !== undefined)) {
    return 'a lookup has no port and no protocol; give HOST alone'
  }
  return undefined
}

function writeByAction(rules: readonly Rule[]): RulesByAction {
  const groups = ACTIONS.map((action) => [action, rules.filter((rule) => rule.action === action)] as const)
  return Object.fromEntries(
    groups.filter(([, list]) => list.length > 0).map(([action, list]) => [action, list.map(writeRule)]),
  )
}

function writeRule(rule: Rule): PolicyRule {
  const { text, target, ports, protocol, resolvesTo, comment } = rule
  if (comment === undefined) return text
  if (target.kind === 'path' || target.kind === 'paths') {
    return text.startsWith(SERVICE)
      ? { service: text.slice(SERVICE.length), comment }
      : { path: text.slice(UNIX.length), comment }
  }
  return {
    host: formatHost(target),
    ...(ports !== undefined && { port: formatPorts(ports) }),
    ...(protocol !== undefined && { protocol }),
    ...(resolvesTo !== undefined && { resolvesTo: resolvesTo.map(formatRange) }),
    comment,
  }
}

/** Array.isArray() that also knows read-only lists. */
function isList(value: unknown): value is readonly PolicyRule[] {
  return Array.isArray(value)
}

function requireObject(value: unknown, what: string): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return
  throw new TypeError(
    `Cannot use the policy: ${what} is ${JSON.stringify(value) ?? typeof value}; give an object such as { connect: ['127.0.0.1:80'] }`,
  )
}

function requireKeys(value: object, known: readonly string[], what: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key))
  if (unknown === undefined) return
  throw new TypeError(`Cannot use the policy: ${what} has no ${JSON.stringify(unknown)}; give ${known.join(', ')}`)
}

function unusable(rule: RuleObject, fault: string): TypeError {
  return new TypeError(`Cannot use the rule ${JSON.stringify(rule)}: ${fault}`)
}
