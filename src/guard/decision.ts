/** What a policy has decided. */
import type { SocketAddress } from '../base/address.js'
import { formatEndpoint } from '../base/endpoint.js'
import type { Action, Protocol, Rule, Verdict } from './rules/rule.js'

/** What a guest attempts. */
export interface Attempt {
  /** What kind of attempt it is. */
  readonly action: Action
  /** `undefined` for lookups. */
  readonly protocol: Protocol | undefined
  /** The address: `127.0.0.1:80`, `[::1]:80`, `unix:/path`; for lookups a name, or an address without a port. */
  readonly target: string
  /** The names that the guest looked up and that lead to the address; empty unless it connects or sends. */
  readonly names: readonly string[]
}

/** A decision about an attempt. */
export interface Decision extends Attempt {
  /** Whether the attempt goes on. */
  readonly verdict: Verdict
  /** The rule that decided, such as `allow connect 10.0.0.0/8:443`; `undefined` if none did, or the broker. */
  readonly rule: string | undefined
  /** The comment of that rule. */
  readonly comment: string | undefined
  /** A sentence without a period, such as `no rule allows it`. */
  readonly reason: string
  /** How many refusals before this one were not told, since there were too many; absent for none. */
  readonly omitted?: number
}

/** A decision whose verdict is `deny`. */
export interface Refusal extends Decision {
  readonly verdict: 'deny'
}

/** The text of a rule with its verdict and its action. */
export function nameRule({ verdict, action, text }: Rule): string {
  return `${verdict} ${action} ${text}`
}

/** The attempt to use an address. */
export function attemptOn(
  action: Action,
  protocol: Protocol,
  address: SocketAddress,
  names: readonly string[] = [],
): Attempt {
  return { action, protocol, target: formatEndpoint(address), names }
}

/** The attempt to look something up. */
export function lookupOf(target: string): Attempt {
  return { action: 'resolve', protocol: undefined, target, names: [] }
}

/** A decision that a rule makes. */
export function decidedBy(attempt: Attempt, rule: Rule): Decision {
  const reason = rule.verdict === 'allow' ? 'a rule allows it' : 'a rule denies it'
  return { ...attempt, verdict: rule.verdict, rule: nameRule(rule), comment: rule.comment, reason }
}

/** The reason of a refusal where no rule decides. */
export const UNGRANTED = 'no rule allows it'

/** A refusal for another reason than a rule. */
export function refused(attempt: Attempt, reason: string = UNGRANTED): Refusal {
  return { ...attempt, verdict: 'deny', rule: undefined, comment: undefined, reason }
}

/** Whether a decision is a refusal. */
export function isRefusal(decision: Decision): decision is Refusal {
  return decision.verdict === 'deny'
}

const PHRASES: Readonly<Record<Action, string>> = {
  connect: 'connect to',
  listen: 'listen on',
  accept: 'accept',
  send: 'send to',
  resolve: 'look up',
}

/** An attempt in words: `connect to 127.0.0.1:80`. */
export function describe({ action, target }: Attempt): string {
  return `${PHRASES[action]} ${target}`
}
