/** Addresses as people write them, and as the module has them. */

import type { Description } from '../abi/description.js'
import type { Address } from '../base/address.js'
import { readHost } from '../base/host-text.js'
import { canonicalIp, type Ip, parseIp, zoneIndex } from '../base/ip.js'
import type { Host } from '../host/contract/host.js'
import type { Instance } from '../runtime/instance.js'
import { ArgumentError, checkInteger, show } from './errors.js'

/**
 * An address to bind or connect to: an object, or `[host, port]`. `host` is an IP address in text:
 * of IPv4 four decimal numbers, of IPv6 with or without `%zone`, which is an interface's number or name, as `fe80::1%2` or
 * `fe80::1%eth0`; {@link TCP.connect} takes names, too.
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

/** An address whose parts have been checked. */
export interface CheckedAddress {
  readonly host: string
  readonly port: number
  readonly flowInfo: number
  readonly scopeId: number
}

/** Where to connect to: an address, or a name, which is to be looked up. */
export type Destination =
  | { readonly kind: 'address'; readonly address: CheckedAddress }
  | { readonly kind: 'name'; readonly name: string; readonly port: number }

const UINT32_MAX = 0xffff_ffff

/**
 * Checks an address's parts.
 *
 * @param host - knows the zones
 * @param syscall - what it is for
 * @throws {ArgumentError} EINVAL naming the part that is wrong
 */
export function checkAddress(host: Host, address: AddressLike, syscall: string): CheckedAddress {
  const parts = checkParts(address)
  const ip = parseIp(parts.host)
  if (ip !== undefined) return locate(host, parts, ip, syscall)
  if (readHost(parts.host) === undefined) throw notAHost(parts.host, syscall)
  const message = `${show(parts.host)} is not an IP address; look a name up first, with loop.lookup()`
  throw new ArgumentError(message, syscall)
}

/** The same for an address or a name. @throws {ArgumentError} EINVAL naming the part that is wrong */
export function checkDestination(host: Host, address: AddressLike, syscall: string): Destination {
  const parts = checkParts(address)
  const read = readHost(parts.host)
  if (read === undefined) throw notAHost(parts.host, syscall)
  if (read.kind === 'address') return { kind: 'address', address: locate(host, parts, read.ip, syscall) }
  if (parts.family === 'ipv6') throw notOfFamily(parts)
  return { kind: 'name', name: read.name, port: parts.port }
}

function locate(host: Host, parts: Parts, ip: Ip, syscall: string): CheckedAddress {
  const { port, flowInfo, scopeId, family } = parts
  if (family !== undefined && family !== ip.family) throw notOfFamily(parts)
  const zone = zoneOf(host, ip, syscall)
  if (zone !== 0 && scopeId !== 0 && zone !== scopeId) {
    throw new ArgumentError(
      `host ${show(parts.host)} has another zone than scopeId ${scopeId}; give one of them`,
      syscall,
    )
  }
  return { host: ip.host, port, flowInfo, scopeId: scopeId || zone }
}

function notOfFamily({ host, family }: Parts): ArgumentError {
  return new ArgumentError(`host ${show(host)} is no ${family} address`)
}

/**
 * The number of an address's zone; 0 where it has none.
 *
 * @throws {ArgumentError} when no interface is called so, as far as the host can tell
 */
export function zoneOf(host: Host, { host: address, zone }: Ip, syscall: string): number {
  if (zone === '') return 0
  const index = readZone(host, zone)
  if (index !== undefined) return index
  throw new ArgumentError(
    `the zone of ${show(`${address}%${zone}`)} is no interface of the ${host.name} host; give the interface's number`,
    syscall,
  )
}

/** The number that a zone's text stands for; `undefined` when no interface is called so, as far as the host can tell. */
export function readZone(host: Host, zone: string): number | undefined {
  return zoneIndex(zone, (name) => host.interfaces().get(name))
}

/** What to say of a text that is neither an address nor a name. */
export function notAHost(text: unknown, syscall?: string): ArgumentError {
  return new ArgumentError(
    `${show(text)} is neither an IP address nor a name, as '127.0.0.1' or 'example.com'`,
    syscall,
  )
}

/**
 * Reads a `struct uvw_address` out of the scratch buffer.
 *
 * @returns `undefined` for a socket that has no IP address, as one of a socket pair
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

/** The socket domain to start with, in the module's numbers; 0 for none. @throws {ArgumentError} when there is no such */
export function socketDomain(
  { AF_INET, AF_INET6 }: Description['constants'],
  flags: number,
  family: 'ipv4' | 'ipv6' | undefined,
): number {
  if (flags !== 0 && flags !== AF_INET && flags !== AF_INET6) {
    throw new ArgumentError(`flags ${show(flags)} is no socket domain; give a family; what bind() takes is given there`)
  }
  if (family === undefined) return flags
  if (family === 'ipv4') return AF_INET
  if (family === 'ipv6') return AF_INET6
  throw new ArgumentError(`family ${show(family)} is neither 'ipv4' nor 'ipv6'`)
}

/** An address's text in the module's memory, where libuv reads it: without its zone, which is a number of its own. */
export function hostText(instance: Instance, { host }: CheckedAddress): number {
  const at = instance.text(host)
  if (at === undefined) throw notAHost(host)
  return at
}

/**
 * An address as libuv reads it: its zone in digits.
 *
 * @throws {ArgumentError} when it is none
 */
export function interfaceText(host: Host, text: string, what: string, syscall: string): string {
  const ip = parseIp(text)
  if (ip === undefined) throw new ArgumentError(`${what} ${show(text)} is no address`, syscall)
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
    throw new ArgumentError(`${show(address)} is not an address; give { host: '127.0.0.1', port: 80 }`)
  }
  const parts = isTuple(address)
    ? { host: address[0], port: address[1], flowInfo: address[2], scopeId: address[3], family: undefined }
    : address
  const { host, family } = parts
  if (typeof host !== 'string') throw new ArgumentError(`host ${show(host)} is not a string, as '127.0.0.1' or '::1'`)
  if (family !== undefined && family !== 'ipv4' && family !== 'ipv6') {
    throw new ArgumentError(`family ${show(family)} is neither 'ipv4' nor 'ipv6'`)
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
