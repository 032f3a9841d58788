/** Decisions of a policy as lines of JSON. */
import type { Decision } from './decision.js'
import type { Action, Protocol, Verdict } from './rules/rule.js'

/** A line of an audit log, as an object. */
export interface AuditLine {
  /** When it happened: ISO 8601, in UTC. */
  readonly time: string
  /** The name of the guest. */
  readonly guest: string
  /** See {@link Attempt.action}. */
  readonly action: Action
  /** Absent for lookups. */
  readonly protocol?: Protocol
  /** See {@link Attempt.target}. */
  readonly target: string
  /** See {@link Decision.verdict}. */
  readonly verdict: Verdict
  /** See {@link Decision.rule}. */
  readonly rule?: string
  /** See {@link Decision.comment}. */
  readonly comment?: string
  /** See {@link Decision.reason}. */
  readonly reason: string
  /** See {@link Decision.omitted}. */
  readonly omitted?: number
  /** How many more such decisions there were after the line that told the first one; absent in that line. */
  readonly count?: number
}

/** Where an audit log goes, and what it says of the guest. */
export interface AuditOptions {
  /** The name of the guest in each line. */
  readonly guest: string
  /** Receives each line, with the newline. */
  readonly write: (line: string) => void
  /** The wall clock in milliseconds since 1970, such as `() => host.wallClock()`. */
  readonly now: () => number
}

/** An audit log of one guest. */
export interface AuditLog {
  /** Takes a decision: the `onDecision` of {@link PolicyHooks}. */
  readonly add: (decision: Decision) => void
  /** Writes how often decisions were repeated. To be called at the end, and as often as the counts are wanted. */
  readonly flush: () => void
}

/** How many different decisions are told apart; the one made longest ago is forgotten first, with its count written. */
const MOST = 1000

/**
 * Writes the decisions of a policy as lines of JSON ({@link AuditLine}). Of a refusal, and of messages sent and peers
 * accepted, which may be millions, the first is written at once and repetitions are counted.
 *
 * @example
 * ```ts
 * import { auditLog, policyHost, virtualHost } from 'libuv-wasm'
 *
 * const show = (line: string): void => {
 *   const { action, target, verdict, count } = JSON.parse(line)
 *   console.log(action, target, verdict, count)
 * }
 * const audit = auditLog({ guest: 'proxy', write: show, now: () => 0 })
 * const host = policyHost(virtualHost(), {}, { onDecision: audit.add })
 * for (let attempt = 0; attempt < 3; attempt++) {
 *   try {
 *     host.lookup('example.com', 'any', { onAnswer() {}, onError() {} })
 *   } catch {}
 * }
 * audit.flush()
 * ```
 * ```text
 * resolve example.com deny undefined
 * resolve example.com deny 2
 * ```
 */
export function auditLog({ guest, write, now }: AuditOptions): AuditLog {
  const told = new Map<string, { readonly decision: Decision; count: number }>()

  const print = (
    { action, protocol, target, verdict, rule, comment, reason, omitted }: Decision,
    count?: number,
  ): void => {
    // In this order; what is undefined is left out.
    const line = {
      time: new Date(now()).toISOString(),
      guest,
      action,
      protocol,
      target,
      verdict,
      rule,
      comment,
      reason,
      omitted,
    }
    write(`${JSON.stringify({ ...line, count })}\n`)
  }
  const settle = (key: string): void => {
    const known = told.get(key)
    if (known === undefined || known.count === 0) return
    print(known.decision, known.count)
    known.count = 0
  }
  const forget = (key: string): void => {
    settle(key)
    told.delete(key)
  }

  return {
    add(decision) {
      if (!isCounted(decision)) {
        print(decision)
        return
      }
      const key = JSON.stringify([decision.action, decision.protocol, decision.target, decision.rule, decision.reason])
      const known = told.get(key)
      if (known !== undefined) known.count++
      else {
        print(decision)
        told.set(key, { decision, count: 0 })
        const [oldest] = told.keys()
        if (oldest !== undefined && told.size > MOST) forget(oldest)
      }
    },
    flush() {
      for (const key of told.keys()) settle(key)
    },
  }
}

function isCounted({ verdict, action }: Decision): boolean {
  return verdict === 'deny' || action === 'send' || action === 'accept'
}
