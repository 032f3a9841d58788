/** The limits of the command line: `--limit NAME=VALUE`. */
import { DEFAULT_LIMITS, type GuestLimitOptions } from '../guest/limits.js'
import { UsageError } from './command.js'

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }

/**
 * Reads limits.
 *
 * @param texts - as in `memory=1G`, `connectionsPerSecond=100/500`, or `none`
 * @throws {UsageError} when one is not of that form; unknown names are reported by the guest
 */
export function readLimits(texts: readonly string[]): GuestLimitOptions {
  const limits: Record<string, unknown> = {}
  for (const text of texts) {
    if (text === 'none') Object.assign(limits, UNLIMITED)
    else {
      const [, name = '', value = ''] = /^(\w+)=(.+)$/.exec(text) ?? []
      limits[name] = readValue(text, name, value)
    }
  }
  return limits
}

function readValue(text: string, name: string, value: string): unknown {
  const [first = '', second, ...rest] = value.split('/')
  const [one, other] = [readNumber(first), second === undefined ? undefined : readNumber(second)]
  const isRate = name.endsWith('PerSecond')
  if (
    name === '' ||
    one === undefined ||
    rest.length > 0 ||
    (second !== undefined && (other === undefined || !isRate))
  ) {
    const form = 'give NAME=NUMBER (with K, M or G), NAME=RATE/BURST for a rate, or none'
    throw new UsageError(`Cannot set --limit ${JSON.stringify(text)}: it is not a limit; ${form}`)
  }
  return isRate ? { rate: one, burst: other ?? one } : one
}

function readNumber(text: string): number | undefined {
  if (text === 'none') return Number.POSITIVE_INFINITY
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([KMG]?)$/.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits) * (UNITS[unit] ?? 1)
}

const UNLIMITED = Object.fromEntries(
  Object.entries(DEFAULT_LIMITS).map(([name, limit]) => {
    const none = Number.POSITIVE_INFINITY
    return [name, typeof limit === 'number' ? none : { rate: none, burst: none }]
  }),
)
