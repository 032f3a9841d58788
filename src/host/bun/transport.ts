/** The transport on `Bun.listen` and `Bun.connect`. */

import { type Address, unspecified } from '../../base/address.js'
import { formatEndpoint } from '../../base/endpoint.js'
import { fromNode, isExact, toNodeHost } from '../common/addresses.js'
import { systemSharesPorts, type Transport } from '../common/transport.js'
import { HostError } from '../contract/error.js'
import { fixedIdle, type KeepAliveProbes } from '../contract/keep-alive.js'
import type { BunSocket, BunSockets } from './api.js'
import { BunBoundSocket, dial } from './bound-socket.js'
import { BunConnection, type BunData } from './connection.js'
import { BunUnix } from './unix.js'

/** A TCP connection on Bun. The peer's address is queried on first use: many connections never need it. */
class BunTcpConnection extends BunConnection {
  protected override readonly leavesUnread = false
  /** An address of the same family. */
  readonly #like: Address
  readonly #asked: Address | undefined
  #local: Address | undefined
  #reached: Address | undefined

  /**
   * @param remote - the requested address of an outgoing connection; `undefined` for an accepted one, whose address
   *   is like `like`
   */
  constructor(like: Address, remote?: Address) {
    super(remote === undefined)
    this.#like = like
    this.#asked = remote
    if (remote === undefined && isExact(like)) this.#local = like
  }

  get local(): Address {
    return this.#local ?? unspecified(this.#like.family)
  }

  get remote(): Address {
    const { socket } = this
    if (socket !== undefined) {
      this.#reached ??= addressOf(socket.remoteFamily, socket.remoteAddress, socket.remotePort)
    }
    return this.#reached ?? this.#asked ?? unspecified(this.#like.family)
  }

  override setNoDelay(enable: boolean): void {
    if (!this.socket?.setNoDelay(enable)) {
      throw new HostError('EINVAL', 'cannot set TCP_NODELAY: the socket is not connected')
    }
  }

  override setKeepAlive(enable: boolean, idle: number, probes?: KeepAliveProbes): void {
    if (!this.socket?.setKeepAlive(enable, fixedIdle(idle, probes) * 1000)) {
      throw new HostError('EINVAL', `cannot set SO_KEEPALIVE with ${idle} s of silence: the socket is not connected`)
    }
  }

  protected override name(socket: BunSocket<BunData>): void {
    this.#local ??= addressOf(socket.localFamily, socket.localAddress, socket.localPort)
  }
}

const addressOf = (
  family: string | undefined,
  address: string | undefined,
  port: number | undefined,
): Address | undefined =>
  family === undefined || address === undefined || port === undefined ? undefined : fromNode({ address, family, port })

const targetOf = (at: Address): { hostname: string; port: number } => ({ hostname: toNodeHost(at), port: at.port })

/** Creates the transport. @param bun - the global object */
export const bunTransport = (bun: BunSockets): Transport => ({
  name: 'bun',
  unix: () => new BunUnix(bun),
  sharesPorts: (kind) => kind === 'stream' && systemSharesPorts(),
  bind(local, { ipv6Only, reusePort }) {
    const options = { ...targetOf(local), exclusive: !reusePort, ipv6Only, reusePort, allowHalfOpen: true }
    return new BunBoundSocket<Address>(
      (socket) => bun.listen({ ...options, socket }),
      ({ port = 0 }) => ({ ...local, port }),
      `bind ${formatEndpoint(local)}`,
      (local) => new BunTcpConnection(local),
    )
  },
  connect: (remote, events) => dial(bun, targetOf(remote), new BunTcpConnection(remote, remote), events),
  // Neither Bun.udpSocket nor Bun's node:dgram reports synchronously whether it could bind, and to which port.
  bindDatagram() {
    throw new HostError('EOPNOTSUPP', 'Bun cannot bind a datagram socket synchronously')
  },
})
