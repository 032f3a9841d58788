/**
 * The transport on Node's bare TCP handles: no streams, no queues of Node's, no events but the ones we pass on. It is
 * chosen where {@link tcpWrap} finds the handles; {@link file://./net.ts | net} does the same on public ground.
 */
import type { Address } from '../../abi/address.js'
import {
  type BindOptions,
  type ConnectionEvents,
  type HostConnection,
  HostListener,
  HostPort,
  type ListenerEvents,
} from '../host.js'
import { print } from './addresses.js'
import { bindDatagram } from './datagram.js'
import { nameOfStatus, statusError } from './errors.js'
import { type HandleCommon, newCommon } from './handle-connection.js'
import { bindHandle, localOf } from './tcp-calls.js'
import { TcpConnection } from './tcp-connection.js'
import { newHandle, type TcpHandle, type TcpWrap } from './tcp-wrap.js'
import type { Transport } from './transport.js'
import { unixHost } from './unix.js'

class HandleListener extends HostListener {
  readonly local: Address
  readonly #common: HandleCommon
  readonly #handle: TcpHandle
  #events: ListenerEvents | undefined

  constructor(common: HandleCommon, handle: TcpHandle, local: Address, events: ListenerEvents) {
    super()
    this.local = local
    this.#common = common
    this.#handle = handle
    this.#events = events
    handle.unref()
    handle.onconnection = (status, client) => this.#onConnection(status, client)
  }

  close(): void {
    this.#events = undefined
    this.#handle.close()
  }

  #onConnection(status: number, client: TcpHandle): void {
    if (status !== 0) this.#events?.onError(nameOfStatus(status))
    else if (this.#events === undefined) client.close()
    else this.#events.onConnection(new TcpConnection(this.#common, client, this.local, true))
  }
}

class HandlePort extends HostPort {
  readonly local: Address
  readonly #common: HandleCommon
  readonly #handle: TcpHandle
  #owned = true

  constructor(common: HandleCommon, handle: TcpHandle, local: Address) {
    super()
    this.local = local
    this.#common = common
    this.#handle = handle
    handle.unref()
  }

  close(): void {
    if (this.#owned) this.#handle.close()
    this.#owned = false
  }

  override listen(backlog: number, events: ListenerEvents): HostListener {
    const listener = new HandleListener(this.#common, this.#handle, this.local, events)
    const status = this.#handle.listen(backlog)
    if (status !== 0) throw statusError(status, `listen on ${print(this.local)}`)
    this.#owned = false
    return listener
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    const connection = new TcpConnection(this.#common, this.#handle, remote, false)
    connection.events = events
    connection.start(remote)
    this.#owned = false
    return connection
  }
}

/**
 * @param wrap - Node's bindings
 * @param linger - milliseconds; see {@link LINGER}
 */
export const handleTransport = (wrap: TcpWrap, linger: number): Transport => {
  const common = newCommon(wrap, linger)
  return {
    name: 'handle',
    unix: unixHost,
    bind(local: Address, options: BindOptions): HostPort {
      const handle = bindHandle(wrap, local, options)
      return new HandlePort(common, handle, localOf(handle, local))
    },
    connect(remote: Address, events: ConnectionEvents): HostConnection {
      const handle = newHandle(wrap)
      const connection = new TcpConnection(common, handle, remote, false)
      connection.events = events
      try {
        connection.start(remote)
      } catch (error) {
        handle.close()
        throw error
      }
      return connection
    },
    bindDatagram,
  }
}
