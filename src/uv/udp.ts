import type { Address } from '../base/address.js'
import { totalLength } from '../base/bytes.js'
import { Payload, WriteQueue } from '../kernel/payload.js'
import { type CallbackKind, FIRE } from '../runtime/dispatch.js'
import {
  type AddressLike,
  type CheckedAddress,
  checkAddress,
  hostText,
  interfaceText,
  socketDomain,
} from './address.js'
import { type Callback, checkCallback } from './callback.js'
import { ArgumentError, checkInteger, show } from './errors.js'
import { Handle, handleOptions } from './handle.js'
import type { Loop } from './loop.js'
import { type OnRequest, UDPSendRequest } from './request.js'
import { type Buffers, checkBuffers } from './stream.js'
import { receivedMessages } from './udp-messages.js'

/** Flags of {@link UDP.bind}; they can be added. */
export const UDPFlags = {
  /** An IPv6 address takes IPv6 messages only. Without it, IPv4 ones come too, from mapped addresses. */
  IPV6ONLY: 1,
  /** Take an address that others have, where all of them say so; the last one gets the messages. */
  REUSEADDR: 2,
  /** The port is shared with others that say so too. Refused with `ENOTSUP`: libuv does not offer it here. */
  REUSEPORT: 4,
} as const

/**
 * Called when a message came: `status` is 0, `data` holds it, and may be empty; `from` is who sent it. A negative status is a
 * failure, as of a message that was sent before; receiving goes on. `data` is the receiver's own.
 */
export type OnReceive<Self> = Callback<[udp: Self, status: number, data: Uint8Array, from: Address | undefined]>

/** A message that came. */
export interface UDPMessage {
  /** Its bytes, the receiver's own; none is a message too. */
  readonly data: Uint8Array
  /** Who sent it. */
  readonly from: Address
}

/** How a UDP handle is made. */
export interface UDPOptions {
  /** The loop it belongs to; {@link Loop.current} by default. */
  readonly loop?: Loop
  /** Make the socket at once, for this family. By default it is made when the first address is known. */
  readonly family?: 'ipv4' | 'ipv6'
  /** The flags of `uv_udp_init_ex()`, for who has them: a socket domain in the module's numbers. 0 by default. */
  readonly flags?: number
  /** Called when a message came. */
  readonly onReceive?: OnReceive<UDP>
}

/** Where in the scratch buffer the texts of one call stand, and how long each may be. */
const TEXT = 128

/**
 * A UDP socket: it sends and receives messages.
 *
 * @see https://docs.libuv.org/en/v1.x/udp.html
 *
 * @example
 * ```ts
 * import { Loop, UDP } from 'libuv-wasm'
 *
 * const loop = await Loop.open()
 * const server = new UDP({ loop })
 * server.bind(['127.0.0.1', 0])
 * server.recvStart((server, status, data, from) => {
 *   if (status === 0 && from !== undefined) server.send(data, from)
 * })
 *
 * const client = new UDP({ loop })
 * client.send(new TextEncoder().encode('hello'), server.sockname)
 * client.recvStart((client, status, data) => {
 *   console.log(new TextDecoder().decode(data))
 *   client.close()
 *   server.close()
 * })
 * await loop.run()
 * loop.close()
 * ```
 * ```text
 * hello
 * ```
 */
export class UDP extends Handle {
  /** Called when a message came. May be replaced at any time. */
  onReceive: OnReceive<this> | undefined
  readonly #queue = new WriteQueue()

  /**
   * @throws {ClosedLoopError}
   * @throws {UVError} EINVAL for unknown flags, EMFILE when a family was given and there is no descriptor left
   */
  constructor(options: UDPOptions = {}) {
    const { loop, family, flags = 0, onReceive } = handleOptions(options)
    checkCallback(onReceive, 'onReceive')
    super(loop, (exports, id, { constants }) => exports.uvw_udp_init(id, socketDomain(constants, flags, family)))
    this.onReceive = onReceive
  }

  /**
   * Takes over a descriptor of this loop's kernel; it is closed with the handle.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} EBADF when it is none, EEXIST when another handle has it, EBUSY when this one has another
   * @see https://docs.libuv.org/en/v1.x/udp.html#c.uv_udp_open
   */
  open(fd: number): void {
    this.takeOver(fd)
  }

  /**
   * Gives the handle a local address; port 0 takes a free one, which `sockname` then tells. Who sends without one gets a free
   * port of all addresses.
   *
   * @param flags - a sum of {@link UDPFlags}; 0 by default
   * @throws {ClosedHandleError}
   * @throws {UVError} EADDRINUSE, EINVAL when it is bound already or the host is no IP address, EADDRNOTAVAIL, EACCES, ENOTSUP
   * @see https://docs.libuv.org/en/v1.x/udp.html#c.uv_udp_bind
   */
  bind(address: AddressLike, flags = 0): void {
    const { UV_UDP_IPV6ONLY, UV_UDP_REUSEADDR, UV_UDP_REUSEPORT } = this.instance.abi.constants
    this.bindTo(address, flags, [
      [UDPFlags.IPV6ONLY, UV_UDP_IPV6ONLY],
      [UDPFlags.REUSEADDR, UV_UDP_REUSEADDR],
      [UDPFlags.REUSEPORT, UV_UDP_REUSEPORT],
    ])
  }

  /**
   * Sends to this address and receives from it alone, from now on.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} EISCONN when it is connected already, EINVAL when the host is no IP address, ENETUNREACH
   * @see https://docs.libuv.org/en/v1.x/udp.html#c.uv_udp_connect
   */
  connect(address: AddressLike): void {
    const handle = this.address
    const checked = checkAddress(this.instance.host, address, 'connect')
    const text = hostText(this.instance, checked)
    const { exports } = this.instance
    this.check(exports.uvw_udp_connect(handle, text, checked.port, checked.flowInfo, checked.scopeId), 'connect')
  }

  /**
   * Takes back what `connect()` said. A port that was not asked for by its number is given back, as on Linux; the next message
   * takes another.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} ENOTCONN
   */
  disconnect(): void {
    this.check(this.instance.exports.uvw_udp_connect(this.address, 0, 0, 0, 0), 'disconnect')
  }

  /**
   * The local address.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} EBADF while there is no socket
   */
  get sockname(): Address {
    return this.askName('sockname')
  }

  /**
   * The address it is connected to.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} ENOTCONN, EBADF while there is no socket
   */
  get peername(): Address {
    return this.askName('peername')
  }

  /** Bytes that wait to be sent; 0 once closed. */
  get sendQueueSize(): number {
    return this.closing ? 0 : this.#queue.size
  }

  /** Messages that wait to be sent; 0 once closed. */
  get sendQueueCount(): number {
    return this.closing ? 0 : this.instance.exports.uvw_udp_send_queue_count(this.address)
  }

  /**
   * Sends one message, after those of earlier calls. Its bytes are not copied: leave them as they are until the request is over.
   * That it is over means that the message has left, not that it has arrived.
   *
   * @param buffers - the message, in one piece or in several
   * @param address - where to; left out when the handle is connected
   * @throws {ClosedHandleError}
   * @throws {UVError} EDESTADDRREQ without an address, EISCONN with one too many, EINVAL when the host is no IP address. EMSGSIZE,
   *   ENETUNREACH, EACCES and the like are the request's.
   * @see https://docs.libuv.org/en/v1.x/udp.html#c.uv_udp_send
   */
  send(buffers: Buffers, address?: AddressLike, onSend?: OnRequest<UDPSendRequest>): UDPSendRequest {
    const handle = this.address
    const chunks = checkMessage(buffers)
    const to = address === undefined ? undefined : checkAddress(this.instance.host, address, 'send')
    checkCallback(onSend, 'onSend')
    const { exports } = this.instance
    const text = this.#target(to)
    const length = totalLength(chunks)
    const payload = new Payload(chunks, this.#queue)
    const request = new UDPSendRequest(this, 'send', onSend, payload)
    try {
      this.begin(request, 'send', (id) => {
        const { port = 0, flowInfo = 0, scopeId = 0 } = to ?? {}
        return exports.uvw_udp_send(handle, id, length, text, port, flowInfo, scopeId)
      })
    } catch (error) {
      payload.drop()
      throw error
    }
    return request
  }

  /**
   * Sends one message at once, or not at all. The bytes are copied.
   *
   * @returns how many bytes were sent: all of them
   * @throws {ClosedHandleError}
   * @throws {UVError} EAGAIN when there is no room, or earlier messages wait; EMSGSIZE, ENETUNREACH, EACCES, and what
   *   {@link UDP.send} throws
   * @see https://docs.libuv.org/en/v1.x/udp.html#c.uv_udp_try_send
   */
  trySend(buffers: Buffers, address?: AddressLike): number {
    const handle = this.address
    const chunks = checkMessage(buffers)
    const to = address === undefined ? undefined : checkAddress(this.instance.host, address, 'trySend')
    const { exports, payloads } = this.instance
    const text = this.#target(to)
    payloads.lend(chunks)
    try {
      const { port = 0, flowInfo = 0, scopeId = 0 } = to ?? {}
      return this.check(exports.uvw_udp_try_send(handle, totalLength(chunks), text, port, flowInfo, scopeId), 'trySend')
    } finally {
      payloads.takeBack()
    }
  }

  /**
   * Starts to receive. Who has no address yet gets a free port of all IPv4 addresses.
   *
   * @param onReceive - replaces the attribute when the call succeeded
   * @throws {ClosedHandleError}
   * @throws {UVError} EALREADY when it receives already
   * @see https://docs.libuv.org/en/v1.x/udp.html#c.uv_udp_recv_start
   */
  recvStart(onReceive?: OnReceive<this>): void {
    const address = this.address
    checkCallback(onReceive, 'onReceive')
    this.check(this.instance.exports.uvw_udp_recv_start(address), 'recvStart')
    this.onReceive = onReceive ?? this.onReceive
  }

  /** Stops receiving; silent when it does not receive or is closed. What comes meanwhile waits, or is lost where it is much. */
  recvStop(): void {
    if (!this.closing) this.check(this.instance.exports.uvw_udp_recv_stop(this.address), 'recvStop')
  }

  /** Lets it send to everybody, as to 255.255.255.255. @throws {UVError} EBADF while there is no socket */
  setBroadcast(enable: boolean): void {
    this.check(this.instance.exports.uvw_udp_set_broadcast(this.address, enable ? 1 : 0), 'setBroadcast')
  }

  /**
   * How many networks a message may cross.
   *
   * @param ttl - 1 to 255
   * @throws {UVError} EINVAL for another number, EBADF while there is no socket
   */
  setTTL(ttl: number): void {
    const address = this.address
    checkInteger(ttl, 'ttl', 1, 255)
    this.check(this.instance.exports.uvw_udp_set_ttl(address, ttl), 'setTTL')
  }

  /**
   * The same for messages to groups; 1 by default.
   *
   * @param ttl - 0 to 255
   * @throws {UVError} EINVAL for another number, EBADF while there is no socket
   */
  setMulticastTTL(ttl: number): void {
    const address = this.address
    checkInteger(ttl, 'ttl', 0, 255)
    this.check(this.instance.exports.uvw_udp_set_multicast_ttl(address, ttl), 'setMulticastTTL')
  }

  /** Whether messages to groups reach this machine too; they do at first. @throws {UVError} EBADF while there is no socket */
  setMulticastLoop(enable: boolean): void {
    this.check(this.instance.exports.uvw_udp_set_multicast_loop(this.address, enable ? 1 : 0), 'setMulticastLoop')
  }

  /**
   * Which way messages to groups go out.
   *
   * @param address - an address of the interface, for IPv6 with its zone, as `::%eth0`; the system's choice when left out
   * @throws {UVError} EINVAL when it is no address, EADDRNOTAVAIL, ENODEV, EBADF while there is no socket
   */
  setMulticastInterface(address?: string): void {
    const handle = this.address
    const text = this.#text(address, 'address', 0, 'setMulticastInterface')
    this.check(this.instance.exports.uvw_udp_set_multicast_interface(handle, text), 'setMulticastInterface')
  }

  /**
   * Joins a group or leaves it. Who has no address yet gets a free port.
   *
   * @param group - its address, as `239.255.0.1` or `ff02::1`
   * @param on - an address of the interface, as in {@link UDP.setMulticastInterface}; `undefined` for the system's choice
   * @param join - or leave
   * @throws {UVError} EINVAL when one is no address of its kind, ENODEV, EADDRINUSE when it is in the group, EADDRNOTAVAIL when not
   * @see https://docs.libuv.org/en/v1.x/udp.html#c.uv_udp_set_membership
   */
  setMembership(group: string, on: string | undefined, join: boolean): void {
    this.#setMembership('setMembership', group, on, undefined, join)
  }

  /**
   * The same for the messages of one sender only.
   *
   * @param source - the sender's address
   * @see https://docs.libuv.org/en/v1.x/udp.html#c.uv_udp_set_source_membership
   */
  setSourceMembership(group: string, on: string | undefined, source: string, join: boolean): void {
    this.#setMembership('setSourceMembership', group, on, source, join)
  }

  /** The messages as they come, until the handle is closed. Between two of them nothing is received. */
  [Symbol.asyncIterator](): AsyncIterableIterator<UDPMessage> {
    return receivedMessages(this)
  }

  override [FIRE](kind: CallbackKind, value: number): void {
    if (kind !== 'read') return super[FIRE](kind, value)
    const { payloads } = this.instance
    if (value < 0) this.onReceive?.(this, value, new Uint8Array(0), undefined)
    else this.onReceive?.(this, 0, payloads.takeReceived(), payloads.sender)
  }

  #setMembership(syscall: string, group: string, on: string | undefined, source: string | undefined, join: boolean) {
    const handle = this.address
    const [groupText, onText] = [this.#text(group, 'group', 0, syscall), this.#text(on, 'on', 1, syscall)]
    const sourceText = this.#text(source, 'source', 2, syscall)
    const { exports } = this.instance
    this.check(exports.uvw_udp_set_membership(handle, groupText, onText, sourceText, join ? 1 : 0), syscall)
  }

  #target(to: CheckedAddress | undefined): number {
    return to === undefined ? 0 : hostText(this.instance, to)
  }

  /** An address among several texts of a call, in the module's memory; 0 for none. */
  #text(value: string | undefined, what: string, index: number, syscall: string): number {
    if (value === undefined) return 0
    const at = this.instance.text(interfaceText(this.instance.host, value, what, syscall), index * TEXT)
    if (at === undefined) throw new ArgumentError(`${what} ${show(value)} is no address`, syscall)
    return at
  }
}

/** What is to be sent, as a list. @throws {ArgumentError} */
function checkMessage(buffers: Buffers): readonly Uint8Array[] {
  const chunks = checkBuffers(buffers)
  const length = totalLength(chunks)
  if (length <= 0x7fff_ffff) return chunks
  throw new ArgumentError(`${length} bytes are too many for one message; split them`)
}
