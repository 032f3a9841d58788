/** Which rules apply to what a guest attempts. */
import type { SocketAddress } from '../../base/address.js'
import { endpointKey } from '../../base/endpoint.js'
import { isWildcardIp, unmappedIp, zoneIndex } from '../../base/ip.js'
import { isInRange, isSingle, touchesRange } from '../../base/ip-range.js'
import { isServicePath, SERVICE } from '../../base/service-name.js'
import { isInternalIp } from './internal-ranges.js'
import { matchesPattern } from './names.js'
import { hasPort } from './ports.js'
import type { Action, Protocol, Rule, Target, Verdict } from './rule.js'

/** An attempt that an address decides. */
export interface AddressAttempt {
  readonly action: Exclude<Action, 'resolve'>
  readonly protocol: Protocol
  readonly address: SocketAddress
}

/** An attempt that a name decides, which has led to its address. */
export interface NameAttempt {
  readonly action: Exclude<Action, 'resolve'>
  readonly protocol: Protocol
  readonly name: string
  readonly port: number
  /** The address; `undefined` while it is not known. */
  readonly host: string | undefined
}

const LOOPBACK = { ipv4: '127.0.0.1', ipv6: '::1' } as const

/** A guest may listen on services of its own: only its host application can connect there. */
const OWN_SERVICES: Rule = {
  verdict: 'allow',
  action: 'listen',
  protocol: undefined,
  target: { kind: 'paths', of: 'service' },
  ports: undefined,
  resolvesTo: undefined,
  comment: 'only the host application can connect there',
  text: `${SERVICE}*`,
}

/** Returns the index of an interface by its name; `undefined` if there is none. */
export type InterfaceOf = (name: string) => number | undefined

/** The rules of a policy, where the names of interfaces are known. */
export class RuleSet {
  /** The given rules, and last the one that every policy has. */
  readonly rules: readonly Rule[]
  /** The interfaces that rules refer to, by name. */
  readonly interfaces = new Map<string, number>()
  readonly #scopes = new Map<Target, number>()

  /** @throws {TypeError} when a rule has a zone that is not an interface */
  constructor(rules: readonly Rule[], interfaceOf: InterfaceOf) {
    this.rules = [...rules, OWN_SERVICES]
    for (const { target, text } of rules) {
      if (target.kind === 'range' && target.zone !== '')
        this.#scopes.set(target, this.#scopeOf(target.zone, text, interfaceOf))
    }
  }

  /** The first rule with that verdict that an attempt matches by its address. */
  byAddress(verdict: Verdict, attempt: AddressAttempt): Rule | undefined {
    return this.rules.find((rule) => rule.verdict === verdict && covers(rule, attempt) && this.#matches(rule, attempt))
  }

  /** The first rule with that verdict that an attempt matches by a name. */
  byName(verdict: Verdict, attempt: NameAttempt): Rule | undefined {
    const { name, port, host } = attempt
    return this.rules.find(
      (rule) =>
        rule.verdict === verdict &&
        rule.target.kind === 'name' &&
        covers(rule, attempt) &&
        matchesPattern(name, rule.target.pattern) &&
        hasPort(rule.ports, port) &&
        (verdict === 'deny' || host === undefined || mayLeadTo(rule, host)),
    )
  }

  /** The first rule with that verdict for the lookup of a name. */
  byLookup(verdict: Verdict, name: string): Rule | undefined {
    return this.rules.find(
      (rule) =>
        rule.verdict === verdict &&
        coversLookup(rule) &&
        (rule.target.kind === 'all' || (rule.target.kind === 'name' && matchesPattern(name, rule.target.pattern))),
    )
  }

  /** The first rule with that verdict for the lookup of an address's name. */
  byReverse(verdict: Verdict, host: string): Rule | undefined {
    return this.rules.find(
      ({ verdict: own, action, target }) =>
        own === verdict &&
        action === 'resolve' &&
        (target.kind === 'all' || (target.kind === 'range' && isInRange(host, target.range))),
    )
  }

  /** Whether a guest may learn that a name leads to an address: a rule for the name, or for the address, allows it. */
  mayLearn(name: string, host: string): boolean {
    const isDenied = this.rules.some((rule) => rule.verdict === 'deny' && coversLookup(rule) && reaches(rule, host))
    return (
      !isDenied &&
      this.rules.some((rule) => {
        if (rule.verdict === 'deny' || !coversLookup(rule)) return false
        const { target } = rule
        return target.kind === 'name'
          ? matchesPattern(name, target.pattern) && mayLeadTo(rule, host)
          : target.kind === 'all' || (target.kind === 'range' && isInRange(host, target.range))
      })
    )
  }

  /** Whether a rule allows anything of these actions. */
  allowsAny(...actions: readonly Action[]): boolean {
    return this.rules.some(
      ({ verdict, action, target }) =>
        verdict === 'allow' && actions.includes(action) && target.kind !== 'path' && target.kind !== 'paths',
    )
  }

  /** Whether a rule allows one of these actions with every address. */
  allowsAll(...actions: readonly Action[]): boolean {
    return this.rules.some(
      ({ verdict, action, target }) => verdict === 'allow' && actions.includes(action) && target.kind === 'all',
    )
  }

  #matches(rule: Rule, { action, address }: AddressAttempt): boolean {
    const { target, ports, verdict } = rule
    if (address.family === 'unix') {
      if (target.kind === 'path') return target.key === endpointKey(address)
      return target.kind === 'paths' && target.of === (isServicePath(address.path) ? 'service' : 'unix')
    }
    if (!hasPort(ports, address.port) || target.kind === 'path' || target.kind === 'paths') return false
    if (target.kind !== 'range') return target.kind === 'all'
    const scope = this.#scopes.get(target)
    const given = address.family === 'ipv6' ? address.scopeId : 0
    if (verdict === 'deny') {
      return (scope === undefined || scope === given) && touches(target.range, action, address.host)
    }
    // A single address is one of the guest's own notation; all scopes are in a range.
    const isScope = isSingle(target.range) ? given === (scope ?? 0) : true
    return isScope && isInRange(address.host, target.range)
  }

  #scopeOf(zone: string, text: string, interfaceOf: InterfaceOf): number {
    const index = zoneIndex(zone, interfaceOf)
    if (index === undefined) {
      throw new TypeError(
        `Cannot use the rule ${JSON.stringify(text)}: its zone is not an interface of the host; give the interface's number`,
      )
    }
    if (!/^\d+$/.test(zone)) this.interfaces.set(zone, index)
    return index
  }
}

/** Whether a rule is about such an attempt at all: rules to connect are also about messages sent. */
function covers({ action, protocol }: Rule, attempt: Pick<AddressAttempt, 'action' | 'protocol'>): boolean {
  const isAction = action === attempt.action || (action === 'connect' && attempt.action === 'send')
  return isAction && (attempt.protocol === 'unix' || protocol === undefined || protocol === attempt.protocol)
}

/**
 * Whether a rule is about lookups. To connect to a name, it has to be looked up; but only a rule that denies every way
 * to use a name denies its lookup.
 */
function coversLookup({ action, verdict, protocol, ports }: Rule): boolean {
  if (action === 'resolve') return true
  if (action !== 'connect' && action !== 'send') return false
  return verdict === 'allow' || (action === 'connect' && protocol === undefined && ports === undefined)
}

function mayLeadTo({ resolvesTo }: Rule, host: string): boolean {
  return resolvesTo === undefined ? !isInternalIp(host) : resolvesTo.some((range) => isInRange(host, range))
}

function reaches({ target }: Rule, host: string): boolean {
  return target.kind === 'all' || (target.kind === 'range' && touches(target.range, 'connect', host))
}

/**
 * Whether a denied range is touched. Listening on all addresses means each of them, and a wildcard as a destination
 * means the machine itself.
 */
function touches(range: Extract<Target, { kind: 'range' }>['range'], action: Action, host: string): boolean {
  if (touchesRange(host, range)) return true
  if (!isWildcardIp(host)) return false
  const family = unmappedIp(host).includes(':') ? 'ipv6' : 'ipv4'
  if (action === 'listen') return family === 'ipv6' || range.family === 'ipv4'
  return isInRange(LOOPBACK[family], range)
}
