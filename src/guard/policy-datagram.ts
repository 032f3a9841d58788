/** A guest's datagram socket: what may come to it, and what it may send where. */
import type { Address } from '../base/address.js'
import { endpointKey, formatEndpoint } from '../base/endpoint.js'
import {
  type DatagramBindOptions,
  type DatagramBuffer,
  type DatagramEvents,
  HostDatagram,
  type Membership,
} from '../host/contract/datagram.js'
import { HostError } from '../host/contract/error.js'
import type { Host } from '../host/contract/host.js'
import type { Grants } from './grants.js'

/** How many senders are remembered that may be answered. */
const HEARD_MAX = 4096

/**
 * Where the guest may listen, everybody may send to it and is answered. Elsewhere it has a free port at best, and speaks with
 * those to whom it may connect.
 */
export class PolicyDatagram extends HostDatagram {
  readonly #asked: Address
  readonly #grants: Grants
  readonly #listens: boolean
  /** `undefined` when no address was taken, since nothing could be sent from it. */
  readonly #socket: HostDatagram | undefined
  /** Where it is connected to: a name that moves does not take a peer away. */
  #peer: string | undefined
  /** Who has sent something, the latest last. */
  readonly #heard = new Set<string>()

  /** @throws {HostError} EACCES, and what `Host.bindDatagram` throws */
  constructor(host: Host, grants: Grants, local: Address, options: DatagramBindOptions, events: DatagramEvents) {
    super()
    this.#asked = local
    this.#grants = grants
    this.#listens = grants.mayListen(local)
    if (local.port !== 0) grants.requireListen(local)
    if (!grants.mayTake(local)) return
    this.#socket = host.bindDatagram(local, options, {
      onMessage: (bytes, from) => {
        if (this.#admits(from)) events.onMessage(bytes, from)
      },
      onDrain: () => events.onDrain(),
      onError: (code) => events.onError(code),
    })
  }

  get local(): Address {
    return this.#socket?.local ?? this.#asked
  }

  send(bytes: Uint8Array, to: Address | undefined): boolean {
    if (to !== undefined) this.#requireSend(to)
    return this.#taken().send(bytes, to)
  }

  readStart(): void {
    this.#socket?.readStart()
  }

  readStop(): void {
    this.#socket?.readStop()
  }

  close(): void {
    this.#socket?.close()
  }

  override connect(remote: Address): void {
    this.#requireSend(remote)
    this.#taken().connect(remote)
    this.#peer = endpointKey(remote)
  }

  override disconnect(): void {
    this.#taken().disconnect()
    this.#peer = undefined
  }

  override setBroadcast(enable: boolean): void {
    this.#socket?.setBroadcast(enable)
  }

  override setTtl(ttl: number): void {
    this.#socket?.setTtl(ttl)
  }

  override setMulticastTtl(ttl: number): void {
    this.#socket?.setMulticastTtl(ttl)
  }

  override setMulticastLoop(enable: boolean): void {
    this.#socket?.setMulticastLoop(enable)
  }

  override setMulticastInterface(on: string | number): void {
    this.#socket?.setMulticastInterface(on)
  }

  override setMembership(membership: Membership, join: boolean): void {
    if (join) this.#grants.requireListen({ ...this.#asked, host: membership.group })
    this.#taken().setMembership(membership, join)
  }

  override setBufferSize(which: DatagramBuffer, bytes: number): void {
    this.#socket?.setBufferSize(which, bytes)
  }

  /** Whether the guest may hear that sender. */
  #admits(from: Address): boolean {
    const key = endpointKey(from)
    if (!this.#listens) return key === this.#peer || this.#grants.mayConnect(from)
    this.#heard.delete(key)
    this.#heard.add(key)
    const [oldest] = this.#heard
    if (oldest !== undefined && this.#heard.size > HEARD_MAX) this.#heard.delete(oldest)
    return true
  }

  #requireSend(to: Address): void {
    if (this.#grants.mayConnect(to) || this.#heard.has(endpointKey(to))) return
    this.#grants.refuse({ action: 'send', address: to })
  }

  #taken(): HostDatagram {
    if (this.#socket !== undefined) return this.#socket
    throw new HostError('EACCES', `the guest may not use ${formatEndpoint(this.#asked)}: grant it`)
  }
}
