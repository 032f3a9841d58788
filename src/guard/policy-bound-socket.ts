/** Bound sockets of a guest under a policy. */
import type { SocketAddress } from '../base/address.js'
import {
  type ConnectionEvents,
  HostBoundSocket,
  type HostConnection,
  type HostListener,
  type ListenerEvents,
} from '../host/contract/connection.js'
import type { Grants } from './grants.js'

/**
 * A local address that a guest has requested, and that is bound only if it is granted. Each use of it is checked when
 * it happens.
 */
export class PolicyBoundSocket<At extends SocketAddress> extends HostBoundSocket<At> {
  readonly #asked: At
  /** `undefined` if the address was not bound. */
  readonly #port: HostBoundSocket<At> | undefined
  readonly #grants: Grants

  /** @param port - the bound socket; `undefined` if the address was not granted */
  constructor(asked: At, port: HostBoundSocket<At> | undefined, grants: Grants) {
    super()
    this.#asked = asked
    this.#port = port
    this.#grants = grants
  }

  override get local(): At {
    return this.#port?.local ?? this.#asked
  }

  override close(): void {
    this.#port?.close()
  }

  override listen(backlog: number, events: ListenerEvents<At>): HostListener<At> {
    this.#grants.requireListen(this.#asked)
    return this.#taken().listen(backlog, events)
  }

  override connect(remote: At, events: ConnectionEvents): HostConnection<At> {
    this.#grants.requireConnect(remote)
    return this.#taken().connect(remote, events)
  }

  #taken(): HostBoundSocket<At> {
    return this.#port ?? this.#grants.refuse({ action: 'listen', address: this.#asked })
  }
}
