/** A listener that takes connections at a rate. */
import type { SocketAddress } from '../../base/address.js'
import {
  type ConnectionEvents,
  HostBoundSocket,
  type HostConnection,
  HostListener,
  type ListenerEvents,
} from '../../host/contract/connection.js'
import { HostError } from '../../host/contract/error.js'
import type { Host, HostTimer } from '../../host/contract/host.js'
import { LimitedConnection } from './limited-connection.js'
import type { Meters } from './meters.js'

/** What a connection is made with. */
interface Connecting {
  readonly host: Host
  readonly meters: Meters
  readonly events: ConnectionEvents
  /** Counts its socket as gone. */
  readonly gone: () => void
}

/**
 * Makes a connection of a guest with limits, whose socket is counted already.
 *
 * @param make - makes the connection below
 * @throws {HostError} EAGAIN, and the errors of `make`
 */
export function connectLimited<At extends SocketAddress>(
  { host, meters, events, gone }: Connecting,
  make: (events: ConnectionEvents) => HostConnection<At>,
): HostConnection<At> {
  const settled = meters.hold('connecting')
  try {
    return meters.passing('connectionsPerSecond', () => {
      const connection = new LimitedConnection(host, meters, { settled, gone }, make)
      connection.events = events
      return connection
    })
  } catch (error) {
    settled()
    throw error
  }
}

/** A bound address of a guest with limits, which counts as a socket until it is closed or used. */
export class LimitedBoundSocket<At extends SocketAddress> extends HostBoundSocket<At> {
  readonly #host: Host
  readonly #meters: Meters
  readonly #inner: HostBoundSocket<At>
  readonly #gone: () => void

  /** @param gone - counts the socket as gone */
  constructor(host: Host, meters: Meters, inner: HostBoundSocket<At>, gone: () => void) {
    super()
    this.#host = host
    this.#meters = meters
    this.#inner = inner
    this.#gone = gone
  }

  get local(): At {
    return this.#inner.local
  }

  close(): void {
    this.#inner.close()
    this.#gone()
  }

  override listen(backlog: number, events: ListenerEvents<At>): HostListener<At> {
    const ended = this.#meters.hold('listeners')
    try {
      const cut = Math.min(backlog, this.#meters.limits.pendingAccepts)
      const gate = new AcceptGate(this.#host, this.#meters, events)
      const inner = this.#inner.listen(cut, gate)
      return new LimitedListener(inner, gate, () => {
        ended()
        this.#gone()
      })
    } catch (error) {
      ended()
      throw error
    }
  }

  override connect(remote: At, events: ConnectionEvents): HostConnection<At> {
    const parts = { host: this.#host, meters: this.#meters, events, gone: this.#gone }
    return connectLimited(parts, (own) => this.#inner.connect(remote, own))
  }
}

const SILENT: ConnectionEvents = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onError() {} }

/** Passes connections on at a rate; those beyond it wait, and those for which there is no room are closed. */
class AcceptGate<At extends SocketAddress> implements ListenerEvents<At> {
  readonly #host: Host
  readonly #meters: Meters
  readonly #events: ListenerEvents<At>
  readonly #timer: HostTimer
  readonly #waiting: HostConnection<At>[] = []

  constructor(host: Host, meters: Meters, events: ListenerEvents<At>) {
    this.#host = host
    this.#meters = meters
    this.#events = events
    this.#timer = host.timer(() => this.#admit())
  }

  onConnection(connection: HostConnection<At>): void {
    if (this.#waiting.length === 0) {
      const delay = this.#meters.pass('connectionsPerSecond')
      if (delay === 0) {
        this.#pass(connection)
        return
      }
      this.#timer.set(delay)
    }
    // One that fails meanwhile is gone; nothing else can happen to it before it reads.
    connection.events = { ...SILENT, onError: () => this.#remove(connection) }
    this.#waiting.push(connection)
    const { pendingAccepts } = this.#meters
    if (this.#waiting.length > pendingAccepts.limit) {
      pendingAccepts.reach()
      this.#waiting.pop()?.close()
    }
    pendingAccepts.mark(this.#waiting.length)
  }

  onError(code: Parameters<ListenerEvents['onError']>[0]): void {
    this.#events.onError(code)
  }

  close(): void {
    this.#timer.clear()
    for (const connection of this.#waiting.splice(0)) connection.close()
  }

  #remove(connection: HostConnection<At>): void {
    const at = this.#waiting.indexOf(connection)
    if (at >= 0) this.#waiting.splice(at, 1)
  }

  #admit(): void {
    for (;;) {
      const [first] = this.#waiting
      if (first === undefined) return
      const delay = this.#meters.pass('connectionsPerSecond')
      if (delay > 0) {
        this.#timer.set(delay)
        return
      }
      this.#waiting.shift()
      this.#pass(first)
    }
  }

  #pass(connection: HostConnection<At>): void {
    let gone: () => void
    try {
      gone = this.#meters.hold('sockets')
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      connection.close()
      this.#events.onError(error.code)
      return
    }
    this.#events.onConnection(new LimitedConnection(this.#host, this.#meters, { settled() {}, gone }, () => connection))
  }
}

class LimitedListener<At extends SocketAddress> extends HostListener<At> {
  readonly #inner: HostListener<At>
  readonly #gate: AcceptGate<At>
  readonly #ended: () => void

  constructor(inner: HostListener<At>, gate: AcceptGate<At>, ended: () => void) {
    super()
    this.#inner = inner
    this.#gate = gate
    this.#ended = ended
  }

  get local(): At {
    return this.#inner.local
  }

  override get freed(): PromiseLike<void> | undefined {
    return this.#inner.freed
  }

  close(): void {
    this.#gate.close()
    this.#inner.close()
    this.#ended()
  }
}
