import { type Address, unspecified } from '../../base/address.js'
import { formatEndpoint } from '../../base/endpoint.js'
import { fromNode, interfaceText, type NodeAddress, toNodeHost } from '../common/addresses.js'
import { nameOfCode, nameOfStatus, statusError } from '../common/errors.js'
import {
  type DatagramBindOptions,
  type DatagramBuffer,
  type DatagramEvents,
  HostDatagram,
  type Membership,
} from '../contract/datagram.js'
import { HostError } from '../contract/error.js'
import type { SendRequest, UdpHandle, UdpWrap } from './udp-wrap.js'

/** A datagram socket on one of Node's bare handles. All results are available immediately. */
export class HandleDatagram extends HostDatagram {
  readonly #wrap: UdpWrap
  readonly #handle: UdpHandle
  /** An address of the same family. */
  readonly #like: Address
  #events: DatagramEvents | undefined
  /**
   * The request for the next message. A message that is sent immediately leaves it unused, so most messages allocate
   * none.
   */
  #spare: SendRequest
  /** Whether Node has queued a message because the operating system had no room for it. */
  #queued = false
  /** Whether a `send()` found no room, so that `onDrain` must follow. */
  #wanted = false

  /** @throws {HostError} the errors of `Host.bindDatagram` */
  constructor(wrap: UdpWrap, local: Address, options: DatagramBindOptions, events: DatagramEvents) {
    super()
    this.#wrap = wrap
    this.#like = local
    this.#events = events
    this.#spare = new wrap.SendWrap()
    const flags = bindFlags(wrap, options)
    this.#handle = new wrap.UDP()
    const status =
      local.family === 'ipv4'
        ? this.#handle.bind(local.host, local.port, flags)
        : this.#handle.bind6(toNodeHost(local), local.port, flags)
    if (status < 0) {
      this.#handle.close()
      throw statusError(status, `bind ${formatEndpoint(local)}`)
    }
    this.#handle.unref()
    this.#handle.onmessage = (count, _handle, bytes, from) => this.#onMessage(count, bytes, from)
  }

  get local(): Address {
    const out: NodeAddress = {}
    this.#handle.getsockname(out)
    return fromNode(out) ?? unspecified(this.#like.family)
  }

  send(bytes: Uint8Array, to: Address | undefined): boolean {
    if (this.#queued) {
      this.#wanted = true
      return false
    }
    const list = [bytes]
    const request = this.#spare
    const status =
      to === undefined
        ? this.#handle.send(request, list, 1, true)
        : to.family === 'ipv4'
          ? this.#handle.send(request, list, 1, to.port, to.host, true)
          : this.#handle.send6(request, list, 1, to.port, toNodeHost(to), true)
    if (status < 0) throw statusError(status, `send to ${to === undefined ? 'the peer' : formatEndpoint(to)}`)
    if (status === 0) this.#wait(request, list)
    return true
  }

  readStart(): void {
    this.#handle.recvStart()
  }

  readStop(): void {
    this.#handle.recvStop()
  }

  close(): void {
    this.#events = undefined
    this.#handle.recvStop()
    if (!this.#queued) this.#handle.close()
  }

  override connect(remote: Address): void {
    this.#handle.disconnect()
    const status =
      remote.family === 'ipv4'
        ? this.#handle.connect(remote.host, remote.port)
        : this.#handle.connect6(toNodeHost(remote), remote.port)
    if (status < 0) throw statusError(status, `connect ${formatEndpoint(remote)}`)
  }

  override disconnect(): void {
    check(this.#handle.disconnect(), 'disconnect')
  }

  override setBroadcast(enable: boolean): void {
    check(this.#handle.setBroadcast(enable ? 1 : 0), 'set SO_BROADCAST')
  }

  override setTtl(ttl: number): void {
    check(this.#handle.setTTL(ttl), `set a TTL of ${ttl}`)
  }

  override setMulticastTtl(ttl: number): void {
    check(this.#handle.setMulticastTTL(ttl), `set a TTL of ${ttl}`)
  }

  override setMulticastLoop(enable: boolean): void {
    check(this.#handle.setMulticastLoopback(enable ? 1 : 0), 'set IP_MULTICAST_LOOP')
  }

  override setMulticastInterface(on: string | number): void {
    check(this.#handle.setMulticastInterface(interfaceText(on)), `set the multicast interface ${on}`)
  }

  override setMembership({ group, on, source }: Membership, join: boolean): void {
    const handle = this.#handle
    const name = interfaceText(on)
    const status =
      source === undefined
        ? join
          ? handle.addMembership(group, name)
          : handle.dropMembership(group, name)
        : join
          ? handle.addSourceSpecificMembership(source, group, name)
          : handle.dropSourceSpecificMembership(source, group, name)
    check(status, `${join ? 'join' : 'leave'} ${group}`)
  }

  override setBufferSize(which: DatagramBuffer, bytes: number): void {
    const context: { code?: string } = {}
    if (this.#handle.bufferSize(bytes, which === 'receive', context) !== undefined) return
    throw new HostError(nameOfCode(context.code), `set a ${which} buffer of ${bytes} bytes`)
  }

  /** Node keeps the message, and sends it when there is room. */
  #wait(request: SendRequest, list: readonly Uint8Array[]): void {
    this.#spare = new this.#wrap.SendWrap()
    this.#queued = true
    request.held = list
    request.oncomplete = (status) => {
      this.#queued = false
      if (this.#events === undefined) {
        this.#handle.close()
        return
      }
      if (status < 0) this.#events.onError(nameOfStatus(status))
      if (this.#wanted) {
        this.#wanted = false
        this.#events?.onDrain()
      }
    }
  }

  #onMessage(count: number, bytes: Uint8Array | undefined, from: NodeAddress | undefined): void {
    if (count < 0) return this.#events?.onError(nameOfStatus(count))
    const address = from === undefined ? undefined : fromNode(from)
    if (bytes === undefined || address === undefined) return
    // As a plain `Uint8Array`: it arrives as a `Buffer`, whose methods differ.
    this.#events?.onMessage(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), address)
  }
}

const check = (status: number, what: string): void => {
  if (status < 0) throw statusError(status, what)
}

const bindFlags = ({ constants }: UdpWrap, options: DatagramBindOptions): number => {
  const { UV_UDP_IPV6ONLY, UV_UDP_REUSEADDR, UV_UDP_REUSEPORT } = constants
  if (options.reusePort && UV_UDP_REUSEPORT === undefined) {
    throw new HostError(
      'ENOTSUP',
      `Node ${process.versions.node} cannot share a datagram port; Node 22.12 and later can`,
    )
  }
  return (
    (options.ipv6Only ? UV_UDP_IPV6ONLY : 0) |
    (options.reuseAddress ? UV_UDP_REUSEADDR : 0) |
    (options.reusePort ? (UV_UDP_REUSEPORT ?? 0) : 0)
  )
}
