/**
 * The datagrams of the host's contract (UDP, RFC 768): a socket that is bound, sends messages and receives them. The
 * rules at the top of `host.ts` apply here too, except one: an error does not end the socket.
 */
import type { Address } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import { type BindOptions, HostError } from './error.js'

/** The options for binding a datagram socket. */
export interface DatagramBindOptions extends BindOptions {
  /**
   * Share an address with other sockets if all of them set this option (`SO_REUSEADDR`); the last one receives the
   * messages.
   */
  readonly reuseAddress: boolean
}

/** The events that a datagram socket delivers to the kernel. */
export interface DatagramEvents {
  /**
   * A message was received: 0 bytes or more, never truncated. The receiver owns the bytes. Fires only between
   * `readStart()` and `readStop()`.
   */
  onMessage(bytes: Uint8Array, from: Address): void
  /** There is room again, after `send()` returned `false`. */
  onDrain(): void
  /**
   * A message that was sent earlier did not arrive: `ECONNREFUSED` when no socket is bound to the address that this
   * socket is connected to; or a message accepted by `send()` could not be sent after all.
   */
  onError(code: ErrnoName): void
}

/** A multicast group to join or leave. */
export interface Membership {
  /** The group's IP address, of the socket's family. */
  readonly group: string
  /** The interface: for IPv4 its address, or `0.0.0.0` for any; for IPv6 its index, or 0 for any. */
  readonly on: string | number
  /** The only sender whose messages are received (`IP_ADD_SOURCE_MEMBERSHIP`); `undefined` for all senders. */
  readonly source?: string | undefined
}

/** One of the two buffers of a socket. */
export type DatagramBuffer = 'send' | 'receive'

/** A bound datagram socket. It does not read at first. */
export abstract class HostDatagram {
  /** The current local address, with the actual port. Connecting may make it more specific. */
  abstract readonly local: Address

  /**
   * Sends one message, completely or not at all.
   *
   * @param bytes - owned by the host from then on, unless the result is `false`
   * @param to - `undefined` sends to the address that the socket is connected to
   * @returns `false` when there is no room: the message was not accepted, and `onDrain` follows
   * @throws {HostError} EMSGSIZE for a message that is too long; ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL (port 0),
   *   EDESTADDRREQ (neither connected nor addressed); and errors that `onError` would have reported
   */
  abstract send(bytes: Uint8Array, to: Address | undefined): boolean
  /** Enables `onMessage`. Harmless when it is enabled already. */
  abstract readStart(): void
  /**
   * Disables `onMessage`. Messages that arrive in the meantime wait until the platform's buffer is full, and are lost
   * then. Harmless when called twice.
   */
  abstract readStop(): void
  /** Closes the socket. Accepted messages are still sent; no event follows. */
  abstract close(): void

  /**
   * From now on, sends to this address by default, and receives only from it; replaces an earlier address.
   *
   * @throws {HostError} ENETUNREACH, EACCES (broadcast), EAFNOSUPPORT
   */
  connect(_remote: Address): void {
    throw new HostError('EOPNOTSUPP', 'this host cannot connect a datagram socket')
  }

  /**
   * Undoes `connect()`. A port that the platform chose may be lost, as on Linux; a port that was requested by number
   * is kept.
   *
   * @throws {HostError} ENOTCONN
   */
  disconnect(): void {
    throw new HostError('EOPNOTSUPP', 'this host cannot connect a datagram socket')
  }

  /** Allows sending to broadcast addresses (`SO_BROADCAST`). @throws {HostError} */
  setBroadcast(_enable: boolean): void {
    throw new HostError('ENOPROTOOPT', 'this host does not support SO_BROADCAST')
  }

  /** Sets the maximum number of hops of messages (`IP_TTL`, `IPV6_UNICAST_HOPS`). @param _ttl - 1 to 255 */
  setTtl(_ttl: number): void {
    throw new HostError('ENOPROTOOPT', 'this host does not support IP_TTL')
  }

  /**
   * Like {@link HostDatagram.setTtl}, for messages to groups (`IP_MULTICAST_TTL`, `IPV6_MULTICAST_HOPS`).
   *
   * @param _ttl - 0 to 255
   */
  setMulticastTtl(_ttl: number): void {
    throw new HostError('ENOPROTOOPT', 'this host does not support IP_MULTICAST_TTL')
  }

  /** Sets whether messages to groups are also delivered on this machine (`IP_MULTICAST_LOOP`). */
  setMulticastLoop(_enable: boolean): void {
    throw new HostError('ENOPROTOOPT', 'this host does not support IP_MULTICAST_LOOP')
  }

  /**
   * Sets the interface for outgoing messages to groups; see {@link Membership.on}.
   *
   * @throws {HostError} EADDRNOTAVAIL, ENODEV
   */
  setMulticastInterface(_on: string | number): void {
    throw new HostError('ENOPROTOOPT', 'this host does not support IP_MULTICAST_IF')
  }

  /**
   * Joins or leaves a group.
   *
   * @throws {HostError} ENODEV, EADDRNOTAVAIL, EINVAL (not a group address), EADDRINUSE (joined twice)
   */
  setMembership(_membership: Membership, _join: boolean): void {
    throw new HostError('ENOPROTOOPT', 'this host does not support multicast groups')
  }

  /** Sets the size of a buffer, in bytes (`SO_SNDBUF`, `SO_RCVBUF`). @param _bytes - 1 or more */
  setBufferSize(_which: DatagramBuffer, _bytes: number): void {
    throw new HostError('ENOPROTOOPT', 'this host does not support buffer sizes')
  }
}

/**
 * The maximum payload: a 16-bit length, minus the UDP header and, for IPv4, the IP header (RFC 768, RFC 791, RFC
 * 8200).
 */
const LONGEST = { ipv4: 65_507, ipv6: 65_527 } as const

/**
 * Determines and checks the destination of a message, for hosts whose platform does not report these errors
 * immediately.
 *
 * @param to - the given address, or the one that the socket is connected to
 * @param length - the length of the message, in bytes
 * @throws {HostError} EDESTADDRREQ, EINVAL (port 0), EMSGSIZE
 */
export function requireSendable(to: Address | undefined, length: number): Address {
  if (to === undefined) throw new HostError('EDESTADDRREQ', 'the socket is not connected; give a destination address')
  if (to.port === 0) throw new HostError('EINVAL', 'port 0 is not a valid destination')
  const longest = LONGEST[to.host.startsWith('::ffff:') ? 'ipv4' : to.family]
  if (length <= longest) return to
  throw new HostError('EMSGSIZE', `a message of ${length} bytes is too long; the maximum is ${longest}`)
}
