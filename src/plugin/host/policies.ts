/** What each plugin may do, in one object or file of JSON. */
import { Policy } from '../../guard/policy.js'
import type { PolicyRules } from '../../guard/rules/policy-rules.js'
import { ArgumentError, show } from '../../uv/errors.js'
import type { IsolationName } from '../choose-isolation.js'
import type { PluginOptions } from '../options.js'

/** What one plugin may do. */
export interface PluginPolicy {
  /** See {@link PluginOptions.grant}. */
  readonly grant?: PolicyRules
  /** See {@link PluginOptions.limits}. */
  readonly limits?: NonNullable<PluginOptions['limits']>
  /** See {@link PluginOptions.isolation}. */
  readonly isolation?: IsolationName
}

/** What plugins may do, by their names. */
export type PluginPolicies = Readonly<Record<string, PluginPolicy>>

const KEYS = ['grant', 'limits', 'isolation']

/**
 * Checks policies, which may come from a file.
 *
 * @throws {ArgumentError} when something is in them that is not known; {TypeError} when a rule is not valid
 */
export function readPolicies(given: unknown): PluginPolicies {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new ArgumentError(`Cannot use the policies ${show(given)}: give an object with one policy for each plugin`)
  const policies: Record<string, PluginPolicy> = Object.create(null)
  for (const [name, policy] of Object.entries(given)) {
    // The address of the schema, for editors.
    if (name === '$schema') continue
    const unknown = Object.keys(Object(policy)).find((key) => !KEYS.includes(key))
    if (typeof policy !== 'object' || policy === null || unknown !== undefined)
      throw new ArgumentError(
        `Cannot use the policy of ${show(name)}: ${show(unknown ?? policy)} is not valid; give ${KEYS.join(', ')}`,
      )
    void new Policy(policy.grant)
    policies[name] = policy
  }
  return policies
}
