/** The transport on `Deno.listen` and `Deno.connect`. */
import { setTimeout } from 'node:timers'
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
import { caughtError, codeOf, nameOfCode } from '../node/errors.js'
import type { Transport } from '../node/transport.js'
import type { DenoConn, DenoListener, DenoSockets } from './api.js'
import { addressOf, DenoConnection } from './connection.js'

/** Milliseconds until one accepts again who had no descriptor left. */
const PAUSE = 100

/** Deno binds and listens in one; who comes before `listen()` was called waits for it. */
class DenoPort extends HostPort {
  readonly local: Address
  readonly #listener: DenoListener
  #events: ListenerEvents | undefined
  #open = true
  #owned = true

  /** @throws {HostError} EADDRINUSE, EADDRNOTAVAIL, EACCES; ENOTSUP for what Deno cannot say */
  constructor(deno: DenoSockets, local: Address, { ipv6Only, reusePort }: BindOptions) {
    super()
    if (reusePort) throw new HostError('ENOTSUP', 'Deno shares a port only with --unstable-net')
    if (ipv6Only && local.host === '::') throw new HostError('ENOTSUP', "Deno's IPv6 wildcard takes IPv4 as well")
    try {
      this.#listener = deno.listen({ hostname: toNodeHost(local), port: local.port })
    } catch (error) {
      throw caughtError(error, `bind ${print(local)}`)
    }
    this.local = addressOf(this.#listener.addr, local)
    this.#listener.unref()
  }

  close(): void {
    if (this.#owned) this.#stop()
    this.#owned = false
  }

  override listen(_backlog: number, events: ListenerEvents): HostListener {
    this.#owned = false
    this.#events = events
    this.#accept()
    return new DenoListening(this.local, () => this.#stop())
  }

  #stop(): void {
    this.#events = undefined
    this.#open = false
    this.#listener.close()
  }

  #accept(): void {
    if (this.#open) this.#listener.accept().then(this.#onConn, this.#onFailed)
  }

  readonly #onConn = (conn: DenoConn): void => {
    const connection = new DenoConnection(this.local)
    if (this.#events === undefined) connection.close()
    connection.open(conn)
    this.#events?.onConnection(connection)
    this.#accept()
  }

  readonly #onFailed = (error: unknown): void => {
    if (!this.#open) return
    this.#events?.onError(nameOfCode(codeOf(error)))
    setTimeout(() => this.#accept(), PAUSE).unref()
  }
}

class DenoListening extends HostListener {
  readonly local: Address
  readonly close: () => void

  constructor(local: Address, close: () => void) {
    super()
    this.local = local
    this.close = close
  }
}

/** @param deno - the global object */
export const denoTransport = (deno: DenoSockets): Transport => ({
  name: 'deno',
  bind: (local, options) => new DenoPort(deno, local, options),
  connect(remote: Address, events: ConnectionEvents): HostConnection {
    const connection = new DenoConnection(remote)
    connection.events = events
    deno.connect({ hostname: toNodeHost(remote), port: remote.port }).then(
      (conn) => {
        connection.open(conn)
        connection.events?.onConnect()
      },
      (error) => connection.fail(error),
    )
    return connection
  },
  bindDatagram() {
    throw new HostError('EOPNOTSUPP', "Deno.listenDatagram wants --unstable-net, and Deno's node:dgram is not whole")
  },
})
