/** Datagram sockets of a guest under a policy. */
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
import type { Judge } from './judge.js'

/** The maximum number of senders that are remembered and may be answered. */
const HEARD_MAX = 4096

/**
 * A guest's datagram socket, restricted by a policy. On an address where the guest may listen, it receives from every
 * sender and may answer. On other addresses it gets a free port at best, and exchanges messages only with the
 * addresses that it may connect to.
 */
export class PolicyDatagram extends HostDatagram {
  readonly #asked: Address
  readonly #judge: Judge
  readonly #listens: boolean
  /** `undefined` when no address was bound, since nothing could be sent from it. */
  readonly #socket: HostDatagram | undefined
  /** The address that it is connected to. It stays allowed when a name starts to lead elsewhere. */
  #peer: string | undefined
  /** The addresses from which messages have arrived, the latest last. */
  readonly #heard = new Set<string>()

  /** @throws {HostError} EACCES, and the errors of `Host.bindDatagram` */
  constructor(host: Host, judge: Judge, local: Address, options: DatagramBindOptions, events: DatagramEvents) {
    super()
    this.#asked = local
    this.#judge = judge
    this.#listens = judge.mayListen('udp', local)
    if (local.port !== 0) judge.requireListen('udp', local)
    if (!judge.mayTake('udp', local)) return
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
    if (join) this.#judge.requireListen('udp', { ...this.#asked, host: membership.group })
    this.#taken().setMembership(membership, join)
  }

  override setBufferSize(which: DatagramBuffer, bytes: number): void {
    this.#socket?.setBufferSize(which, bytes)
  }

  /** Whether the guest may receive messages from that sender. */
  #admits(from: Address): boolean {
    const key = endpointKey(from)
    if (!this.#listens) return key === this.#peer || this.#judge.maySend(from)
    if (!this.#judge.accepts('udp', from)) return false
    this.#heard.delete(key)
    this.#heard.add(key)
    const [oldest] = this.#heard
    if (oldest !== undefined && this.#heard.size > HEARD_MAX) this.#heard.delete(oldest)
    return true
  }

  #requireSend(to: Address): void {
    const isAnswer = this.#heard.size > 0 && this.#heard.has(endpointKey(to))
    // Nothing can be sent to port 0. Resolvers connect to it only to find out whether there is a way to the address,
    // and a refusal that asks for a grant of it would be misleading.
    if (to.port === 0 && !isAnswer && !this.#judge.maySend(to)) {
      throw new HostError('EACCES', `the guest may not use ${formatEndpoint(to)}`)
    }
    this.#judge.requireSend(to, isAnswer)
  }

  #taken(): HostDatagram {
    if (this.#socket !== undefined) return this.#socket
    throw new HostError('EACCES', `the guest may not use ${formatEndpoint(this.#asked)}; grant it`)
  }
}
