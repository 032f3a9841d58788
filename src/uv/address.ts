/** Conversions between the addresses of the API and those of the module. */

import type { Description } from '../abi/description.js'
import type { Address } from '../base/address.js'
import { readHost } from '../base/host-text.js'
import { canonicalIp, type Ip, parseIp, zoneIndex } from '../base/ip.js'
import type { Host } from '../host/contract/host.js'
import type { Instance } from '../runtime/instance.js'
import { ArgumentError, checkInteger, show } from './errors.js'

/**
 * An address to bind or connect to: an object or `[host, port]`. `host` is an IP address as text: for IPv4 four
 * decimal numbers, for IPv6 with or without a `%zone`, which is the number or name of an interface, such as
 * `fe80::1%2` or `fe80::1%eth0`. {@link TCP.connect} takes names, too, of which it tries the addresses of the `family`.
 */
export type AddressLike =
  | {
      readonly family?: 'ipv4' | 'ipv6'
      readonly host: string
      readonly port: number
      readonly flowInfo?: number
      readonly scopeId?: number
    }
  | readonly [host: string, port: number, flowInfo?: number, scopeId?: number]

/** An address that has passed the checks. */
export interface CheckedAddress {
  readonly host: string
  readonly port: number
  readonly flowInfo: number
  readonly scopeId: number
}

/** A name to connect to. */
export interface NamedDestination {
  readonly kind: 'name'
  readonly name: string
  readonly port: number
  /** The family of the addresses to try; `undefined` for both. */
  readonly family: 'ipv4' | 'ipv6' | undefined
}

/** The target of a connection: an address, or a name that has to be looked up. */
export type Destination = { readonly kind: 'address'; readonly address: CheckedAddress } | NamedDestination

const UINT32_MAX = 0xffff_ffff

/**
 * Checks the parts of an address.
 *
 * @param host - knows the zones
 * @param syscall - the call that the address is for
 * @throws {ArgumentError} EINVAL, naming the part that is not valid
 */
export function checkAddress(host: Host, address: AddressLike, syscall: string): CheckedAddress {
  const parts = checkParts(address)
  const ip = parseIp(parts.host)
  if (ip !== undefined) return locate(host, parts, ip, syscall)
  if (readHost(parts.host) === undefined) throw notAHost(parts.host, syscall)
  const message = `Cannot use host ${show(parts.host)}: it is not an IP address; look the name up first, with loop.lookup()`
  throw new ArgumentError(message, syscall)
}

/**
 * Checks an address that may have a name as its host. @throws {ArgumentError} EINVAL, naming the part that is not valid
 */
export function checkDestination(host: Host, address: AddressLike, syscall: string): Destination {
  const parts = checkParts(address)
  const read = readHost(parts.host)
  if (read === undefined) throw notAHost(parts.host, syscall)
  if (read.kind === 'address') return { kind: 'address', address: locate(host, parts, read.ip, syscall) }
  return { kind: 'name', name: read.name, port: parts.port, family: parts.family }
}

function locate(host: Host, parts: Parts, ip: Ip, syscall: string): CheckedAddress {
  const { port, flowInfo, scopeId, family } = parts
  if (family !== undefined && family !== ip.family) throw notOfFamily(parts)
  const zone = zoneOf(host, ip, syscall)
  if (zone !== 0 && scopeId !== 0 && zone !== scopeId) {
    throw new ArgumentError(
      `Cannot use host ${show(parts.host)}: its zone differs from scopeId ${scopeId}; give only one of them`,
      syscall,
    )
  }
  return { host: ip.host, port, flowInfo, scopeId: scopeId || zone }
}

function notOfFamily({ host, family }: Parts): ArgumentError {
  return new ArgumentError(`Cannot use host ${show(host)}: it is not an ${family} address; leave the family out`)
}

/**
 * The number of an address's zone; 0 if it has none.
 *
 * @throws {ArgumentError} when the host knows no interface of that name
 */
export function zoneOf(host: Host, { host: address, zone }: Ip, syscall: string): number {
  if (zone === '') return 0
  const index = readZone(host, zone)
  if (index !== undefined) return index
  throw new ArgumentError(
    `Cannot use ${show(`${address}%${zone}`)}: its zone is not an interface of the ${host.name} host; give the interface's number`,
    syscall,
  )
}

/** The number of a zone, which is given as text; `undefined` when the host knows no interface of that name. */
export function readZone(host: Host, zone: string): number | undefined {
  return zoneIndex(zone, (name) => host.interfaces().get(name))
}

/** The error for a text that is neither an address nor a name. */
export function notAHost(text: unknown, syscall?: string): ArgumentError {
  return new ArgumentError(
    `Cannot use ${show(text)}: it is neither an IP address nor a name; give one like '127.0.0.1' or 'example.com'`,
    syscall,
  )
}

/**
 * Reads a `struct uvw_address` from the scratch buffer.
 *
 * @returns `undefined` for a socket without an IP address, such as one of a socket pair
 */
export function readAddress({ abi, memory, scratch }: Instance): Address | undefined {
  const { AF_INET, AF_INET6 } = abi.constants
  const at = abi.layout.uvw_address
  const family = memory.i32(scratch + at.family)
  const host = canonicalIp(memory.string(scratch + at.host))
  const port = memory.i32(scratch + at.port)
  if (family === AF_INET) return { family: 'ipv4', host, port }
  if (family !== AF_INET6) return undefined
  const flowInfo = memory.u32(scratch + at.flowinfo)
  return { family: 'ipv6', host, port, flowInfo, scopeId: memory.u32(scratch + at.scope_id) }
}

/**
 * The socket domain of a new handle, in the module's numbers; 0 for none.
 *
 * @throws {ArgumentError} when there is no such domain or family
 */
export function socketDomain(
  { AF_INET, AF_INET6 }: Description['constants'],
  flags: number,
  family: 'ipv4' | 'ipv6' | undefined,
): number {
  if (flags !== 0 && flags !== AF_INET && flags !== AF_INET6) {
    throw new ArgumentError(
      `Cannot use flags ${show(flags)}: it is not a socket domain; give a family, and pass the flags of bind() to bind()`,
    )
  }
  if (family === undefined) return flags
  if (family === 'ipv4') return AF_INET
  if (family === 'ipv6') return AF_INET6
  throw new ArgumentError(`Cannot use family ${show(family)}: it is neither 'ipv4' nor 'ipv6'`)
}

/** Copies an address's text into the module's memory for libuv, without the zone, which is passed as a number. */
export function hostText(instance: Instance, { host }: CheckedAddress): number {
  const at = instance.text(host)
  if (at === undefined) throw notAHost(host)
  return at
}

/**
 * The text of an address for libuv, with the zone as a number.
 *
 * @throws {ArgumentError} when the text is not an IP address
 */
export function interfaceText(host: Host, text: string, what: string, syscall: string): string {
  const ip = parseIp(text)
  if (ip === undefined) throw new ArgumentError(`Cannot use ${what} ${show(text)}: it is not an IP address`, syscall)
  const zone = zoneOf(host, ip, syscall)
  return zone === 0 ? ip.host : `${ip.host}%${zone}`
}

interface Parts {
  readonly host: string
  readonly port: number
  readonly flowInfo: number
  readonly scopeId: number
  readonly family: 'ipv4' | 'ipv6' | undefined
}

function checkParts(address: AddressLike): Parts {
  if (typeof address !== 'object' || address === null) {
    throw new ArgumentError(
      `Cannot use ${show(address)} as an address: it is not an object; give { host: '127.0.0.1', port: 80 }`,
    )
  }
  const parts = isTuple(address)
    ? { host: address[0], port: address[1], flowInfo: address[2], scopeId: address[3], family: undefined }
    : address
  const { host, family } = parts
  if (typeof host !== 'string') {
    throw new ArgumentError(`Cannot use host ${show(host)}: it is not a string; give one like '127.0.0.1' or '::1'`)
  }
  if (family !== undefined && family !== 'ipv4' && family !== 'ipv6') {
    throw new ArgumentError(`Cannot use family ${show(family)}: it is neither 'ipv4' nor 'ipv6'`)
  }
  return {
    host,
    family,
    port: checkInteger(parts.port, 'port', 0, 65_535),
    flowInfo: checkInteger(parts.flowInfo ?? 0, 'flowInfo', 0, UINT32_MAX),
    scopeId: checkInteger(parts.scopeId ?? 0, 'scopeId', 0, UINT32_MAX),
  }
}

function isTuple(address: AddressLike): address is Extract<AddressLike, readonly unknown[]> {
  return Array.isArray(address)
}
