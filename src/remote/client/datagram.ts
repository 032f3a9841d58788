/** Datagram sockets with a host in another thread. */

import type { Address } from '../../base/address.js'
import { DatagramQueue } from '../../base/datagram-queue.js'
import { endpointKey } from '../../base/endpoint.js'
import {
  type DatagramBindOptions,
  type DatagramBuffer,
  type DatagramEvents,
  HostDatagram,
  type Membership,
  requireSendable,
} from '../../host/contract/datagram.js'
import { DatagramDecoder, encodeDatagram } from '../datagram-codec.js'
import {
  type DatagramAction,
  errnoOf,
  MESSAGE_COST,
  type NewConnection,
  ToGuest,
  ToParent,
  WINDOW,
} from '../protocol.js'
import type { ClientChannel } from './channel.js'

/** The maximum number of remembered addresses that messages have reached or come from. */
const KNOWN_MAX = 1024

/**
 * A datagram socket with a host in another thread. The first message to an address waits for the result of the
 * parent's host, so that forbidden and impossible sends are refused immediately. Later messages do not wait, and
 * their failure is reported late, like that of a message that does not arrive.
 */
export class RemoteDatagram extends HostDatagram {
  local: Address
  readonly #wire: ClientChannel
  readonly #id: number
  readonly #events: DatagramEvents
  readonly #known = new Set<string>()
  readonly #unsealer = new DatagramDecoder()
  /** The messages that were already in transit when reading stopped. */
  readonly #unread = new DatagramQueue()
  #peer: Address | undefined
  #reading = false
  /** The total number of bytes sent, and of those that the host has reported as accepted; modulo 2^32. */
  #sent = 0
  #accepted = 0
  /** Whether a `send()` found no room, so that `onDrain` must follow. */
  #wanted = false

  /** @throws {HostError} the errors of `Host.bindDatagram` */
  constructor(
    wire: ClientChannel,
    local: Address,
    { ipv6Only, reusePort, reuseAddress }: DatagramBindOptions,
    events: DatagramEvents,
  ) {
    super()
    const options = { ipv6Only, reusePort, reuseAddress }
    const bound = wire.call<NewConnection>({ call: 'bindDatagram', local, options })
    this.#wire = wire
    this.#id = bound.id
    this.local = bound.local
    this.#events = events
    wire.route(bound.id, (kind, value, payload) => this.#receive(kind, value, payload))
  }

  send(bytes: Uint8Array, to: Address | undefined): boolean {
    requireSendable(to ?? this.#peer, bytes.length)
    if (this.#underWay() >= WINDOW) this.#settle()
    if (this.#underWay() >= WINDOW) {
      this.#wanted = true
      return false
    }
    const asked = to !== undefined && !this.#known.has(endpointKey(to))
    const payload = encodeDatagram({ bytes, address: to, asked })
    this.#wire.post(ToParent.WRITE, this.#id, payload.length, payload)
    if (asked) {
      this.#act({ does: 'tell' })
      this.#learn(to)
    }
    this.#sent = (this.#sent + bytes.length + MESSAGE_COST) >>> 0
    return true
  }

  readStart(): void {
    if (this.#reading) return
    this.#reading = true
    this.#wire.post(ToParent.READ_START, this.#id)
    if (this.#unread.length > 0) this.#wire.later(() => this.#tell())
  }

  readStop(): void {
    if (!this.#reading) return
    this.#reading = false
    this.#wire.post(ToParent.READ_STOP, this.#id)
  }

  close(): void {
    this.#reading = false
    this.#unread.clear()
    this.#wire.route(this.#id, undefined)
    this.#wire.post(ToParent.CLOSE, this.#id)
  }

  override connect(remote: Address): void {
    this.#act({ does: 'connect', remote })
    this.#peer = remote
  }

  override disconnect(): void {
    this.#act({ does: 'disconnect' })
    this.#peer = undefined
  }

  override setBroadcast(enable: boolean): void {
    this.#act({ does: 'setBroadcast', value: enable })
  }

  override setTtl(ttl: number): void {
    this.#act({ does: 'setTtl', value: ttl })
  }

  override setMulticastTtl(ttl: number): void {
    this.#act({ does: 'setMulticastTtl', value: ttl })
  }

  override setMulticastLoop(enable: boolean): void {
    this.#act({ does: 'setMulticastLoop', value: enable })
  }

  override setMulticastInterface(on: string | number): void {
    this.#act({ does: 'setMulticastInterface', value: on })
  }

  override setMembership(membership: Membership, join: boolean): void {
    this.#act({ does: 'setMembership', membership, join })
  }

  override setBufferSize(which: DatagramBuffer, bytes: number): void {
    this.#act({ does: 'setBufferSize', which, value: bytes })
  }

  /** Performs an operation on the parent's socket, and waits for it. @throws {HostError} its error */
  #act(action: DatagramAction): void {
    this.local = this.#wire.call<NewConnection>({ call: 'datagram', socket: this.#id, action }).local
  }

  #receive(kind: number, value: number, payload: Uint8Array): void {
    if (kind === ToGuest.ERROR) this.#events.onError(errnoOf(value))
    else if (kind === ToGuest.TAKEN) this.#taken(value)
    else {
      const message = this.#unsealer.take(payload, value)
      if (message?.address === undefined) return
      const { bytes, address } = message
      this.#unread.hold(bytes.length)
      this.#unread.add({ bytes, from: address })
      this.#learn(address)
      this.#tell()
    }
  }

  #tell(): void {
    while (this.#reading) {
      const message = this.#unread.shift()
      if (message === undefined) return
      this.#events.onMessage(message.bytes, message.from)
    }
  }

  #underWay(): number {
    return (this.#sent - this.#accepted) >>> 0
  }

  /**
   * Waits until the parent's host has been given all that was sent. On Linux, too, a send returns only when its message
   * is in the socket's buffer, so a burst of any length is accepted as long as the host has room.
   */
  #settle(): void {
    const { accepted = 0 } = this.#wire.call<NewConnection>({
      call: 'datagram',
      socket: this.#id,
      action: { does: 'settle' },
    })
    this.#accepted = accepted
  }

  #taken(accepted: number): void {
    // A report that was sent before the answer to a later request is outdated.
    if ((accepted - this.#accepted) >>> 0 > 0x7fff_ffff) return
    this.#accepted = accepted
    if (!this.#wanted || this.#underWay() >= WINDOW) return
    this.#wanted = false
    this.#events.onDrain()
  }

  #learn(address: Address): void {
    if (this.#known.size >= KNOWN_MAX) this.#known.clear()
    this.#known.add(endpointKey(address))
  }
}
