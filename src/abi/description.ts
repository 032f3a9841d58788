/**
 * What a module says about itself: the numbers its C compiler used. No number of the C side is typed in TypeScript.
 *
 * The C side is `wasm/describe.c`.
 */
import type { ErrnoName } from './errno.js'

/** The byte offsets of a C structure's fields, and its `size`. */
export type Layout<Field extends string> = Readonly<Record<Field | 'size', number>>

/** The constants of the C library and of libuv that TypeScript needs, under their C names. */
export type ConstantName =
  | 'AF_UNSPEC'
  | 'AF_UNIX'
  | 'AF_INET'
  | 'AF_INET6'
  | 'SOCK_STREAM'
  | 'SOCK_DGRAM'
  | 'SOCK_NONBLOCK'
  | 'SOCK_CLOEXEC'
  | 'IPPROTO_TCP'
  | 'IPPROTO_IPV6'
  | 'SOL_SOCKET'
  | 'SO_ERROR'
  | 'SO_TYPE'
  | 'SO_REUSEADDR'
  | 'SO_REUSEPORT'
  | 'SO_KEEPALIVE'
  | 'SO_LINGER'
  | 'SO_SNDBUF'
  | 'SO_RCVBUF'
  | 'SO_ACCEPTCONN'
  | 'SO_DOMAIN'
  | 'SO_PROTOCOL'
  | 'TCP_NODELAY'
  | 'TCP_KEEPIDLE'
  | 'TCP_KEEPINTVL'
  | 'TCP_KEEPCNT'
  | 'IPV6_V6ONLY'
  | 'MSG_PEEK'
  | 'MSG_NOSIGNAL'
  | 'MSG_DONTWAIT'
  | 'SHUT_RD'
  | 'SHUT_WR'
  | 'SHUT_RDWR'
  | 'POLLIN'
  | 'POLLOUT'
  | 'POLLERR'
  | 'POLLHUP'
  | 'POLLRDHUP'
  | 'POLLNVAL'
  | 'F_GETFL'
  | 'F_SETFL'
  | 'O_NONBLOCK'
  | 'O_RDWR'
  | 'O_RDONLY'
  | 'O_WRONLY'
  | 'SOMAXCONN'
  | 'UV_TCP_IPV6ONLY'
  | 'UV_TCP_REUSEPORT'
  | 'UV_RUN_DEFAULT'
  | 'UV_RUN_ONCE'
  | 'UV_RUN_NOWAIT'
  | 'UVH_FD_FIRST'
  | 'UVH_PAYLOAD'
  | 'UVW_SCRATCH_SIZE'

/** The C structures that TypeScript reads or writes. */
export interface Layouts {
  readonly sockaddr_in: Layout<'sin_family' | 'sin_port' | 'sin_addr'>
  readonly sockaddr_in6: Layout<'sin6_family' | 'sin6_port' | 'sin6_flowinfo' | 'sin6_addr' | 'sin6_scope_id'>
  readonly sockaddr_un: Layout<'sun_family' | 'sun_path'>
  readonly iovec: Layout<'iov_base' | 'iov_len'>
  readonly linger: Layout<'l_onoff' | 'l_linger'>
  readonly pollfd: Layout<'fd' | 'events' | 'revents'>
  readonly uvh_event: Layout<'fd' | 'events'>
  readonly uvw_address: Layout<'family' | 'port' | 'flowinfo' | 'scope_id' | 'host'>
}

/** A module's description of itself, parsed. */
export interface Description {
  /** libuv's version, as `1.50.0`. */
  readonly libuv: string
  /** `debug` or `release`. */
  readonly build: string
  /** The C library's numbers, positive, by POSIX name. */
  readonly errno: Readonly<Record<ErrnoName, number>>
  /** libuv's status codes by name without the `UV_`; negative. */
  readonly status: Readonly<Record<string, number>>
  readonly constants: Readonly<Record<ConstantName, number>>
  readonly layout: Layouts
}
