/** What one guest uses of its limits. */
import type { Gauge } from '../../base/gauge.js'
import { HostError } from '../../host/contract/error.js'
import type { PartOfLedger, Usage } from './ledger.js'
import type { NetworkLimitName, NetworkLimits } from './network-limits.js'
import type { TokenBucket } from './token-bucket.js'

export type { LimitHooks, Usage } from './ledger.js'

/** The limits of how many there are at once. */
export type CountName = 'sockets' | 'listeners' | 'connecting' | 'lookups'

/** The limits of how many there are per second. The two directions of bytes have the same limit. */
type RateName = 'connectionsPerSecond' | 'lookupsPerSecond' | 'messagesPerSecond'

/** What is used of each limit. */
export type NetworkUsage = Readonly<Record<NetworkLimitName, Usage>>

const ERRORS = { sockets: 'EMFILE', listeners: 'ENOBUFS', connecting: 'EAGAIN', lookups: 'EAGAIN' } as const

/** Counts what one guest uses of a network, and refuses what is too much. */
export class Meters {
  readonly limits: NetworkLimits
  readonly sent: TokenBucket
  readonly received: TokenBucket
  /** Whether bytes are limited, so that none may pass by. */
  readonly limitsBytes: boolean
  /** How many connections wait for their rate. */
  readonly pendingAccepts: Gauge
  readonly #counts: Readonly<Record<CountName, Gauge>>
  readonly #rates: Readonly<Record<RateName, TokenBucket>>

  /**
   * @param ledger - where everything is counted
   * @param clock - monotonic, in nanoseconds
   */
  constructor(ledger: PartOfLedger<NetworkLimits>, clock: () => number) {
    this.limits = ledger.limits
    this.limitsBytes = ledger.limits.bytesPerSecond.rate !== Number.POSITIVE_INFINITY
    this.sent = ledger.bucket('bytesPerSecond', clock, 0)
    this.received = ledger.bucket('bytesPerSecond', clock, 1)
    this.pendingAccepts = ledger.gauge('pendingAccepts', 1)
    this.#counts = {
      sockets: ledger.gauge('sockets'),
      listeners: ledger.gauge('listeners'),
      connecting: ledger.gauge('connecting'),
      lookups: ledger.gauge('lookups'),
    }
    this.#rates = {
      connectionsPerSecond: ledger.bucket('connectionsPerSecond', clock),
      lookupsPerSecond: ledger.bucket('lookupsPerSecond', clock),
      messagesPerSecond: ledger.bucket('messagesPerSecond', clock),
    }
  }

  /**
   * Counts one more.
   *
   * @returns a function that counts it as gone; harmless when called again
   * @throws {HostError} EMFILE, ENOBUFS or EAGAIN, naming the limit
   */
  hold(name: CountName): () => void {
    const gauge = this.#counts[name]
    if (!gauge.take(1))
      throw new HostError(
        ERRORS[name],
        `the guest has ${gauge.limit} ${PHRASES[name]}, its limit; raise the limit ${name}`,
      )
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      gauge.give(1)
    }
  }

  /** Counts an event, if its rate allows it. @returns 0, or the milliseconds until it will */
  pass(name: RateName): number {
    const bucket = this.#rates[name]
    if (bucket.take(1) === 1) return 0
    bucket.reach()
    return bucket.wait(1)
  }

  /**
   * Does something that a rate counts. What fails uses up nothing: a policy below may have refused it.
   *
   * @throws {HostError} EAGAIN, naming the limit, and the errors of `act`
   */
  passing<Result>(name: RateName, act: () => Result): Result {
    if (this.pass(name) > 0)
      throw new HostError('EAGAIN', `the guest is beyond its limit ${name}; it may try again, or raise the limit`)
    try {
      return act()
    } catch (error) {
      this.#rates[name].giveBack(1)
      throw error
    }
  }
}

const PHRASES: Readonly<Record<CountName, string>> = {
  sockets: 'sockets',
  listeners: 'listeners',
  connecting: 'connections being established',
  lookups: 'lookups in progress',
}
