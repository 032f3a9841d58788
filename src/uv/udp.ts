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
import type { Loop } from './loop/loop.js'
import { type OnRequest, UDPSendRequest } from './request.js'
import { type Buffers, checkBuffers } from './streams/stream.js'
import { receivedMessages } from './udp-messages.js'

/** Flags of {@link UDP.bind}. They can be combined with `|`. */
export const UDPFlags = {
  /** An IPv6 address receives IPv6 messages only. Without this flag it also receives IPv4, from mapped addresses. */
  IPV6ONLY: 1,
  /** Bind to an address that other sockets use, if they all set this flag; the last one receives the messages. */
  REUSEADDR: 2,
  /** Share the port with other sockets that set this flag. Fails with `ENOTSUP`: libuv does not offer it here. */
  REUSEPORT: 4,
} as const

/**
 * Called when a message was received: `status` is 0, `data` holds the message, which may be empty, and `from` is the
 * sender. A negative status is a failure, for example of a message that was sent before; receiving continues. The
 * callback owns `data`.
 */
export type OnReceive<Self> = Callback<[udp: Self, status: number, data: Uint8Array, from: Address | undefined]>

/** A received message. */
export interface UDPMessage {
  /** The bytes, which the receiver owns. A message may be empty. */
  readonly data: Uint8Array
  /** The sender's address. */
  readonly from: Address
}

/** The options of a UDP handle. */
export interface UDPOptions {
  /** The loop it belongs to; {@link Loop.current} by default. */
  readonly loop?: Loop
  /** Creates the socket at once, for this family. By default it is created when the first address is known. */
  readonly family?: 'ipv4' | 'ipv6'
  /** The flags of `uv_udp_init_ex()`: a socket domain in the module's numbers. 0 by default. */
  readonly flags?: number
  /** Called when a message was received. */
  readonly onReceive?: OnReceive<UDP>
}

/** The space in the scratch buffer for each text of a call, in bytes. */
const TEXT = 128

/**
 * A UDP socket: sends and receives messages.
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
  /** Called when a message was received. May be replaced at any time. */
  onReceive: OnReceive<this> | undefined
  readonly #queue = new WriteQueue()

  /**
   * Creates a UDP handle.
   *
   * @throws {ClosedLoopError}
   * @throws {UVError} EINVAL for unknown flags, EMFILE when a family was given and no descriptor is left
   */
  constructor(options: UDPOptions = {}) {
    const { loop, family, flags = 0, onReceive } = handleOptions(options)
    checkCallback(onReceive, 'onReceive')
    super(loop, (exports, id, { constants }) => exports.uvw_udp_init(id, socketDomain(constants, flags, family)))
    this.onReceive = onReceive
  }

  /**
   * Takes over a descriptor of this loop's kernel. It is closed with the handle.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} EBADF when it is not a valid descriptor, EEXIST when another handle owns it, EBUSY when this
   *   handle has a descriptor already
   * @see https://docs.libuv.org/en/v1.x/udp.html#c.uv_udp_open
   */
  open(fd: number): void {
    this.takeOver(fd)
  }

  /**
   * Binds the handle to a local address. Port 0 selects a free port, which `sockname` returns. A handle that sends
   * before it is bound gets a free port on all addresses.
   *
   * @param flags - {@link UDPFlags}, combined with `|`; 0 by default
   * @throws {ClosedHandleError}
   * @throws {UVError} EADDRINUSE, EINVAL when the handle is bound already or the host is not an IP address,
   *   EADDRNOTAVAIL, EACCES, ENOTSUP
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
   * Connects the handle: from now on it sends to this address, and receives from it only.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} EISCONN when the handle is connected already, EINVAL when the host is not an IP address,
   *   ENETUNREACH
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
   * Undoes `connect()`. A port that was not bound by its number is released, like on Linux; the next message gets
   * another.
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
   * The address that the handle is connected to.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} ENOTCONN, EBADF while there is no socket
   */
  get peername(): Address {
    return this.askName('peername')
  }

  /** Bytes queued for sending; 0 once closed. */
  get sendQueueSize(): number {
    return this.closing ? 0 : this.#queue.size
  }

  /** Messages queued for sending; 0 once closed. */
  get sendQueueCount(): number {
    return this.closing ? 0 : this.instance.exports.uvw_udp_send_queue_count(this.address)
  }

  /**
   * Sends one message, after those of earlier calls. The bytes are not copied: do not change them until the request
   * has completed. Completion means that the message was sent, not that it has arrived.
   *
   * @param buffers - the message, in one buffer or in several
   * @param address - the destination; leave it out when the handle is connected
   * @throws {ClosedHandleError}
   * @throws {UVError} EDESTADDRREQ when there is no address, EISCONN when the handle is connected and an address is
   *   given, EINVAL when the host is not an IP address. EMSGSIZE, ENETUNREACH, EACCES and the like are reported by
   *   the request.
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
   * Sends one message immediately, or not at all. The bytes are copied.
   *
   * @returns the number of bytes sent: all of them
   * @throws {ClosedHandleError}
   * @throws {UVError} EAGAIN when there is no room, or earlier messages are queued; EMSGSIZE, ENETUNREACH, EACCES,
   *   and what {@link UDP.send} throws
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
   * Starts receiving. A handle that is not bound yet gets a free port on all IPv4 addresses.
   *
   * @param onReceive - replaces the property if the call succeeds
   * @throws {ClosedHandleError}
   * @throws {UVError} EALREADY when the handle is receiving already
   * @see https://docs.libuv.org/en/v1.x/udp.html#c.uv_udp_recv_start
   */
  recvStart(onReceive?: OnReceive<this>): void {
    const address = this.address
    checkCallback(onReceive, 'onReceive')
    this.check(this.instance.exports.uvw_udp_recv_start(address), 'recvStart')
    this.onReceive = onReceive ?? this.onReceive
  }

  /**
   * Stops receiving. Ignored when the handle is not receiving or is closed. Messages that arrive then are queued, and
   * are lost if there are too many.
   */
  recvStop(): void {
    if (!this.closing) this.check(this.instance.exports.uvw_udp_recv_stop(this.address), 'recvStop')
  }

  /**
   * Allows sending to broadcast addresses, such as 255.255.255.255. @throws {UVError} EBADF while there is no socket
   */
  setBroadcast(enable: boolean): void {
    this.check(this.instance.exports.uvw_udp_set_broadcast(this.address, enable ? 1 : 0), 'setBroadcast')
  }

  /**
   * Sets the time to live: how many hops a message may make.
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
   * Sets the time to live of multicast messages; 1 by default.
   *
   * @param ttl - 0 to 255
   * @throws {UVError} EINVAL for another number, EBADF while there is no socket
   */
  setMulticastTTL(ttl: number): void {
    const address = this.address
    checkInteger(ttl, 'ttl', 0, 255)
    this.check(this.instance.exports.uvw_udp_set_multicast_ttl(address, ttl), 'setMulticastTTL')
  }

  /**
   * Sets whether multicast messages are also delivered to this machine; they are by default.
   *
   * @throws {UVError} EBADF while there is no socket
   */
  setMulticastLoop(enable: boolean): void {
    this.check(this.instance.exports.uvw_udp_set_multicast_loop(this.address, enable ? 1 : 0), 'setMulticastLoop')
  }

  /**
   * Sets the interface for outgoing multicast messages.
   *
   * @param address - an address of the interface, for IPv6 with its zone, such as `::%eth0`; by default the system
   *   chooses
   * @throws {UVError} EINVAL when it is not an address, EADDRNOTAVAIL, ENODEV, EBADF while there is no socket
   */
  setMulticastInterface(address?: string): void {
    const handle = this.address
    const text = this.#text(address, 'address', 0, 'setMulticastInterface')
    this.check(this.instance.exports.uvw_udp_set_multicast_interface(handle, text), 'setMulticastInterface')
  }

  /**
   * Joins or leaves a multicast group. A handle that is not bound yet gets a free port.
   *
   * @param group - the group's address, such as `239.255.0.1` or `ff02::1`
   * @param on - an address of the interface, like in {@link UDP.setMulticastInterface}; `undefined` lets the system
   *   choose
   * @param join - `true` to join, `false` to leave
   * @throws {UVError} EINVAL when a text is not an address of the right kind, ENODEV, EADDRINUSE when joining a group
   *   again, EADDRNOTAVAIL when leaving a group that was not joined
   * @see https://docs.libuv.org/en/v1.x/udp.html#c.uv_udp_set_membership
   */
  setMembership(group: string, on: string | undefined, join: boolean): void {
    this.#setMembership('setMembership', group, on, undefined, join)
  }

  /**
   * Joins or leaves a multicast group for the messages of one sender only; see {@link UDP.setMembership}.
   *
   * @param source - the sender's address
   * @see https://docs.libuv.org/en/v1.x/udp.html#c.uv_udp_set_source_membership
   */
  setSourceMembership(group: string, on: string | undefined, source: string, join: boolean): void {
    this.#setMembership('setSourceMembership', group, on, source, join)
  }

  /**
   * Iterates over the received messages until the handle is closed. While the consumer handles one, no other is
   * received.
   */
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

  /** Copies an address into the module's memory, at the place of text `index`; 0 for `undefined`. */
  #text(value: string | undefined, what: string, index: number, syscall: string): number {
    if (value === undefined) return 0
    const at = this.instance.text(interfaceText(this.instance.host, value, what, syscall), index * TEXT)
    if (at === undefined) throw new ArgumentError(`Cannot use ${what} ${show(value)}: it is not an IP address`, syscall)
    return at
  }
}

/** Returns the message to send as a list of buffers. @throws {ArgumentError} */
function checkMessage(buffers: Buffers): readonly Uint8Array[] {
  const chunks = checkBuffers(buffers)
  const length = totalLength(chunks)
  if (length <= 0x7fff_ffff) return chunks
  throw new ArgumentError(`Cannot send ${length} bytes: they are too many for one message; split them`)
}
