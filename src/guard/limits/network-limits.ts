/** What a guest can hold and use of a network. */
import type { Rate } from './token-bucket.js'

/** The limits of one guest. Each has a default; `Number.POSITIVE_INFINITY`, or a rate of it, is no limit. */
export interface NetworkLimits {
  /**
   * Sockets of the host at once: bound, listening, connected or closed and still sending. Beyond it `bind()` and
   * `connect()` get `EMFILE`. 1024 by default, the usual `ulimit -n`: a single guest must not use up the descriptors of
   * its host's process.
   */
  readonly sockets: number
  /**
   * Listeners at once; beyond it `listen()` gets `ENOBUFS`. 64 by default: each takes a port of the machine, and there
   * are some 28,000 of them for all programs.
   */
  readonly listeners: number
  /**
   * Connections that wait to be accepted, for each listener: larger backlogs are cut, as `net.core.somaxconn` does.
   * 128 by default, which a server that accepts at all never fills.
   */
  readonly pendingAccepts: number
  /**
   * Connections that are being established at once; beyond it `connect()` gets `EAGAIN`. 128 by default: a guest that
   * scans a network has thousands, a client a few.
   */
  readonly connecting: number
  /** Lookups at once; beyond it they get `EAGAIN`. 32 by default: Node has four threads for those of all guests. */
  readonly lookups: number
  /** Connections made and accepted. Beyond it `connect()` gets `EAGAIN`, and accepting waits. */
  readonly connectionsPerSecond: Rate
  /** Lookups begun; beyond it they get `EAGAIN`. Name servers belong to others. */
  readonly lookupsPerSecond: Rate
  /** Messages sent; beyond it sending waits, or gets `EAGAIN`. Received ones wait in the socket's buffer. */
  readonly messagesPerSecond: Rate
  /** Bytes sent and received, each; beyond it both wait. No limit by default: it depends on what the guest is for. */
  readonly bytesPerSecond: Rate
}

/** The name of a limit. */
export type NetworkLimitName = keyof NetworkLimits

const UNLIMITED: Rate = { rate: Number.POSITIVE_INFINITY, burst: Number.POSITIVE_INFINITY }

/** The limits of a guest for which none were given. */
export const DEFAULT_NETWORK_LIMITS: NetworkLimits = {
  sockets: 1024,
  listeners: 64,
  pendingAccepts: 128,
  connecting: 128,
  lookups: 32,
  // A busy proxy makes some hundreds; what a flood of them costs the host's event loop is noticed from thousands on.
  connectionsPerSecond: { rate: 500, burst: 1000 },
  lookupsPerSecond: { rate: 50, burst: 200 },
  messagesPerSecond: { rate: 20_000, burst: 20_000 },
  bytesPerSecond: UNLIMITED,
}

/**
 * Completes limits with the defaults.
 *
 * @throws {TypeError} when one is unknown, or not a number above 0
 */
export function readNetworkLimits(given: Partial<NetworkLimits>): NetworkLimits {
  for (const [name, value] of Object.entries(given)) {
    if (!(name in DEFAULT_NETWORK_LIMITS)) {
      const names = Object.keys(DEFAULT_NETWORK_LIMITS).join(', ')
      throw new TypeError(`Cannot limit ${JSON.stringify(name)}: there is no such limit; give ${names}`)
    }
    if (value !== undefined) requireLimit(name, value)
  }
  const known = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...DEFAULT_NETWORK_LIMITS, ...Object.fromEntries(known) }
}

function requireLimit(name: string, value: unknown): void {
  const isRate = name.endsWith('PerSecond')
  const form = isRate ? '{ rate, burst } with numbers of at least 1' : 'a whole number of at least 1'
  const numbers = isRate ? (isRecord(value) ? [value.rate, value.burst] : [undefined]) : [value]
  if (numbers.every((number) => (isRate ? isAtLeastOne(number) : isAtLeastOne(number) && isWhole(number)))) return
  throw new TypeError(`Cannot limit ${name} to ${JSON.stringify(value)}: it is not a limit; give ${form}`)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isAtLeastOne(value: unknown): value is number {
  return typeof value === 'number' && value >= 1
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) || value === Number.POSITIVE_INFINITY
}
