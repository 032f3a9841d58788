/**
 * Connections that a listener has and nobody has accepted yet.
 *
 * The platform below accepts on its own, often many at once, before libuv had a turn to take any: such a burst is let in. The
 * backlog bounds what waits on although a turn went by, as it does when a program does not accept.
 */

import type { SocketAddress } from '../base/address.js'
import type { ErrnoName } from '../base/errno.js'
import { abort } from '../host/contract/abort.js'
import type { HostConnection } from '../host/contract/connection.js'

/** How many connections a burst may have: more than any backlog, and yet a bound for who listens and never runs its loop. */
const BURST = 16_384

/** The longest backlog, as on Linux. */
export const BACKLOG_MAX = 4096

/** The waiting connections of one listener. */
export class AcceptQueue<Socket> {
  #backlog = 0
  readonly #waiting: Socket[] = []
  #since = 0
  #failure: ErrnoName | undefined

  /** @param backlog - see {@link AcceptQueue.backlog} */
  constructor(backlog: number) {
    this.backlog = backlog
  }

  /** How many may wait. 0 becomes 1; a negative number, as one above 4096, becomes 4096. */
  get backlog(): number {
    return this.#backlog
  }

  set backlog(value: number) {
    this.#backlog = Math.min(Math.max(1, value >>> 0), BACKLOG_MAX)
  }

  /** Whether there is a connection or a failure to fetch. */
  get ready(): boolean {
    return this.#waiting.length > 0 || this.#failure !== undefined
  }

  /**
   * Takes a new connection in, or resets it when the backlog is full.
   *
   * @param iteration - the number of libuv's present one
   * @param adopt - makes what waits of it
   * @returns whether there was room
   */
  offer(connection: HostConnection<SocketAddress>, iteration: number, adopt: () => Socket): boolean {
    if (this.#waiting.length === 0) this.#since = iteration
    const limit = iteration - this.#since > 1 ? this.#backlog : BURST
    if (this.#waiting.length >= limit) {
      abort(connection)
      return false
    }
    this.#waiting.push(adopt())
    return true
  }

  /** Remembers that the platform could not accept one (`EMFILE`, ...), to be told once. */
  fail(code: ErrnoName): void {
    this.#failure = code
  }

  /** Takes the oldest connection, or the failure. */
  take(iteration: number): Socket | ErrnoName | undefined {
    this.#since = iteration
    const failure = this.#failure
    this.#failure = undefined
    return failure ?? this.#waiting.shift()
  }

  /** Takes all that wait, to let them go, and forgets a failure. */
  drain(): Socket[] {
    this.#failure = undefined
    return this.#waiting.splice(0)
  }
}
