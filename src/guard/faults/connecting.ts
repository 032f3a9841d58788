/** How an outgoing connection with faults is made. */
import type { SocketAddress } from '../../base/address.js'
import type { ConnectionEvents, HostConnection } from '../../host/contract/connection.js'
import { HostError } from '../../host/contract/error.js'
import type { Afflictions } from './affliction.js'
import type { Struck } from './fault-set.js'
import { NEVER } from './line.js'

/** The milliseconds after which Linux gives up connecting. */
const GIVES_UP = 127_000

/** A connection that is to be made, which may be refused, or have to wait. */
export class Connecting<At extends SocketAddress> {
  readonly make: (events: ConnectionEvents) => HostConnection<At>
  /** Called if it is never made. */
  readonly cancel: () => void
  readonly #refusal: Struck<'refuse'> | undefined
  #since = 0

  constructor(
    make: (events: ConnectionEvents) => HostConnection<At>,
    cancel: () => void,
    refusal: Struck<'refuse'> | undefined,
  ) {
    this.make = make
    this.cancel = cancel
    this.#refusal = refusal
  }

  /** Begins. @returns 0 if it can be made now, or the milliseconds until {@link Connecting.proceed} is to be called */
  begin(afflictions: Afflictions, now: number): number {
    this.#since = now
    if (this.#refusal !== undefined) return Math.max(this.#refusal.fault.delay ?? 0, SOON)
    return this.proceed(afflictions, now)
  }

  /**
   * Goes on.
   *
   * @returns as {@link Connecting.begin}
   * @throws {HostError} the error of a fault
   */
  proceed(afflictions: Afflictions, now: number): number {
    if (this.#refusal !== undefined) {
      const { error = 'ECONNREFUSED', delay = 0 } = this.#refusal.fault
      if (this.#since + delay > now) return this.#since + delay - now
      throw new HostError(error, 'a fault refuses the connection')
    }
    let wait = 0
    for (const one of afflictions.active) {
      if (one.fault.toxic !== 'partition') continue
      one.fire('waits for its peer')
      const end = this.#since + (one.fault.timeout ?? GIVES_UP)
      if (end <= now) throw new HostError('ETIMEDOUT', 'the peer is beyond a partition')
      wait = Math.min(wait || NEVER, end - now, afflictions.nextEdge(now))
    }
    return wait
  }
}

/** Less than a millisecond: as soon as a timer fires. */
const SOON = 0.001
