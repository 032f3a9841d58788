/** The transport on the public API, `net.Socket` and `net.Server`. Binding is left to a {@link BindStrategy}. */

import type { Server, Socket } from 'node:net'
import type { Address } from '../../base/address.js'
import { formatEndpoint } from '../../base/endpoint.js'
import { fromNode, isExact } from '../common/addresses.js'
import { codeOf, nameOfCode } from '../common/errors.js'
import { systemSharesPorts, type Transport } from '../common/transport.js'
import {
  type ConnectionEvents,
  HostBoundSocket,
  type HostConnection,
  HostListener,
  type ListenerEvents,
} from '../contract/connection.js'
import { HostError } from '../contract/error.js'
import { type BindStrategy, type Bound, nodeNet } from './bind-strategies.js'
import { DgramDatagram } from './dgram-datagram.js'
import { type ConnectionInit, NetConnection } from './net-connection.js'
import { unixHost } from './unix.js'

type Adopt = (socket: Socket, beginning: ConnectionInit) => NetConnection

class NetListener extends HostListener {
  readonly local: Address
  readonly #server: Server
  #events: ListenerEvents | undefined

  /** @throws {HostError} EADDRINUSE */
  constructor(bound: Bound, backlog: number, events: ListenerEvents, adopt: Adopt) {
    super()
    const like = bound.local
    this.local = like
    this.#server = new (nodeNet().Server)({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      // If it has to be queried, then now: a failed socket no longer has it.
      const local = isExact(like) ? like : fromNode(socket.address())
      const connection = adopt(socket, { like, local, remote: undefined, connected: true })
      if (this.#events === undefined) socket.destroy()
      else this.#events.onConnection(connection)
    })
    this.#server.on('error', (error) => this.#events?.onError(nameOfCode(codeOf(error))))
    this.#server.unref()
    this.#server.listen(bound.source, backlog)
    // It listens synchronously; Node reports a failure a tick later, but it can have only one reason.
    if (!this.#server.listening) throw new HostError('EADDRINUSE', `listen on ${formatEndpoint(like)}`)
    this.#events = events
  }

  close(): void {
    this.#events = undefined
    this.#server.close()
  }
}

class NetBoundSocket extends HostBoundSocket {
  readonly #bound: Bound
  readonly #adopt: Adopt
  #owned = true

  constructor(bound: Bound, adopt: Adopt) {
    super()
    this.#bound = bound
    this.#adopt = adopt
  }

  get local(): Address {
    return this.#bound.local
  }

  close(): void {
    if (this.#owned) this.#bound.close()
    this.#owned = false
  }

  // In both cases Node takes over the address, and releases it if it fails.

  override listen(backlog: number, events: ListenerEvents): HostListener {
    this.#owned = false
    return new NetListener(this.#bound, backlog, events, this.#adopt)
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    this.#owned = false
    return connect(this.#bound, remote, events, this.#adopt)
  }
}

/** @param from - a bound address, or a strategy, which selects a free port */
const connect = (
  from: BindStrategy | Bound,
  remote: Address,
  events: ConnectionEvents,
  adopt: Adopt,
): HostConnection => {
  const { socket, local } = from.connect(remote, () => connection.onConnected())
  const connection = adopt(socket, { like: remote, local, remote, connected: false })
  connection.events = events
  return connection
}

/** Creates the transport. @param ladder - the strategies to use, at least one; the one preferred for `bind` first */
export const netTransport = (ladder: readonly [BindStrategy, ...BindStrategy[]]): Transport => {
  const [top] = ladder
  // If available, the handle is better for outgoing connections: a BoundSocket must bind a port first, of which there
  // are 28,000 for all peers together, while a plain connect has as many for each peer.
  const dialler = ladder.find(({ name }) => name === 'tcp-wrap') ?? top
  const adopt: Adopt = (socket, beginning) => new NetConnection(socket, beginning)
  return {
    name: 'net',
    unix: unixHost,
    sharesPorts: (kind) => kind === 'stream' && systemSharesPorts() && top.sharesPorts,
    bind: (local, options) => new NetBoundSocket(top.bind(local, options), adopt),
    connect: (remote, events) => connect(dialler, remote, events, adopt),
    bindDatagram: (local, options, events) => new DgramDatagram(local, options, events),
  }
}
