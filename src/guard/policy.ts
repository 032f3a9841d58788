/** Policies: what a guest may do on a network, in forms that convert to each other. */
import { type Explanation, explain, type PolicyQuestion } from './explain.js'
import { RULE_FLAGS, readFlag, writeFlags } from './rules/policy-flags.js'
import { type PolicyRules, readPolicyRules, writePolicyRules } from './rules/policy-rules.js'
import type { Rule } from './rules/rule.js'

/**
 * The access granted to a guest. Each rule allows or denies one kind of action; what no rule allows is refused, and a
 * rule that denies wins over all that allow. Guests see a refusal as `EACCES`.
 *
 * - An address means exactly that address in the form in which the guest requests it: port 0 a free port, `0.0.0.0`
 *   every interface. Only an IPv4-mapped address is taken for the IPv4 address. A range, `10.0.0.0/8`, means all its
 *   addresses, and `localhost` both loopback addresses.
 * - A rule that denies a range also denies the IPv6 addresses that lead into it (NAT64, 6to4), and listening on all
 *   addresses where one of them is denied.
 * - A name, `db.example.com`, and a pattern, `*.example.com`, allow the lookup of the name and connections to the
 *   addresses in the latest answer. Since the owner of a name may point it anywhere, internal addresses in the answer
 *   are withheld, unless the rule says to which ranges the name may lead: `db.internal:5432=10.0.0.0/8`.
 * - `unix:/path` is the name of a socket in the form in which the guest requests it, byte for byte; the file system
 *   resolves symbolic links. `unix:@name` is an abstract name, `unix:./@name` the file `@name`, and `unix:*` means all.
 * - `service:name` is a service that the host application offers to the guest, and `service:*` means all. A guest may
 *   listen on services unless a rule denies it: only its host application reaches them.
 *
 * @example
 * ```ts
 * import { Policy } from 'libuv-wasm'
 *
 * const policy = new Policy({
 *   connect: [{ host: '*.example.com', port: 443, comment: 'the API' }],
 *   deny: { connect: ['169.254.0.0/16'] },
 * })
 * console.log(policy.toFlags().join(' '))
 * console.log(policy.explain({ action: 'connect', address: '10.0.0.1:443' }).remedy)
 * ```
 * ```text
 * --allow-connect=*.example.com:443 --deny-connect=169.254.0.0/16
 * add the rule "allow connect 10.0.0.1:443"
 * ```
 */
export class Policy {
  /** All rules, those that allow before those that deny. */
  readonly rules: readonly Rule[]

  /**
   * @param rules - or a policy, maybe one of another copy of this package
   * @throws {TypeError} when something in the rules is not valid; the message names it, and the remedy
   */
  constructor(rules: PolicyRules | Policy = {}) {
    this.rules = readPolicyRules(isPolicy(rules) ? rules.toJSON() : rules)
  }

  /**
   * Reads the JSON form: an object like the argument of the constructor. `policy.schema.json` of this package describes
   * it; a property `$schema` may name that file.
   *
   * @throws {TypeError} when the text is not JSON, or not a policy
   */
  static parse(text: string): Policy {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (error) {
      throw new TypeError(`Cannot read the policy: ${error instanceof Error ? error.message : error}; give JSON`)
    }
    if (typeof value !== 'object' || value === null || !('$schema' in value)) return new Policy(value as PolicyRules)
    const { $schema: _, ...rules } = value
    return new Policy(rules)
  }

  /**
   * Reads flags such as `--allow-connect=10.0.0.0/8:443,example.com:80`: a verdict, an action, and rules.
   *
   * @throws {TypeError} when one is not such a flag, or a rule in it is not valid
   */
  static fromFlags(flags: readonly string[]): Policy {
    const rules = flags.flatMap((text) => {
      const [, name, value = ''] = /^--([a-z-]+)=(.*)$/s.exec(text) ?? []
      const flag = RULE_FLAGS.find((one) => one === name)
      if (flag !== undefined) return readFlag(flag, value)
      throw new TypeError(
        `Cannot read the flag ${JSON.stringify(text)}: it is not one of a policy; give --${RULE_FLAGS.join('=, --')}=`,
      )
    })
    return new Policy(writePolicyRules(rules))
  }

  /** A policy with the rules of both. */
  with(other: Policy): Policy {
    return new Policy(writePolicyRules([...this.rules, ...other.rules]))
  }

  /** The object form, in which each rule has one action. */
  toJSON(): PolicyRules {
    return writePolicyRules(this.rules)
  }

  /** The flags of the command, without comments. */
  toFlags(): string[] {
    return writeFlags(this.rules)
  }

  /**
   * Says what the policy decides, and why, without asking name servers or a broker.
   *
   * @throws {TypeError} when the address is not valid
   */
  explain(question: PolicyQuestion): Explanation {
    return explain(this.rules, question)
  }
}

/** Checked by capability, since it may come from another copy of this package. */
export function isPolicy(value: object): value is Policy {
  return value !== null && typeof value === 'object' && 'toJSON' in value && typeof value.toJSON === 'function'
}
