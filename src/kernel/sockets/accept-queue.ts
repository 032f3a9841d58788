import type { SocketAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import { abort } from '../../host/contract/abort.js'
import type { HostConnection } from '../../host/contract/connection.js'

/**
 * Most connections that a burst may have: above any backlog, but a limit for a program that listens and never runs
 * its loop.
 */
const BURST = 16_384

/** The longest backlog, as on Linux. */
export const BACKLOG_MAX = 4096

/**
 * The connections of one listener that the program has not accepted yet.
 *
 * The platform accepts connections by itself, often many at once before libuv has had a turn to take any, so a burst
 * is let in. The backlog limits the connections that remain after a turn, as happens when a program does not accept.
 */
export class AcceptQueue<Socket> {
  #backlog = 0
  readonly #waiting: Socket[] = []
  #since = 0
  #failure: ErrnoName | undefined

  /** @param backlog - see {@link AcceptQueue.backlog} */
  constructor(backlog: number) {
    this.backlog = backlog
  }

  /** How many connections may wait. 0 becomes 1; a negative number becomes 4096, like a number above 4096. */
  get backlog(): number {
    return this.#backlog
  }

  set backlog(value: number) {
    this.#backlog = Math.min(Math.max(1, value >>> 0), BACKLOG_MAX)
  }

  /** How many connections wait. */
  get length(): number {
    return this.#waiting.length
  }

  /** Whether there is a connection or a failure to fetch. */
  get ready(): boolean {
    return this.#waiting.length > 0 || this.#failure !== undefined
  }

  /**
   * Adds a new connection, or resets it when the backlog is full.
   *
   * @param iteration - the number of libuv's current iteration
   * @param adopt - makes the queue's entry for the connection
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

  /** Records that the platform could not accept a connection (`EMFILE`, ...); the error is reported once. */
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

  /** Removes and returns all waiting connections so that the caller can release them, and drops a recorded failure. */
  drain(): Socket[] {
    this.#failure = undefined
    return this.#waiting.splice(0)
  }
}
