/** Bound and listening sockets on bare handles of any kind. */

import type { SocketAddress } from '../../base/address.js'
import { formatEndpoint } from '../../base/endpoint.js'
import { nameOfStatus, statusError } from '../common/errors.js'
import {
  type ConnectionEvents,
  HostBoundSocket,
  type HostConnection,
  HostListener,
  type ListenerEvents,
} from '../contract/connection.js'
import type { HandleConnection } from './handle-connection.js'
import type { StreamHandle } from './tcp-wrap.js'

/** A handle that can listen. */
interface ServerHandle<Client> extends StreamHandle {
  listen(backlog: number): number
  onconnection: ((status: number, client: Client) => void) | undefined
}

/** A kind of handles: creates the connections on them, with their addresses. */
export interface HandleKind<At extends SocketAddress, Handle extends StreamHandle> {
  /** @param listener - the address of the listener that accepted the handle */
  accepted(client: Handle, listener: At): HandleConnection<At, Handle>
  /** @param local - the address that the handle is bound to; `undefined` if it is not bound */
  outgoing(handle: Handle, local: At | undefined, remote: At): HandleConnection<At, Handle>
}

/**
 * Connects a handle.
 *
 * @throws {HostError} errors that are known immediately. The caller then still owns the handle
 */
export const connectFrom = <At extends SocketAddress, Handle extends StreamHandle>(
  kind: HandleKind<At, Handle>,
  handle: Handle,
  local: At | undefined,
  remote: At,
  events: ConnectionEvents,
): HostConnection<At> => {
  const connection = kind.outgoing(handle, local, remote)
  connection.events = events
  connection.start(remote)
  return connection
}

/** Like {@link connectFrom}, with a new handle, which is closed if connecting throws. */
export const connectUnbound = <At extends SocketAddress, Handle extends StreamHandle>(
  kind: HandleKind<At, Handle>,
  handle: Handle,
  remote: At,
  events: ConnectionEvents,
): HostConnection<At> => {
  try {
    return connectFrom(kind, handle, undefined, remote, events)
  } catch (error) {
    handle.close()
    throw error
  }
}

/** A bound socket on a bare handle. */
export class HandleBoundSocket<
  At extends SocketAddress,
  Handle extends ServerHandle<Handle>,
> extends HostBoundSocket<At> {
  readonly local: At
  readonly #kind: HandleKind<At, Handle>
  readonly #handle: Handle
  #owned = true

  /** @param handle - bound; owned by this object from now on, until it listens or connects */
  constructor(kind: HandleKind<At, Handle>, handle: Handle, local: At) {
    super()
    this.local = local
    this.#kind = kind
    this.#handle = handle
    handle.unref()
  }

  close(): void {
    if (this.#owned) this.#handle.close()
    this.#owned = false
  }

  override listen(backlog: number, events: ListenerEvents<At>): HostListener<At> {
    const listener = new HandleListener(this.#kind, this.#handle, this.local, events)
    const status = this.#handle.listen(backlog)
    if (status !== 0) throw statusError(status, `listen on ${formatEndpoint(this.local)}`)
    this.#owned = false
    return listener
  }

  override connect(remote: At, events: ConnectionEvents): HostConnection<At> {
    const connection = connectFrom(this.#kind, this.#handle, this.local, remote, events)
    this.#owned = false
    return connection
  }
}

class HandleListener<At extends SocketAddress, Handle extends ServerHandle<Handle>> extends HostListener<At> {
  readonly local: At
  readonly #kind: HandleKind<At, Handle>
  readonly #handle: Handle
  #events: ListenerEvents<At> | undefined

  constructor(kind: HandleKind<At, Handle>, handle: Handle, local: At, events: ListenerEvents<At>) {
    super()
    this.local = local
    this.#kind = kind
    this.#handle = handle
    this.#events = events
    handle.onconnection = (status, client) => this.#onConnection(status, client)
  }

  close(): void {
    this.#events = undefined
    this.#handle.close()
  }

  #onConnection(status: number, client: Handle): void {
    if (status !== 0) this.#events?.onError(nameOfStatus(status))
    else if (this.#events === undefined) client.close()
    else this.#events.onConnection(this.#kind.accepted(client, this.local))
  }
}
