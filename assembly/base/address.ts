/** Addresses of the internet and of Unix sockets, in the C library's form and as text. */

import { interface_index } from '../imports/uv_host_1'
import { AF_INET, AF_INET6, AF_UNIX } from './constants'
import { ErrorCode } from './errors'
import { isIPv6, parseIPv4, parseIPv6, printIPv4, printIPv6 } from './ip'

/** Where a socket is: a host and a port, or a path. */
export class Address {
  /** An IP address without brackets; for a Unix socket its path, which is empty without one. */
  readonly host: string
  /** 0 to 65535; for a Unix socket -1. */
  readonly port: i32

  constructor(host: string, port: i32) {
    this.host = host
    this.port = port
  }

  /** Such as `127.0.0.1:80`, `[::1]:80`, `/run/cache.sock`, or `@cache` for an abstract name. */
  toString(): string {
    if (this.port < 0) return this.host.startsWith('\0') ? `@${this.host.slice(1)}` : this.host
    const host = isIPv6(this.host) ? `[${this.host}]` : this.host
    return `${host}:${this.port.toString()}`
  }
}

/** Room for one address of any kind: as large as a `struct sockaddr_storage`. */
export const ADDRESS_SIZE: i32 = 128
export const address = memory.data(128, 8)
/** Room for its length. */
export const addressLength = memory.data(4, 4)

/**
 * Stores a host and a port in `address`.
 *
 * @returns the length, or `EINVAL` when the host is not an IP address or there is no such port
 */
export function storeHost(host: string, port: i32): i32 {
  if (port < 0 || port > 65535) return ErrorCode.EINVAL
  memory.fill(address, 0, ADDRESS_SIZE)
  store<u16>(address, bswap<u16>(<u16>port), 2)
  if (parseIPv4(host, address + 4)) {
    store<u16>(address, <u16>AF_INET)
    return 16
  }
  const zone = host.indexOf('%')
  if (!parseIPv6(zone < 0 ? host : host.slice(0, zone), address + 8)) return ErrorCode.EINVAL
  store<u16>(address, <u16>AF_INET6)
  if (zone >= 0) {
    const number = zoneNumber(host.slice(zone + 1))
    if (number < 0) return number
    store<u32>(address, number, 24)
  }
  return 28
}

/** The number of a zone, which is a number already or the name of a network interface. */
function zoneNumber(zone: string): i32 {
  const number = I32.parseInt(zone)
  if (number.toString() == zone) return number
  const name = String.UTF8.encode(zone)
  return interface_index(changetype<usize>(name), name.byteLength)
}

/**
 * Stores the path of a Unix socket in `address`.
 *
 * @param path - one that begins with NUL is abstract: it is no file
 * @returns the length, or `ENAMETOOLONG` above 107 bytes, or `EINVAL` for an empty path
 */
export function storePath(path: string): i32 {
  const length = String.UTF8.byteLength(path)
  if (length == 0) return ErrorCode.EINVAL
  if (length > 107) return ErrorCode.ENAMETOOLONG
  memory.fill(address, 0, ADDRESS_SIZE)
  store<u16>(address, <u16>AF_UNIX)
  String.UTF8.encodeUnsafe(changetype<usize>(path), path.length, address + 2)
  // An abstract name ends with its length, any other with a NUL.
  return 2 + length + (path.charCodeAt(0) == 0 ? 0 : 1)
}

/** The address in `address`, whose length is in `addressLength`. */
export function loadAddress(): Address {
  const family = <i32>load<u16>(address)
  const port = <i32>bswap<u16>(load<u16>(address, 2))
  if (family == AF_INET) return new Address(printIPv4(address + 4), port)
  if (family == AF_INET6) {
    const zone = load<u32>(address, 24)
    const host = printIPv6(address + 8)
    return new Address(zone == 0 ? host : `${host}%${zone.toString()}`, port)
  }
  return new Address(loadPath(), -1)
}

function loadPath(): string {
  const length = min(load<i32>(addressLength), 110) - 2
  if (length <= 0) return ''
  const isAbstract = load<u8>(address, 2) == 0
  let end = 0
  while (end < length && (isAbstract || load<u8>(address + end, 2) != 0)) end++
  return String.UTF8.decodeUnsafe(address + 2, end)
}
