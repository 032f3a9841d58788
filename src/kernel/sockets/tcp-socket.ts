import { type Address, type SocketAddress, unspecified } from '../../base/address.js'
import type { HostBoundSocket } from '../../host/contract/connection.js'
import type { OptionName, Result } from '../descriptor.js'
import { foreign, isOf } from './address-families.js'
import { DEFAULT_TTL, maxSegment, mtu, UNCONNECTED_SEGMENT } from './path-properties.js'
import { type SocketContext, StreamSocket } from './stream-socket.js'

/** A TCP socket, of `AF_INET` or `AF_INET6`: the addresses that it accepts and the options that it has. */
export class TcpSocket extends StreamSocket<Address> {
  readonly #family: 'ipv4' | 'ipv6'

  /**
   * @param family - the family of its addresses
   * @param kernel - the kernel that the socket belongs to
   */
  constructor(family: 'ipv4' | 'ipv6', kernel: SocketContext) {
    super(family, kernel)
    this.#family = family
  }

  override bind(address: SocketAddress): Result {
    const refusal = this.refusal('bind')
    if (refusal !== undefined) return refusal
    if (!isOf(this.#family, address)) return foreign(address)
    this.port = this.kernel.host.bind(address, this.options.values)
    return 0
  }

  override connect(address: SocketAddress): Result {
    const refusal = this.refusal('connect')
    if (refusal !== undefined) return this.takeRefusal() ?? refusal
    if (!isOf(this.#family, address)) return foreign(address)
    return this.connectTo(this.port ?? this.kernel.host, address)
  }

  override getOption(name: OptionName): Result {
    if (name === 'ipv6Only' && this.#family === 'ipv4') return 'ENOPROTOOPT'
    if (name === 'ttl') return DEFAULT_TTL
    if (name === 'maxSegment') return this.state === 'connected' ? maxSegment(this.localAddress()) : UNCONNECTED_SEGMENT
    if (name === 'mtu') return this.state === 'connected' ? mtu(this.localAddress()) : 'ENOTCONN'
    return super.getOption(name)
  }

  override setOption(name: OptionName, value: number): Result {
    if (name === 'ipv6Only') {
      if (this.#family === 'ipv4') return 'ENOPROTOOPT'
      if (this.state !== 'unbound') return 'EINVAL'
    }
    // No host can change it for a connection.
    if (name === 'ttl')
      return value === -1 || value === DEFAULT_TTL ? 0 : value < 1 || value > 255 ? 'EINVAL' : 'ENOPROTOOPT'
    return super.setOption(name, stored(name, value))
  }

  protected override get sharesPorts(): boolean {
    return this.kernel.host.sharesPorts('stream')
  }

  protected override takeAny(): HostBoundSocket {
    return this.kernel.host.bind(this.former ?? this.unnamed(), this.options.values)
  }

  protected override unnamed(): Address {
    return unspecified(this.#family)
  }

  protected override fresh(): TcpSocket {
    return new TcpSocket(this.#family, this.kernel)
  }
}

/** The bits of `IP_TOS` and `IPV6_TCLASS` that belong to TCP itself (RFC 3168), so a program cannot set them. */
const ECN = 3

function stored(name: OptionName, value: number): number {
  return (name === 'tos' || name === 'trafficClass') && value > 0 ? value & ~ECN : value
}
