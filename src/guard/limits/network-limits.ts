/** What a guest can hold and use of a network. */
import { readLimits } from './read-limits.js'
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
   * 512 by default, the backlog that busy servers ask for; one that accepts at all hardly fills it.
   */
  readonly pendingAccepts: number
  /**
   * Connections that are being established at once; beyond it `connect()` gets `EAGAIN`. 512 by default: a guest that
   * scans a network has thousands, a client a few, and a tool that measures servers some hundreds.
   */
  readonly connecting: number
  /** Lookups at once; beyond it they get `EAGAIN`. 32 by default: Node has four threads for those of all guests. */
  readonly lookups: number
  /**
   * Connections made and accepted. Beyond it `connect()` gets `EAGAIN`, and accepting waits. 2,000 by default, in a
   * burst 10,000: what a flood of them costs the host's event loop is noticed from thousands on.
   */
  readonly connectionsPerSecond: Rate
  /**
   * Lookups begun; beyond it they get `EAGAIN`. 50 by default, in a burst 200: name servers belong to others, and a
   * program that knows its peers asks seldom.
   */
  readonly lookupsPerSecond: Rate
  /**
   * Messages sent; beyond it sending waits, or gets `EAGAIN`. Received ones wait in the socket's buffer. 20,000 by
   * default, in a burst as many: each costs the host a call of its system, and a flood harms others than the host.
   */
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
  pendingAccepts: 512,
  connecting: 512,
  lookups: 32,
  connectionsPerSecond: { rate: 2000, burst: 10_000 },
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
  return readLimits(given, DEFAULT_NETWORK_LIMITS)
}
