import { DEFAULT_RECEIVE_BUFFER } from '../../base/datagram-queue.js'
import type { DatagramBindOptions, HostDatagram, Membership } from '../../host/contract/datagram.js'
import type { Result } from '../descriptor.js'
import { DEFAULT_TTL } from './path-properties.js'
import { isStored, type OptionName, type StoredName, StoredOptions } from './socket-options.js'
import { bufferSize, lowat } from './stream-options.js'

/** The initial values; the same as on Linux. */
const DEFAULTS = {
  reuseAddress: 0,
  reusePort: 0,
  ipv6Only: 0,
  broadcast: 0,
  keepAlive: 0,
  receiveLowat: 1,
  ttl: DEFAULT_TTL,
  multicastTtl: 1,
  multicastLoop: 1,
  multicastInterface: 0,
  sendBuffer: DEFAULT_RECEIVE_BUFFER,
  receiveBuffer: DEFAULT_RECEIVE_BUFFER,
} as const

type UdpOption = keyof typeof DEFAULTS

const isUdpOption = (name: OptionName): name is UdpOption & OptionName => Object.hasOwn(DEFAULTS, name)

/** The options of one UDP socket, kept until there is a host's socket to apply them to, and for the next one. */
export class UdpOptions implements DatagramBindOptions {
  /** The options that were set. */
  readonly #values = new Map<UdpOption, number>()
  #stored = StoredOptions.none
  readonly #memberships: Membership[] = []
  /** Seconds that `close()` lingers, which has no effect; -1 for none. */
  #linger = -1

  get reuseAddress(): boolean {
    return this.#value('reuseAddress') !== 0
  }

  get reusePort(): boolean {
    return this.#value('reusePort') !== 0
  }

  get ipv6Only(): boolean {
    return this.#value('ipv6Only') !== 0
  }

  /** Bytes that may wait to be read. */
  get receiveBuffer(): number {
    return this.#value('receiveBuffer')
  }

  /** Reads an option. */
  get(name: OptionName): Result {
    if (name === 'linger') return this.#linger
    if (isUdpOption(name)) return this.#value(name)
    return isStored(name) ? this.#stored.get(name) : 'ENOPROTOOPT'
  }

  /**
   * Sets an option, also on the host's socket if there is one. A value that the host refuses is not remembered.
   *
   * @returns 0; EINVAL for a value out of range, ENOPROTOOPT for an option that does not exist
   * @throws {HostError} when the host refuses
   */
  set(name: OptionName, value: number, socket: HostDatagram | undefined, family: 'ipv4' | 'ipv6'): Result {
    if (name === 'linger') {
      this.#linger = value
      return 0
    }
    if (!isUdpOption(name)) return isStored(name) ? this.#store(name, value) : 'ENOPROTOOPT'
    const accepted = acceptable(name, value)
    if (accepted === undefined) return 'EINVAL'
    if (socket !== undefined) applyTo(socket, name, accepted, family)
    this.#values.set(name, accepted)
    return 0
  }

  /** Joins or leaves a group, at once if there is a host's socket. @throws {HostError} when the host refuses */
  setMembership(membership: Membership, join: boolean, socket: HostDatagram | undefined): Result {
    const { group, on, source } = membership
    const index = this.#memberships.findIndex((one) => one.group === group && one.on === on && one.source === source)
    if (socket !== undefined) socket.setMembership(membership, join)
    else if (join && index >= 0) return source === undefined ? 'EADDRINUSE' : 'EADDRNOTAVAIL'
    else if (!join && index < 0) return 'EADDRNOTAVAIL'
    if (join) this.#memberships.push(membership)
    else if (index >= 0) this.#memberships.splice(index, 1)
    return 0
  }

  /** Applies the options that were set before to a new socket. @throws {HostError} when the host refuses */
  apply(socket: HostDatagram, family: 'ipv4' | 'ipv6'): void {
    for (const [name, value] of this.#values) applyTo(socket, name, value, family)
    for (const membership of this.#memberships) socket.setMembership(membership, true)
  }

  #store(name: StoredName, value: number): Result {
    const stored = this.#stored.with(name, value)
    if (typeof stored === 'string') return stored
    this.#stored = stored
    return 0
  }

  #value(name: UdpOption): number {
    return this.#values.get(name) ?? DEFAULTS[name]
  }
}

/**
 * The value to set; `undefined` if it is out of range. -1 resets `ttl` and `multicastTtl` to the default, as on
 * Linux.
 */
function acceptable(name: UdpOption, value: number): number | undefined {
  switch (name) {
    case 'ttl':
      if (value === -1) return DEFAULTS.ttl
      return value >= 1 && value <= 255 ? value : undefined
    case 'multicastTtl':
      if (value === -1) return DEFAULTS.multicastTtl
      return value >= 0 && value <= 255 ? value : undefined
    case 'multicastInterface':
      return value
    case 'receiveLowat':
      return lowat(value)
    case 'sendBuffer':
    case 'receiveBuffer':
      return bufferSize(name, value)
    default:
      return value === 0 ? 0 : 1
  }
}

function applyTo(socket: HostDatagram, name: UdpOption, value: number, family: 'ipv4' | 'ipv6'): void {
  switch (name) {
    case 'broadcast':
      return socket.setBroadcast(value !== 0)
    case 'ttl':
      return socket.setTtl(value)
    case 'multicastTtl':
      return socket.setMulticastTtl(value)
    case 'multicastLoop':
      return socket.setMulticastLoop(value !== 0)
    case 'multicastInterface':
      // An IPv4 address in C's byte order, or for IPv6 the number of an interface.
      return socket.setMulticastInterface(family === 'ipv6' ? value : bytesOf(value).join('.'))
    case 'sendBuffer':
      return socket.setBufferSize('send', requested(value))
    case 'receiveBuffer':
      return socket.setBufferSize('receive', requested(value))
  }
}

/** What was asked for when a buffer has this size: the host's platform doubles it, too. */
function requested(size: number): number {
  return Math.ceil(size / 2)
}

function bytesOf(value: number): readonly number[] {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff)
}
