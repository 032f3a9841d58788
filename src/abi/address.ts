/**
 * An IPv4 endpoint.
 *
 * @see POSIX `struct sockaddr_in`
 */
export interface Address4 {
  readonly family: 'ipv4'
  /** Dotted decimal, as `127.0.0.1`. */
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

/** Where a TCP socket is: what `sockname` and `peername` answer. */
export type Address = Address4 | Address6

/**
 * The name of a socket of `AF_UNIX`.
 *
 * @see Linux `unix(7)`
 */
export interface UnixAddress {
  readonly family: 'unix'
  /** One character per byte, whatever they mean to whom. Starts with a NUL in the abstract namespace; empty is no name. */
  readonly path: string
}

/** Where a socket of any kind is. */
export type SocketAddress = Address | UnixAddress
