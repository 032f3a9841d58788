/** The transport on `Bun.listen` and `Bun.connect`. */
import type { Address } from '../../abi/address.js'
import {
  type BindOptions,
  type ConnectionEvents,
  type HostConnection,
  HostError,
  HostListener,
  HostPort,
  type ListenerEvents,
} from '../host.js'
import { print, toNodeHost } from '../node/addresses.js'
import { caughtError } from '../node/errors.js'
import type { Transport } from '../node/transport.js'
import type { BunHandler, BunListener, BunSockets } from './api.js'
import { BunConnection, handler } from './connection.js'

/** Bun binds and listens in one; who comes before `listen()` was called is reset, since nobody is there. */
class BunPort extends HostPort {
  readonly local: Address
  readonly #listener: BunListener
  #events: ListenerEvents | undefined
  #owned = true

  /** @throws {HostError} EADDRINUSE, EADDRNOTAVAIL, EACCES */
  constructor(bun: BunSockets, local: Address, { ipv6Only, reusePort }: BindOptions) {
    super()
    const socket: BunHandler<BunConnection> = {
      ...handler,
      open: (socket) => {
        const connection = new BunConnection(this.local)
        socket.data = connection
        if (this.#events === undefined) connection.reset()
        connection.onOpen(socket)
        this.#events?.onConnection(connection)
      },
    }
    const where = { hostname: toNodeHost(local), port: local.port, exclusive: !reusePort, allowHalfOpen: true }
    try {
      this.#listener = bun.listen({ ...where, ipv6Only, reusePort, socket })
    } catch (error) {
      throw caughtError(error, `bind ${print(local)}`)
    }
    this.#listener.unref()
    this.local = { ...local, port: this.#listener.port }
  }

  close(): void {
    if (this.#owned) this.#listener.stop()
    this.#owned = false
  }

  override listen(_backlog: number, events: ListenerEvents): HostListener {
    this.#owned = false
    this.#events = events
    return new BunListening(this.local, () => {
      this.#events = undefined
      this.#listener.stop()
    })
  }
}

class BunListening extends HostListener {
  readonly local: Address
  readonly close: () => void

  constructor(local: Address, close: () => void) {
    super()
    this.local = local
    this.close = close
  }
}

const dialled: BunHandler<BunConnection> = {
  ...handler,
  open: (socket) => {
    socket.data.onOpen(socket)
    socket.data.events?.onConnect()
  },
}

/** @param bun - the global object */
export const bunTransport = (bun: BunSockets): Transport => ({
  name: 'bun',
  bind: (local, options) => new BunPort(bun, local, options),
  connect(remote: Address, events: ConnectionEvents): HostConnection {
    const connection = new BunConnection(remote, remote)
    connection.events = events
    const where = { hostname: toNodeHost(remote), port: remote.port, allowHalfOpen: true }
    // What becomes of it, the handler is told.
    bun.connect({ ...where, socket: dialled, data: connection }).catch(() => {})
    return connection
  },
  // Neither Bun.udpSocket nor Bun's node:dgram says within the call whether it could bind, and to which port.
  bindDatagram() {
    throw new HostError('EOPNOTSUPP', 'Bun cannot bind a datagram socket at once')
  },
})
