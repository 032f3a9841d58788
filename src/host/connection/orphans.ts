/**
 * Connections that the program has closed while written bytes were still to be sent. As in a kernel, the bytes are
 * sent before the connection is closed. Only platforms that report later which bytes they accepted have such
 * connections.
 */
import type { SocketAddress } from '../../base/address.js'
import { Gauge } from '../../base/gauge.js'
import type { ConnectionEvents, HostConnection } from '../contract/connection.js'
import type { Host, HostTimer } from '../contract/host.js'

/** The maximum number of orphans, unless another is given. */
const MOST = 64

/** The time in milliseconds that orphans have after the end of their program. */
const AFTER_END = 2_000

/** The closed connections of one program that still have bytes to send. */
export class Orphans {
  readonly #host: Host
  readonly #count: Gauge
  readonly #connections = new Set<HostConnection<SocketAddress>>()
  /** Set while orphans are left after the program's end and keep the process alive. */
  #timer: HostTimer | undefined
  #release = (): void => {}

  /**
   * @param host - the host of the connections
   * @param count - counts them, and says how many there may be; when another is added, the oldest is closed
   */
  constructor(host: Host, count: Gauge = new Gauge(MOST)) {
    this.#host = host
    this.#count = count
  }

  /** The number of orphans. */
  get size(): number {
    return this.#connections.size
  }

  /** Takes over a connection with pending bytes. */
  add(connection: HostConnection<SocketAddress>): void {
    const [oldest] = this.#connections
    if (oldest !== undefined && this.#count.full) {
      this.#count.reach()
      this.#close(oldest)
    }
    this.#count.add(1)
    connection.readStop()
    connection.events = this.#eventsOf(connection)
    this.#connections.add(connection)
  }

  /**
   * Must be called at the end of the program. The remaining orphans get a limited time, during which the process
   * stays alive.
   */
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
    if (this.#connections.delete(connection)) this.#count.give(1)
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
