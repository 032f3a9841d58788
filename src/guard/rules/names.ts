/** Host names in rules: a name, or `*.` and a name for all names below it. */
import { canonicalName, isName } from '../../base/host-text.js'

const BELOW = '*.'

/**
 * Parses a name or a pattern. `*.example.com` means the names below `example.com` at any depth, not `example.com`.
 *
 * @returns its form in lower case without a trailing dot; `undefined` if it is neither
 */
export function parsePattern(text: string): string | undefined {
  const below = text.startsWith(BELOW)
  const name = canonicalName(below ? text.slice(BELOW.length) : text)
  return isName(name) ? (below ? BELOW : '') + name : undefined
}

/** Whether a name, in any case and with or without a trailing dot, is meant by a pattern. */
export function matchesPattern(name: string, pattern: string): boolean {
  const canonical = canonicalName(name)
  return pattern.startsWith(BELOW) ? canonical.endsWith(pattern.slice(1)) : canonical === pattern
}
