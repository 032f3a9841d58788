/**
 * An IPv4 endpoint.
 *
 * @see POSIX `struct sockaddr_in`
 */
export interface Address4 {
  readonly family: 'ipv4'
  /** Dotted decimal, such as `127.0.0.1`. */
  readonly host: string
  /** 0 to 65535. */
  readonly port: number
}

/**
 * An IPv6 endpoint.
 *
 * @see RFC 3493, `struct sockaddr_in6`
 */
export interface Address6 {
  readonly family: 'ipv6'
  /** The shortest text form (RFC 5952), without a zone. */
  readonly host: string
  /** 0 to 65535. */
  readonly port: number
  /** 0 to 2^32-1; 0 by default. */
  readonly flowInfo: number
  /** Index of the interface a link-local address belongs to; 0 for none. */
  readonly scopeId: number
}

/** The endpoint of a TCP or UDP socket, as returned by `sockname` and `peername`. */
export type Address = Address4 | Address6

/**
 * The name of an `AF_UNIX` socket.
 *
 * @see Linux `unix(7)`
 */
export interface UnixAddress {
  readonly family: 'unix'
  /**
   * One character per byte, in any encoding. Starts with a NUL in the abstract namespace; empty if the socket has no
   * name.
   */
  readonly path: string
}

/** The address of a socket of any kind. */
export type SocketAddress = Address | UnixAddress

/** The address of an `AF_UNIX` socket without a name. */
export const UNNAMED: UnixAddress = { family: 'unix', path: '' }

/** The unspecified address of a family (every address of this machine), with port 0. */
export function unspecified(family: 'ipv4' | 'ipv6'): Address {
  if (family === 'ipv4') return { family, host: '0.0.0.0', port: 0 }
  return { family, host: '::', port: 0, flowInfo: 0, scopeId: 0 }
}
