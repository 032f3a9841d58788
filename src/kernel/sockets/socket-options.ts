/** The names of socket options, and those options whose value a socket only has to remember. */
import type { ErrnoName } from '../../base/errno.js'

/**
 * The supported socket options, by meaning; sizes are in bytes, switches are 0 or 1, and times are in seconds, except
 * for the timeouts of calls, which are in milliseconds.
 */
export type OptionName =
  | 'error'
  | 'acceptsConnections'
  | 'reuseAddress'
  | 'reusePort'
  | 'keepAlive'
  | 'keepIdle'
  | 'keepInterval'
  | 'keepCount'
  | 'linger'
  | 'sendBuffer'
  | 'receiveBuffer'
  | 'receiveLowat'
  | 'noDelay'
  | 'ipv6Only'
  | 'broadcast'
  | 'ttl'
  | 'multicastTtl'
  | 'multicastLoop'
  | 'multicastInterface'
  | 'maxSegment'
  | 'mtu'
  | StoredName

/** Decides on a value: the one to remember, or the error. */
type Judge = (value: number) => number | ErrnoName

interface Rule {
  readonly initial: number
  readonly judge: Judge
}

const INT_MAX = 0x7fff_ffff

/** Any number. */
const any = (initial: number): Rule => ({ initial, judge: (value) => value })
/** On or off. */
const toggle = (initial: number): Rule => ({ initial, judge: (value) => (value === 0 ? 0 : 1) })
/** A number in a range; Linux has `error` for others. */
const within = (initial: number, least: number, most: number, error: ErrnoName): Rule => ({
  initial,
  judge: (value) => (value >= least && value <= most ? value : error),
})
/**
 * Only the values that describe what hosts do anyway; for any other, a program would rely on something that does not
 * happen. `range` is what Linux accepts.
 */
const only = (
  initial: number,
  fixed: readonly number[],
  range: readonly [number, number] = [-INT_MAX - 1, INT_MAX],
) => ({
  initial,
  judge: (value: number): number | ErrnoName =>
    value < range[0] || value > range[1] ? 'EINVAL' : fixed.includes(value) ? value : 'ENOPROTOOPT',
})

/**
 * The options without an effect in the kernel or the host. They are hints, on which no result depends (`priority`,
 * `cork`, ...); or values for the C side, which waits (the timeouts); or they have only values that change nothing.
 *
 * @see docs/guests-in-c.md, which has the list for authors
 */
const RULES = {
  receiveTimeout: any(0),
  sendTimeout: any(0),
  sendLowat: { initial: 1, judge: () => 'ENOPROTOOPT' },
  priority: within(0, 0, 6, 'EPERM'),
  debug: { initial: 0, judge: (value) => (value === 0 ? 0 : 'EACCES') },
  oobInline: only(0, [0]),
  dontRoute: only(0, [0]),
  passCredentials: only(0, [0]),
  timestamp: only(0, [0]),
  timestampNs: only(0, [0]),
  cork: toggle(0),
  quickAck: toggle(1),
  deferAccept: any(0),
  fastOpen: within(0, 0, INT_MAX, 'EINVAL'),
  fastOpenConnect: only(0, [0], [0, 1]),
  userTimeout: only(0, [0], [0, INT_MAX]),
  finTimeout: any(60),
  tos: { initial: 0, judge: (value) => value & 0xff },
  trafficClass: { initial: 0, judge: (value) => (value === -1 ? 0 : value < -1 || value > 0xff ? 'EINVAL' : value) },
  mtuDiscover: only(1, [0, 1], [0, 5]),
  receiveErrors: only(0, [0]),
  packetInfo: only(0, [0]),
  multicastAll: only(1, [1], [0, 1]),
  bindWithoutPort: toggle(0),
} as const satisfies Record<string, Rule>

/** An option that is only remembered. */
export type StoredName = keyof typeof RULES

/** Whether an option is only remembered. */
export const isStored = (name: OptionName): name is StoredName => Object.hasOwn(RULES, name)

/** The remembered options of a socket. They never change, so that sockets can share them: most have none. */
export class StoredOptions {
  /** Those of a socket for which none was set. */
  static readonly none = new StoredOptions(new Map())
  readonly #values: ReadonlyMap<StoredName, number>

  private constructor(values: ReadonlyMap<StoredName, number>) {
    this.#values = values
  }

  /** Reads an option. */
  get(name: StoredName): number {
    return this.#values.get(name) ?? RULES[name].initial
  }

  /** These with another value; the error of Linux, or ENOPROTOOPT for a value that no host can apply. */
  with(name: StoredName, value: number): StoredOptions | ErrnoName {
    const rule: Rule = RULES[name]
    const judged = rule.judge(value)
    return typeof judged === 'string' ? judged : new StoredOptions(new Map(this.#values).set(name, judged))
  }

  /** What a connection of a listener with these has: all but one, as on Linux. */
  get inherited(): StoredOptions {
    if (!this.#values.has('priority')) return this
    return new StoredOptions(new Map([...this.#values].filter(([name]) => name !== 'priority')))
  }
}
