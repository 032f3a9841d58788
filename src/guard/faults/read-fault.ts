/** Checks faults. */
import { parsePattern } from '../rules/names.js'
import { readText } from '../rules/rule-text.js'
import { FAULT_ERRORS, type Fault, type Toxic } from './faults.js'

/** What an attribute may be: a check, and its words. */
interface Kind {
  readonly is: (value: unknown) => boolean
  readonly form: string
}

/** The longest delay of a timer, in milliseconds: 24.8 days. */
const LONGEST = 2 ** 31 - 1

const isNumber = (value: unknown, low: number, high: number): boolean =>
  typeof value === 'number' && value >= low && value <= high
const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

const MILLISECONDS: Kind = { is: (value) => isNumber(value, 0, LONGEST), form: 'milliseconds from 0 to 2147483647' }
const SHIFT: Kind = { is: (value) => Number.isFinite(value), form: 'milliseconds, which may be negative' }
const RATE: Kind = { is: (value) => isNumber(value, 0, Number.MAX_VALUE) && value !== 0, form: 'a number above 0' }
const whole = (low: number): Kind => ({
  is: (value) => Number.isSafeInteger(value) && isNumber(value, low, Number.MAX_SAFE_INTEGER),
  form: `a whole number of at least ${low}`,
})
const oneOf = (values: readonly string[]): Kind => ({
  is: (value) => typeof value === 'string' && values.includes(value),
  form: values.join(', '),
})
const TEXT: Kind = { is: isText, form: 'a text that is not empty' }
const PROBABILITY: Kind = { is: (value) => isNumber(value, 0, 1), form: 'a number from 0 to 1' }
const DIRECTION = oneOf(['upstream', 'downstream', 'both'])
const PATTERN: Kind = {
  is: (value) => isText(value) && parsePattern(value) !== undefined,
  form: 'a name, such as db.test or *.db.test',
}
const POINT: Kind = {
  is: isPoint,
  form: 'milliseconds, or { upstream } or { downstream } with a number of bytes or a text, and perhaps { times }',
}

const SCOPE = { name: TEXT, toxicity: PROBABILITY, skip: whole(0), times: whole(1), after: POINT, until: POINT }
const CONNECTIONS = { ...SCOPE, on: oneOf(['connect', 'accept']), to: TEXT }
const DIRECTED = { ...CONNECTIONS, direction: DIRECTION }

/** The attributes of each kind. */
const ATTRIBUTES: Readonly<Record<Toxic, Readonly<Record<string, Kind>>>> = {
  latency: { ...DIRECTED, latency: MILLISECONDS, jitter: MILLISECONDS },
  bandwidth: { ...DIRECTED, rate: RATE },
  slow_close: { ...DIRECTED, delay: MILLISECONDS },
  timeout: { ...DIRECTED, timeout: MILLISECONDS },
  reset_peer: { ...CONNECTIONS, timeout: MILLISECONDS },
  slicer: { ...DIRECTED, average_size: whole(1), size_variation: whole(0), delay: MILLISECONDS },
  limit_data: { ...DIRECTED, bytes: whole(0) },
  refuse: { ...CONNECTIONS, error: oneOf(FAULT_ERRORS.refuse), delay: MILLISECONDS },
  partition: { ...DIRECTED, timeout: MILLISECONDS },
  hold: DIRECTED,
  short_read: { ...CONNECTIONS, size: whole(1) },
  short_write: { ...CONNECTIONS, size: whole(1) },
  accept: { ...SCOPE, to: TEXT, error: oneOf(FAULT_ERRORS.accept) },
  descriptors: { ...SCOPE, error: oneOf(FAULT_ERRORS.descriptors) },
  lookup: { ...SCOPE, host: PATTERN, error: oneOf(FAULT_ERRORS.lookup), delay: MILLISECONDS },
  clock: { ...SCOPE, wall: SHIFT, monotonic: MILLISECONDS },
}

const REQUIRED: Readonly<Partial<Record<Toxic, string>>> = {
  latency: 'latency',
  bandwidth: 'rate',
  slow_close: 'delay',
  timeout: 'timeout',
  slicer: 'average_size',
  limit_data: 'bytes',
}

/** Those that only milliseconds can begin and end: they are not of an established connection. */
const TIMED: ReadonlySet<Toxic> = new Set(['refuse', 'partition', 'accept', 'descriptors', 'lookup', 'clock'])

/** The kinds of faults, in the order of their types. */
export const TOXICS: readonly Toxic[] = Object.keys(ATTRIBUTES).filter(isToxic)

/** Checks a fault, whoever wrote it. @throws {TypeError} naming the value and what to give */
export function checkFault(fault: Fault): void {
  if (typeof fault !== 'object' || fault === null) throw wrong(fault, 'it is not an object', 'give { toxic, ... }')
  const { toxic } = fault
  if (!isToxic(toxic)) throw wrong(toxic, 'there is no such toxic', `give ${TOXICS.join(', ')}`)
  const kinds = ATTRIBUTES[toxic]
  const required = REQUIRED[toxic]
  for (const [name, value] of Object.entries(fault)) {
    const kind = kinds[name]
    if (name === 'toxic' || value === undefined) continue
    if (kind === undefined) throw wrong(name, `${toxic} has no such attribute`, `give ${Object.keys(kinds).join(', ')}`)
    if (!kind.is(value)) throw wrong(value, `it is not valid as ${name} of ${toxic}`, `give ${kind.form}`)
  }
  if (required !== undefined && Reflect.get(fault, required) === undefined)
    throw wrong(toxic, `it has no ${required}`, `give ${kinds[required]?.form}`)
  checkTogether(fault)
}

function checkTogether(fault: Fault): void {
  if (fault.toxic === 'slicer' && (fault.size_variation ?? 0) >= fault.average_size)
    throw wrong(fault.size_variation, 'size_variation is not below average_size', 'give less')
  if (TIMED.has(fault.toxic) && [fault.after, fault.until].some((point) => typeof point === 'object'))
    throw wrong(
      fault.after ?? fault.until,
      `${fault.toxic} is not of one connection`,
      'give after and until in milliseconds',
    )
  // Refuses what is no address.
  if ('to' in fault && fault.to !== undefined) readText(fault.to)
}

function isToxic(name: string): name is Toxic {
  return Object.hasOwn(ATTRIBUTES, name)
}

function isPoint(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return MILLISECONDS.is(value)
  const { times = 1, ...rest }: { readonly times?: unknown } = value
  const [only, ...others] = Object.entries(rest)
  if (only === undefined || others.length > 0 || !whole(1).is(times)) return false
  const [direction, amount] = only
  return (direction === 'upstream' || direction === 'downstream') && (isText(amount) || whole(0).is(amount))
}

function wrong(value: unknown, what: string, remedy: string): TypeError {
  const text = value === undefined ? 'undefined' : JSON.stringify(value)
  return new TypeError(`Cannot make the fault ${text}: ${what}; ${remedy}`)
}
