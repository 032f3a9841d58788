/**
 * A module's description of itself: the numbers that its C compiler used, so that no number of the C side has to be
 * written down in TypeScript. The C side is `wasm/describe.c`.
 */
import { ERRNO_NAMES, type ErrnoName } from '../base/errno.js'

const CONSTANTS = [
  'AF_UNSPEC',
  'AF_UNIX',
  'AF_INET',
  'AF_INET6',
  'SOCK_STREAM',
  'SOCK_DGRAM',
  'SOCK_RAW',
  'SOCK_NONBLOCK',
  'SOCK_CLOEXEC',
  'IPPROTO_TCP',
  'IPPROTO_UDP',
  'IPPROTO_IP',
  'IPPROTO_IPV6',
  'SOL_SOCKET',
  'SO_ERROR',
  'SO_TYPE',
  'SO_REUSEADDR',
  'SO_REUSEPORT',
  'SO_KEEPALIVE',
  'SO_LINGER',
  'SO_SNDBUF',
  'SO_RCVBUF',
  'SO_ACCEPTCONN',
  'SO_DOMAIN',
  'SO_PROTOCOL',
  'TCP_NODELAY',
  'TCP_KEEPIDLE',
  'TCP_KEEPINTVL',
  'TCP_KEEPCNT',
  'TCP_MAXSEG',
  'TCP_CORK',
  'TCP_LINGER2',
  'TCP_DEFER_ACCEPT',
  'TCP_INFO',
  'TCP_QUICKACK',
  'TCP_CONGESTION',
  'TCP_USER_TIMEOUT',
  'TCP_FASTOPEN',
  'TCP_FASTOPEN_CONNECT',
  'TCP_ESTABLISHED',
  'TCP_SYN_SENT',
  'TCP_FIN_WAIT2',
  'TCP_CLOSE',
  'TCP_CLOSE_WAIT',
  'TCP_LISTEN',
  'SO_BROADCAST',
  'SO_DEBUG',
  'SO_DONTROUTE',
  'SO_OOBINLINE',
  'SO_PRIORITY',
  'SO_PASSCRED',
  'SO_RCVLOWAT',
  'SO_SNDLOWAT',
  'SO_RCVTIMEO',
  'SO_SNDTIMEO',
  'SO_TIMESTAMP',
  'SO_TIMESTAMPNS',
  'IP_TTL',
  'IP_MULTICAST_IF',
  'IP_MULTICAST_TTL',
  'IP_MULTICAST_LOOP',
  'IP_ADD_MEMBERSHIP',
  'IP_DROP_MEMBERSHIP',
  'IP_ADD_SOURCE_MEMBERSHIP',
  'IP_DROP_SOURCE_MEMBERSHIP',
  'IPV6_UNICAST_HOPS',
  'IPV6_MULTICAST_IF',
  'IPV6_MULTICAST_HOPS',
  'IPV6_MULTICAST_LOOP',
  'IP_TOS',
  'IP_PKTINFO',
  'IP_MTU_DISCOVER',
  'IP_RECVERR',
  'IP_MTU',
  'IP_BIND_ADDRESS_NO_PORT',
  'IP_MULTICAST_ALL',
  'IPV6_MTU_DISCOVER',
  'IPV6_MTU',
  'IPV6_RECVERR',
  'IPV6_RECVPKTINFO',
  'IPV6_TCLASS',
  'IPV6_ADD_MEMBERSHIP',
  'IPV6_DROP_MEMBERSHIP',
  'MCAST_JOIN_SOURCE_GROUP',
  'MCAST_LEAVE_SOURCE_GROUP',
  'IPV6_V6ONLY',
  'MSG_PEEK',
  'MSG_NOSIGNAL',
  'MSG_DONTWAIT',
  'MSG_OOB',
  'MSG_DONTROUTE',
  'MSG_PROXY',
  'MSG_TRUNC',
  'MSG_MORE',
  'MSG_ERRQUEUE',
  'MSG_FASTOPEN',
  'MSG_CTRUNC',
  'MSG_CMSG_CLOEXEC',
  'SCM_RIGHTS',
  'SOCK_SEQPACKET',
  'SHUT_RD',
  'SHUT_WR',
  'SHUT_RDWR',
  'POLLIN',
  'POLLOUT',
  'POLLERR',
  'POLLHUP',
  'POLLRDHUP',
  'POLLNVAL',
  'F_GETFL',
  'FIONREAD',
  'TIOCOUTQ',
  'F_SETFL',
  'F_GETFD',
  'F_SETFD',
  'F_DUPFD',
  'F_DUPFD_CLOEXEC',
  'FD_CLOEXEC',
  'O_APPEND',
  'O_NONBLOCK',
  'O_CLOEXEC',
  'O_RDWR',
  'O_RDONLY',
  'O_WRONLY',
  'SOMAXCONN',
  'UV_READABLE',
  'UV_WRITABLE',
  'UV_PIPE_NO_TRUNCATE',
  'UV_TCP_IPV6ONLY',
  'UV_TCP_REUSEPORT',
  'UV_UDP_IPV6ONLY',
  'UV_UDP_REUSEADDR',
  'UV_UDP_REUSEPORT',
  'UV_RUN_DEFAULT',
  'UV_RUN_ONCE',
  'UV_RUN_NOWAIT',
  'UVH_FD_FIRST',
  'UVH_PAYLOAD',
  'UVW_SCRATCH_SIZE',
] as const

const LAYOUTS = {
  sockaddr_in: ['sin_family', 'sin_port', 'sin_addr'],
  sockaddr_in6: ['sin6_family', 'sin6_port', 'sin6_flowinfo', 'sin6_addr', 'sin6_scope_id'],
  sockaddr_un: ['sun_family', 'sun_path'],
  iovec: ['iov_base', 'iov_len'],
  msghdr: ['msg_name', 'msg_namelen', 'msg_iov', 'msg_iovlen', 'msg_control', 'msg_controllen', 'msg_flags'],
  cmsghdr: ['cmsg_len', 'cmsg_level', 'cmsg_type'],
  linger: ['l_onoff', 'l_linger'],
  tcp_info: ['tcpi_state', 'tcpi_snd_mss', 'tcpi_rcv_mss', 'tcpi_pmtu', 'tcpi_snd_cwnd', 'tcpi_advmss'],
  ip_mreq: ['imr_multiaddr', 'imr_interface'],
  ip_mreq_source: ['imr_multiaddr', 'imr_interface', 'imr_sourceaddr'],
  ipv6_mreq: ['ipv6mr_multiaddr', 'ipv6mr_interface'],
  group_source_req: ['gsr_interface', 'gsr_group', 'gsr_source'],
  pollfd: ['fd', 'events', 'revents'],
  uvh_event: ['fd', 'events'],
  uvw_address: ['family', 'port', 'flowinfo', 'scope_id', 'host'],
} as const

/** The constants of the C library and of libuv that TypeScript needs, under their C names. */
export type ConstantName = (typeof CONSTANTS)[number]

/** The byte offsets of a C structure's fields, and its `size`. */
export type Layout<Field extends string> = Readonly<Record<Field | 'size', number>>

/** The C structures that TypeScript reads or writes. */
export type Layouts = { readonly [Name in keyof typeof LAYOUTS]: Layout<(typeof LAYOUTS)[Name][number]> }

/** The parsed description of a module. */
export interface Description {
  /** libuv's version, such as `1.50.0`. */
  readonly libuv: string
  /** `debug` or `release`. */
  readonly build: string
  /** The errno numbers of the C library, positive, by POSIX name. */
  readonly errno: Readonly<Record<ErrnoName, number>>
  /** libuv's status codes, negative, by name without `UV_`. */
  readonly status: Readonly<Record<string, number>>
  readonly constants: Readonly<Record<ConstantName, number>>
  readonly layout: Layouts
}

/** The C library's number of an error, positive. EIO for an unknown name, which a custom host may report. */
export function errnoNumber(abi: Description, name: ErrnoName): number {
  return abi.errno[name] ?? abi.errno.EIO
}

/**
 * Parses a description.
 *
 * @param text - the string that the module's `uvw_describe()` returns
 * @throws {TypeError} when the text is not a description, or lacks a required number
 */
export function parseDescription(text: string): Description {
  const description = parse(text)
  const missing = NEEDED.flatMap(([path, names]) => {
    const part = path.split('.').reduce(member, description)
    return names.filter((name) => !Number.isInteger(member(part, name))).map((name) => `${path}.${name}`)
  })
  if (missing.length === 0) return description as Description
  throw new TypeError(`Cannot use the module: it does not describe ${missing.join(', ')}; build it with \`make wasm\``)
}

const NEEDED: readonly (readonly [path: string, names: readonly string[]])[] = [
  ['errno', ERRNO_NAMES],
  ['status', ['EOF']],
  ['constants', CONSTANTS],
  ...Object.entries(LAYOUTS).map(([name, fields]) => [`layout.${name}`, ['size', ...fields]] as const),
]

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new TypeError('Cannot use the module: its description is not valid JSON; build it with `make wasm`', {
      cause,
    })
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}
