/** What one guest uses of its limits. */
import { HostError } from '../../host/contract/error.js'
import type { NetworkLimitName, NetworkLimits } from './network-limits.js'
import { TokenBucket } from './token-bucket.js'

/** The limits of how many there are at once. */
export type CountName = 'sockets' | 'listeners' | 'connecting' | 'lookups'

/** The limits of how many there are per second. The two directions of bytes have the same limit. */
type RateName = 'connectionsPerSecond' | 'lookupsPerSecond' | 'messagesPerSecond'

/** What a host application is told of limits. */
export interface LimitHooks {
  /** Called when a guest uses 80 % of a limit; again only after its use was below 60 %. */
  readonly onWarning?: (limit: NetworkLimitName, usage: Usage) => void
  /** Called when a limit keeps a guest from something, or delays it; once until its use was below 60 %. */
  readonly onLimit?: (limit: NetworkLimitName, usage: Usage) => void
}

/** The use of a limit. */
export interface Usage {
  /** How much is used: of rates, how much of the burst. */
  readonly used: number
  /** How much can be used. */
  readonly limit: number
}

/** What is used of each limit; `pendingAccepts` is a limit of each listener, and not one of use. */
export type NetworkUsage = Readonly<Record<Exclude<NetworkLimitName, 'pendingAccepts'>, Usage>>

const WARNING = 0.8
const CALM = 0.6

const ERRORS = { sockets: 'EMFILE', listeners: 'ENOBUFS', connecting: 'EAGAIN', lookups: 'EAGAIN' } as const

/** Counts what one guest uses, refuses what is too much, and tells of it. */
export class Meters {
  readonly limits: NetworkLimits
  readonly sent: TokenBucket
  readonly received: TokenBucket
  readonly #hooks: LimitHooks
  readonly #counts: Record<CountName, number> = { sockets: 0, listeners: 0, connecting: 0, lookups: 0 }
  readonly #rates: Readonly<Record<RateName, TokenBucket>>
  /** What was told of a limit, until it is used less. */
  readonly #told = new Map<NetworkLimitName, 'warning' | 'limit'>()

  /** @param clock - monotonic, in nanoseconds */
  constructor(limits: NetworkLimits, hooks: LimitHooks, clock: () => number) {
    this.limits = limits
    this.#hooks = hooks
    this.sent = new TokenBucket(limits.bytesPerSecond, clock)
    this.received = new TokenBucket(limits.bytesPerSecond, clock)
    this.#rates = {
      connectionsPerSecond: new TokenBucket(limits.connectionsPerSecond, clock),
      lookupsPerSecond: new TokenBucket(limits.lookupsPerSecond, clock),
      messagesPerSecond: new TokenBucket(limits.messagesPerSecond, clock),
    }
  }

  /** Whether bytes are limited, so that none may pass by. */
  get limitsBytes(): boolean {
    return this.limits.bytesPerSecond.rate !== Number.POSITIVE_INFINITY
  }

  /** What is used of each limit. */
  get usage(): NetworkUsage {
    const { limits } = this
    const count = (name: CountName): Usage => ({ used: this.#counts[name], limit: limits[name] })
    const rate = (name: RateName): Usage => usageOf(this.#rates[name])
    const [sent, received] = [usageOf(this.sent), usageOf(this.received)]
    return {
      sockets: count('sockets'),
      listeners: count('listeners'),
      connecting: count('connecting'),
      lookups: count('lookups'),
      connectionsPerSecond: rate('connectionsPerSecond'),
      lookupsPerSecond: rate('lookupsPerSecond'),
      messagesPerSecond: rate('messagesPerSecond'),
      bytesPerSecond: sent.used > received.used ? sent : received,
    }
  }

  /**
   * Counts one more.
   *
   * @returns a function that counts it as gone; harmless when called again
   * @throws {HostError} EMFILE, ENOBUFS or EAGAIN, naming the limit
   */
  hold(name: CountName): () => void {
    const limit = this.limits[name]
    if (this.#counts[name] >= limit) {
      this.#reached(name, { used: limit, limit })
      throw new HostError(ERRORS[name], `the guest has ${limit} ${PHRASES[name]}, its limit; raise the limit ${name}`)
    }
    this.#counts[name]++
    this.#note(name, { used: this.#counts[name], limit })
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      this.#counts[name]--
      this.#note(name, { used: this.#counts[name], limit })
    }
  }

  /** Counts an event, if its rate allows it. @returns 0, or the milliseconds until it will */
  pass(name: RateName): number {
    const bucket = this.#rates[name]
    if (bucket.take(1) === 1) {
      this.#note(name, usageOf(bucket))
      return 0
    }
    this.#reached(name, usageOf(bucket))
    return bucket.wait(1)
  }

  /** Like {@link Meters.pass}. @throws {HostError} EAGAIN, naming the limit */
  requirePass(name: RateName): void {
    if (this.pass(name) > 0) {
      throw new HostError('EAGAIN', `the guest is beyond its limit ${name}; it may try again, or raise the limit`)
    }
  }

  /** Tells that bytes have to wait. */
  delayed(bucket: TokenBucket): void {
    this.#reached('bytesPerSecond', usageOf(bucket))
  }

  #note(name: NetworkLimitName, usage: Usage): void {
    const part = usage.used / usage.limit
    if (part < CALM) this.#told.delete(name)
    else if (part >= WARNING && !this.#told.has(name)) {
      this.#told.set(name, 'warning')
      this.#hooks.onWarning?.(name, usage)
    }
  }

  #reached(name: NetworkLimitName, usage: Usage): void {
    if (this.#told.get(name) === 'limit') return
    this.#told.set(name, 'limit')
    this.#hooks.onLimit?.(name, usage)
  }
}

const PHRASES: Readonly<Record<CountName, string>> = {
  sockets: 'sockets',
  listeners: 'listeners',
  connecting: 'connections being established',
  lookups: 'lookups in progress',
}

function usageOf(bucket: TokenBucket): Usage {
  const { burst } = bucket.rate
  return { used: burst === Number.POSITIVE_INFINITY ? 0 : Math.max(0, bucket.used * burst), limit: burst }
}
