/**
 * Connections that a listener has and nobody has accepted yet.
 *
 * The platform below accepts on its own, often many at once, before libuv had a turn to take any: such a burst is let in. The
 * backlog bounds what waits on although a turn went by, as it does when a program does not accept.
 */
import type { ErrnoName } from '../abi/errno.js'
import type { HostConnection } from '../host/host.js'

/** The waiting connections of one listener. */
export class AcceptQueue<Socket> {
  #backlog: number
  readonly #waiting: Socket[] = []
  #sinceTurn = 0
  #failure: ErrnoName | undefined

  /** @param backlog - how many may wait, at least 1 */
  constructor(backlog: number) {
    this.#backlog = Math.max(1, backlog)
  }

  /** Changes the backlog, as a second `listen()` does. */
  set backlog(value: number) {
    this.#backlog = Math.max(1, value)
  }

  /** Whether there is a connection or a failure to fetch. */
  get ready(): boolean {
    return this.#waiting.length > 0 || this.#failure !== undefined
  }

  /**
   * Takes a new connection in, or resets it when the backlog is full.
   *
   * @param turn - the number of libuv's present turn
   * @returns whether there was room
   */
  offer(connection: HostConnection, turn: number, adopt: (connection: HostConnection) => Socket): boolean {
    if (this.#waiting.length === 0) this.#sinceTurn = turn
    if (this.#waiting.length >= this.#backlog && turn - this.#sinceTurn > 1) {
      connection.reset()
      return false
    }
    this.#waiting.push(adopt(connection))
    return true
  }

  /** Remembers that the platform could not accept one (`EMFILE`, ...), to be told once. */
  fail(code: ErrnoName): void {
    this.#failure = code
  }

  /** Takes the oldest connection, or the failure. */
  take(turn: number): Socket | ErrnoName | undefined {
    this.#sinceTurn = turn
    const failure = this.#failure
    this.#failure = undefined
    return failure ?? this.#waiting.shift()
  }

  /** Takes all that wait, to let them go. */
  drain(): Socket[] {
    return this.#waiting.splice(0)
  }
}
