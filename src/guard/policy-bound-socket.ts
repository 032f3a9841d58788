/** Bound sockets of a guest under a policy. */
import type { SocketAddress } from '../base/address.js'
import {
  type ConnectionEvents,
  HostBoundSocket,
  type HostConnection,
  type HostListener,
  type ListenerEvents,
} from '../host/contract/connection.js'
import { AskedConnection } from './asked-connection.js'
import { attemptOn, refused } from './decision.js'
import type { Judge } from './judge.js'

/**
 * A local address that a guest has requested, and that is bound only if it is granted. Each use of it is checked when
 * it happens.
 */
export class PolicyBoundSocket<At extends SocketAddress> extends HostBoundSocket<At> {
  readonly #asked: At
  readonly #protocol: 'tcp' | 'unix'
  /** `undefined` if the address was not bound. */
  readonly #port: HostBoundSocket<At> | undefined
  readonly #judge: Judge

  /** @param port - the bound socket; `undefined` if the address was not granted */
  constructor(asked: At, port: HostBoundSocket<At> | undefined, judge: Judge) {
    super()
    this.#asked = asked
    this.#protocol = asked.family === 'unix' ? 'unix' : 'tcp'
    this.#port = port
    this.#judge = judge
  }

  override get local(): At {
    return this.#port?.local ?? this.#asked
  }

  override close(): void {
    this.#port?.close()
  }

  override listen(backlog: number, events: ListenerEvents<At>): HostListener<At> {
    this.#judge.requireListen(this.#protocol, this.#asked, this.local)
    return this.#taken().listen(backlog, {
      onConnection: (connection) => {
        if (this.#judge.accepts(this.#protocol, connection.remote)) events.onConnection(connection)
        else connection.close()
      },
      onError: (code) => events.onError(code),
    })
  }

  override connect(remote: At, events: ConnectionEvents): HostConnection<At> {
    const isAllowed = this.#judge.requireConnect(this.#protocol, remote)
    const port = this.#taken()
    if (isAllowed) return port.connect(remote, events)
    return new AskedConnection({
      local: port.local,
      remote,
      events,
      allowed: this.#judge.askConnect(this.#protocol, remote),
      connect: (events) => port.connect(remote, events),
      cancel: () => port.close(),
    })
  }

  #taken(): HostBoundSocket<At> {
    return this.#port ?? this.#judge.refuse(refused(attemptOn('listen', this.#protocol, this.#asked)))
  }
}
