/** The form of a policy's rules on a command line: `--allow-connect=RULE,RULE` and `--deny-connect=RULE`. */
import { readRule } from './policy-rules.js'
import { ACTIONS, type Action, type Rule, type Verdict } from './rule.js'

const VERDICTS = ['allow', 'deny'] as const satisfies readonly Verdict[]

/** A flag, by its name: `allow-connect`. */
export type RuleFlag = `${Verdict}-${Action}`

/** All flags, in the order in which they are listed. */
export const RULE_FLAGS: readonly RuleFlag[] = VERDICTS.flatMap((verdict) =>
  ACTIONS.map((action) => `${verdict}-${action}` as const),
)

/**
 * Reads the value of a flag: rules with commas between them. A part that is only a port belongs to the ports of the
 * rule before it (`tcp://*.internal:5432,6432`). A path may contain commas; it is alone in its flag.
 *
 * @throws {TypeError} when a part is not a rule
 */
export function readFlag(flag: RuleFlag, value: string): readonly Rule[] {
  const [verdict, action] = namesOf(flag)
  return splitRules(value).flatMap((text) => readRule(text, action, verdict))
}

/** Rules as flags. A command line has no place for their comments. */
export function writeFlags(rules: readonly Rule[]): string[] {
  return rules.map(({ verdict, action, text }) => `--${verdict}-${action}=${text}`)
}

function namesOf(flag: RuleFlag): [Verdict, Action] {
  const at = flag.indexOf('-')
  const verdict = VERDICTS.find((one) => one === flag.slice(0, at))
  const action = ACTIONS.find((one) => one === flag.slice(at + 1))
  if (verdict === undefined || action === undefined) throw new TypeError(`Cannot use the flag ${flag}: it is unknown`)
  return [verdict, action]
}

function splitRules(value: string): string[] {
  if (value.startsWith('unix:')) return [value]
  const rules: string[] = []
  for (const part of value.split(',')) {
    const last = rules.pop()
    if (last === undefined) rules.push(part)
    else if (/^\d{1,5}(?:-\d{1,5})?(?:=|$)/.test(part) && /:[\d,-]+$/.test(last)) rules.push(`${last},${part}`)
    else rules.push(last, part)
  }
  return rules
}
