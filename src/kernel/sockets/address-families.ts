/** What sockets of `AF_INET` and `AF_INET6` have in common. */
import type { Address, SocketAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'

/** Whether an address is of the socket's family. */
export function isOf(family: 'ipv4' | 'ipv6', address: SocketAddress): address is Address {
  return address.family === family
}

/** The error for an address of another family. An IPv4 address in an IPv6 socket fails as too short: EINVAL. */
export function foreign(address: SocketAddress): ErrnoName {
  return address.family === 'ipv4' ? 'EINVAL' : 'EAFNOSUPPORT'
}
