/**
 * The part of the host's contract that is about datagrams (UDP, RFC 768): a socket that is bound, sends messages and receives
 * them. The rules at the top of `host.ts` hold here too, but one: an error is no end, the socket goes on.
 */
import type { Address } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import { type BindOptions, HostError } from './error.js'

/** How the local address of a datagram socket is taken. */
export interface DatagramBindOptions extends BindOptions {
  /** Take an address that others have, where all of them say so (`SO_REUSEADDR`); the last one gets the messages. */
  readonly reuseAddress: boolean
}

/** What a datagram socket tells the kernel. */
export interface DatagramEvents {
  /**
   * A message came, of 0 bytes or more and never cut. The bytes are the receiver's. Only between `readStart()` and `readStop()`.
   */
  onMessage(bytes: Uint8Array, from: Address): void
  /** There is room again, after `send()` found none. */
  onDrain(): void
  /**
   * Something that was sent before did not arrive: `ECONNREFUSED` when nobody is at the address that the socket is connected
   * to; or `send()` had taken it, and it could not be sent after all.
   */
  onError(code: ErrnoName): void
}

/** A group whose messages shall come, or shall not come any more. */
export interface Membership {
  /** The group's IP address, of the socket's family. */
  readonly group: string
  /** Where it is joined: the interface's IPv4 address, `0.0.0.0` for any; its index for IPv6, 0 for any. */
  readonly on: string | number
  /** The only sender whose messages shall come (`IP_ADD_SOURCE_MEMBERSHIP`); `undefined` for all. */
  readonly source?: string | undefined
}

/** Which of a socket's two buffers. */
export type DatagramBuffer = 'send' | 'receive'

/** A datagram socket, bound. It is not reading at first. */
export abstract class HostDatagram {
  /** The local address with its real port, as of now: connecting may make it more exact. */
  abstract readonly local: Address

  /**
   * Sends one message, whole or not at all.
   *
   * @param bytes - the host's from then on, unless the answer is `false`
   * @param to - `undefined` sends to where the socket is connected
   * @returns `false` when there is no room: nothing was taken, and `onDrain` follows
   * @throws {HostError} EMSGSIZE for a message that is too long; ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL (port 0),
   *   EDESTADDRREQ (neither connected nor addressed); and what `onError` would have told
   */
  abstract send(bytes: Uint8Array, to: Address | undefined): boolean
  /** Lets `onMessage` come. Harmless when it may come already. */
  abstract readStart(): void
  /** Stops `onMessage`; what comes meanwhile waits until the platform's buffer is full, and is lost then. Harmless twice. */
  abstract readStop(): void
  /** Lets go of the socket: what was sent is still sent, no event follows. */
  abstract close(): void

  /**
   * Sends to this address and receives from it alone, from now on; replaces what was said before.
   *
   * @throws {HostError} ENETUNREACH, EACCES (broadcast), EAFNOSUPPORT
   */
  connect(_remote: Address): void {
    throw new HostError('EOPNOTSUPP', 'this host cannot connect a datagram socket')
  }

  /**
   * Takes back what `connect()` said. A port that was chosen by the platform may be lost by it, as on Linux; one that was asked
   * for by its number is kept.
   *
   * @throws {HostError} ENOTCONN
   */
  disconnect(): void {
    throw new HostError('EOPNOTSUPP', 'this host cannot connect a datagram socket')
  }

  /** Lets it send to everybody (`SO_BROADCAST`). @throws {HostError} */
  setBroadcast(_enable: boolean): void {
    throw new HostError('ENOPROTOOPT', 'this host has no SO_BROADCAST')
  }

  /** How many networks a message may cross (`IP_TTL`, `IPV6_UNICAST_HOPS`). @param _ttl - 1 to 255 */
  setTtl(_ttl: number): void {
    throw new HostError('ENOPROTOOPT', 'this host has no IP_TTL')
  }

  /** The same for messages to groups (`IP_MULTICAST_TTL`, `IPV6_MULTICAST_HOPS`). @param _ttl - 0 to 255 */
  setMulticastTtl(_ttl: number): void {
    throw new HostError('ENOPROTOOPT', 'this host has no IP_MULTICAST_TTL')
  }

  /** Whether its messages to groups reach this machine too (`IP_MULTICAST_LOOP`). */
  setMulticastLoop(_enable: boolean): void {
    throw new HostError('ENOPROTOOPT', 'this host has no IP_MULTICAST_LOOP')
  }

  /** Which way messages to groups go out; see {@link Membership.on}. @throws {HostError} EADDRNOTAVAIL, ENODEV */
  setMulticastInterface(_on: string | number): void {
    throw new HostError('ENOPROTOOPT', 'this host has no IP_MULTICAST_IF')
  }

  /** Joins a group or leaves it. @throws {HostError} ENODEV, EADDRNOTAVAIL, EINVAL (no group's address), EADDRINUSE (twice) */
  setMembership(_membership: Membership, _join: boolean): void {
    throw new HostError('ENOPROTOOPT', 'this host has no groups')
  }

  /** How many bytes may wait (`SO_SNDBUF`, `SO_RCVBUF`). @param _bytes - 1 or more */
  setBufferSize(_which: DatagramBuffer, _bytes: number): void {
    throw new HostError('ENOPROTOOPT', 'this host has no buffer sizes')
  }
}

/** The longest message: what a length of 16 bits leaves, for IPv4 without its header (RFC 768, RFC 791, RFC 8200). */
const LONGEST = { ipv4: 65_507, ipv6: 65_527 } as const

/**
 * For hosts whose platform does not say it at once: where a message goes.
 *
 * @param to - the address given, or the one that the socket is connected to
 * @param length - of the message, in bytes
 * @throws {HostError} EDESTADDRREQ, EINVAL (port 0), EMSGSIZE
 */
export function requireSendable(to: Address | undefined, length: number): Address {
  if (to === undefined) throw new HostError('EDESTADDRREQ', 'the socket is not connected: say where to send')
  if (to.port === 0) throw new HostError('EINVAL', 'nobody has port 0')
  const longest = LONGEST[to.host.startsWith('::ffff:') ? 'ipv4' : to.family]
  if (length <= longest) return to
  throw new HostError('EMSGSIZE', `a message of ${length} bytes is too long: ${longest} are the most`)
}
