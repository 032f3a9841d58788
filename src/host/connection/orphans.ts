/**
 * Connections that their owner has closed while bytes that count as written were still to be sent, as a kernel has them: they
 * are sent, and then the connection is closed. That can only be where the platform says later what it took.
 */
import type { SocketAddress } from '../../base/address.js'
import type { ConnectionEvents, HostConnection } from '../contract/connection.js'
import type { Host, HostTimer } from '../contract/host.js'

/** How many there may be. When there is another, the oldest is given up. */
const MOST = 64

/** Milliseconds that they have after the end of the program they belonged to. */
const AFTER_END = 2_000

/** The orphans of one program. */
export class Orphans {
  readonly #host: Host
  readonly #connections = new Set<HostConnection<SocketAddress>>()
  /** Set while some are left after the program's end, and the process is kept for them. */
  #timer: HostTimer | undefined
  #release = (): void => {}

  /** @param host - whose connections they are */
  constructor(host: Host) {
    this.#host = host
  }

  /** How many there are. */
  get size(): number {
    return this.#connections.size
  }

  /** Takes a connection over that has bytes pending. */
  add(connection: HostConnection<SocketAddress>): void {
    const [oldest] = this.#connections
    if (oldest !== undefined && this.size >= MOST) this.#close(oldest)
    connection.readStop()
    connection.events = this.#eventsOf(connection)
    this.#connections.add(connection)
  }

  /** The program has ended: what is left has so much time and no more, for which the process stays. */
  end(): void {
    if (this.size === 0) return
    this.#timer = this.#host.timer(() => {
      for (const connection of this.#connections) this.#close(connection)
    })
    this.#timer.set(AFTER_END)
    this.#release = this.#host.keepAlive()
  }

  #close(connection: HostConnection<SocketAddress>): void {
    this.#forget(connection)
    connection.close()
  }

  #forget(connection: HostConnection<SocketAddress>): void {
    this.#connections.delete(connection)
    if (this.size > 0) return
    this.#timer?.clear()
    this.#release()
  }

  #eventsOf(connection: HostConnection<SocketAddress>): ConnectionEvents {
    return {
      onConnect: () => {},
      onData: () => {},
      onEnd: () => {},
      onDrain: () => this.#close(connection),
      onError: () => this.#forget(connection),
    }
  }
}
