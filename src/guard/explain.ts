/** Says what rules decide, without asking name servers or a broker. */
import type { Address, SocketAddress } from '../base/address.js'
import { zoneIndex } from '../base/ip.js'
import { type IpRange, isSingle } from '../base/ip-range.js'
import { type Attempt, attemptOn, type Decision, decidedBy, lookupOf, nameRule, refused } from './decision.js'
import type { Action, Rule, Verdict } from './rules/rule.js'
import { RuleSet } from './rules/rule-set.js'
import { namesPath, readText, readUnix } from './rules/rule-text.js'

/** A question to {@link Policy.explain}. */
export interface PolicyQuestion {
  /** What the guest would attempt. */
  readonly action: Action
  /**
   * What the action is about: `10.0.0.1:443`, `[::1]:443`, `db.example.com:443`, `unix:/path`, `service:name`; to
   * `resolve`, a name or an address without a port.
   */
  readonly address: string
  /** `tcp` by default; `udp` to send. */
  readonly protocol?: 'tcp' | 'udp'
}

/** An answer of {@link Policy.explain}. */
export interface Explanation extends Decision {
  /** For a refusal, what would allow the attempt: a rule to add, or one to remove. */
  readonly remedy: string | undefined
}

/** What the address of a question means. */
type Place =
  | { readonly kind: 'address'; readonly address: SocketAddress }
  | { readonly kind: 'name'; readonly name: string; readonly port: number }

/** Answers a question. @throws {TypeError} when its address is not valid */
export function explain(all: readonly Rule[], { action, address: text, protocol }: PolicyQuestion): Explanation {
  const rules = new RuleSet(all, () => 0)
  const place = readPlace(text, action)
  if (action === 'resolve')
    return answer(
      lookupOf(text),
      either((verdict) => byLookup(rules, verdict, place)),
    )
  const usual = protocol ?? (action === 'send' ? 'udp' : 'tcp')
  if (place.kind === 'address') {
    const attempt = {
      action,
      protocol: place.address.family === 'unix' ? 'unix' : usual,
      address: place.address,
    } as const
    return answer(
      attemptOn(action, attempt.protocol, place.address),
      either((verdict) => rules.byAddress(verdict, attempt)),
    )
  }
  const { name, port } = place
  // The lookup comes first.
  const denied = rules.byLookup('deny', name)
  const found = either((verdict) => rules.byName(verdict, { action, protocol: usual, name, port, host: undefined }))
  return answer({ action, protocol: usual, target: text, names: [name] }, denied ?? found)
}

/** The rule that decides: deny wins. */
function either(find: (verdict: Verdict) => Rule | undefined): Rule | undefined {
  return find('deny') ?? find('allow')
}

function byLookup(rules: RuleSet, verdict: Verdict, place: Place): Rule | undefined {
  if (place.kind === 'name') return rules.byLookup(verdict, place.name)
  return place.address.family === 'unix' ? undefined : rules.byReverse(verdict, place.address.host)
}

function answer(attempt: Attempt, rule: Rule | undefined): Explanation {
  const { action, target } = attempt
  if (rule === undefined) {
    return { ...refused(attempt), remedy: `add the rule "allow ${action} ${target}"` }
  }
  const remedy = rule.verdict === 'deny' ? `remove the rule ${JSON.stringify(nameRule(rule))}` : undefined
  return { ...decidedBy(attempt, rule), remedy }
}

/** Reads an address in the syntax of rules, which has to be a single one, with a port unless it is looked up. */
function readPlace(text: string, action: Action): Place {
  if (namesPath(text)) return { kind: 'address', address: readUnix(text) }
  const [{ target, ports } = { target: undefined, ports: undefined }] = readText(text)
  const [first, last] = ports?.[0] ?? (action === 'resolve' ? [0, 0] : [])
  if (first !== undefined && first === last && (ports?.length ?? 1) === 1) {
    if (target?.kind === 'name' && !target.pattern.startsWith('*'))
      return { kind: 'name', name: target.pattern, port: first }
    if (target?.kind === 'range' && isSingle(target.range)) {
      return { kind: 'address', address: addressOf(target.range, target.zone, first) }
    }
  }
  const form = action === 'resolve' ? 'a name or an address' : 'HOST:PORT with one port, unix:/path or service:name'
  throw new TypeError(`Cannot explain ${JSON.stringify(text)}: it is not a single address; give ${form}`)
}

function addressOf({ family, host }: IpRange, zone: string, port: number): Address {
  if (family === 'ipv4') return { family, host, port }
  return { family, host, port, flowInfo: 0, scopeId: zoneIndex(zone, () => 0) ?? 0 }
}
