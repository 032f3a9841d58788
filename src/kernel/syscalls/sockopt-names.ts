/** The socket options by C's levels and numbers. */
import type { Description } from '../../abi/description.js'
import type { OptionName } from '../sockets/socket-options.js'

/** The names of the options by level, then by option number. */
export type OptionNumbers = ReadonlyMap<number, ReadonlyMap<number, OptionName>>

type Constants = Description['constants']
type Options = ReadonlyMap<number, OptionName>

/** @param c - the numbers of a C library */
export function optionNames(c: Constants): OptionNumbers {
  return new Map([
    [c.SOL_SOCKET, socketOptions(c)],
    [c.IPPROTO_TCP, tcpOptions(c)],
    [c.IPPROTO_IP, ip4Options(c)],
    [c.IPPROTO_IPV6, ip6Options(c)],
  ])
}

function socketOptions(c: Constants): Options {
  return new Map<number, OptionName>([
    [c.SO_ERROR, 'error'],
    [c.SO_ACCEPTCONN, 'acceptsConnections'],
    [c.SO_REUSEADDR, 'reuseAddress'],
    [c.SO_REUSEPORT, 'reusePort'],
    [c.SO_KEEPALIVE, 'keepAlive'],
    [c.SO_LINGER, 'linger'],
    [c.SO_SNDBUF, 'sendBuffer'],
    [c.SO_RCVBUF, 'receiveBuffer'],
    [c.SO_BROADCAST, 'broadcast'],
    [c.SO_RCVTIMEO, 'receiveTimeout'],
    [c.SO_SNDTIMEO, 'sendTimeout'],
    [c.SO_RCVLOWAT, 'receiveLowat'],
    [c.SO_SNDLOWAT, 'sendLowat'],
    [c.SO_PRIORITY, 'priority'],
    [c.SO_DEBUG, 'debug'],
    [c.SO_DONTROUTE, 'dontRoute'],
    [c.SO_OOBINLINE, 'oobInline'],
    [c.SO_PASSCRED, 'passCredentials'],
    [c.SO_TIMESTAMP, 'timestamp'],
    [c.SO_TIMESTAMPNS, 'timestampNs'],
    ...WIDE_TIME,
  ])
}

/** The numbers that C libraries with times of 64 bits have for the same options, those of newer emscripten: Linux's. */
const WIDE_TIME: readonly (readonly [number, OptionName])[] = [
  [63, 'timestamp'],
  [64, 'timestampNs'],
  [66, 'receiveTimeout'],
  [67, 'sendTimeout'],
]

function tcpOptions(c: Constants): Options {
  return new Map<number, OptionName>([
    [c.TCP_NODELAY, 'noDelay'],
    [c.TCP_KEEPIDLE, 'keepIdle'],
    [c.TCP_KEEPINTVL, 'keepInterval'],
    [c.TCP_KEEPCNT, 'keepCount'],
    [c.TCP_MAXSEG, 'maxSegment'],
    [c.TCP_CORK, 'cork'],
    [c.TCP_LINGER2, 'finTimeout'],
    [c.TCP_DEFER_ACCEPT, 'deferAccept'],
    [c.TCP_QUICKACK, 'quickAck'],
    [c.TCP_USER_TIMEOUT, 'userTimeout'],
    [c.TCP_FASTOPEN, 'fastOpen'],
    [c.TCP_FASTOPEN_CONNECT, 'fastOpenConnect'],
  ])
}

function ip4Options(c: Constants): Options {
  return new Map<number, OptionName>([
    [c.IP_TTL, 'ttl'],
    [c.IP_MULTICAST_TTL, 'multicastTtl'],
    [c.IP_MULTICAST_LOOP, 'multicastLoop'],
    [c.IP_MULTICAST_IF, 'multicastInterface'],
    [c.IP_MULTICAST_ALL, 'multicastAll'],
    [c.IP_TOS, 'tos'],
    [c.IP_MTU, 'mtu'],
    [c.IP_MTU_DISCOVER, 'mtuDiscover'],
    [c.IP_RECVERR, 'receiveErrors'],
    [c.IP_PKTINFO, 'packetInfo'],
    [c.IP_BIND_ADDRESS_NO_PORT, 'bindWithoutPort'],
  ])
}

function ip6Options(c: Constants): Options {
  return new Map<number, OptionName>([
    [c.IPV6_V6ONLY, 'ipv6Only'],
    [c.IPV6_UNICAST_HOPS, 'ttl'],
    [c.IPV6_MULTICAST_HOPS, 'multicastTtl'],
    [c.IPV6_MULTICAST_LOOP, 'multicastLoop'],
    [c.IPV6_MULTICAST_IF, 'multicastInterface'],
    [c.IPV6_TCLASS, 'trafficClass'],
    [c.IPV6_MTU, 'mtu'],
    [c.IPV6_MTU_DISCOVER, 'mtuDiscover'],
    [c.IPV6_RECVERR, 'receiveErrors'],
    [c.IPV6_RECVPKTINFO, 'packetInfo'],
  ])
}
