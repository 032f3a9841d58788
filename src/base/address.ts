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

/** The name of a socket of `AF_UNIX` that has none. */
export const UNNAMED: UnixAddress = { family: 'unix', path: '' }

/** The unspecified address of a family, which means every address of this machine, with port 0. */
export function unspecified(family: 'ipv4' | 'ipv6'): Address {
  if (family === 'ipv4') return { family, host: '0.0.0.0', port: 0 }
  return { family, host: '::', port: 0, flowInfo: 0, scopeId: 0 }
}
