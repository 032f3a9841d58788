/** What sockets of `AF_INET` and `AF_INET6` have in common. */
import type { Address, SocketAddress } from '../base/address.js'
import type { ErrnoName } from '../base/errno.js'

/** Whether a socket of the family takes the address. */
export function isOf(family: 'ipv4' | 'ipv6', address: SocketAddress): address is Address {
  return address.family === family
}

/** What a socket says to an address of another family: one of IPv4 is too short for it, as well. */
export function foreign(address: SocketAddress): ErrnoName {
  return address.family === 'ipv4' ? 'EINVAL' : 'EAFNOSUPPORT'
}
