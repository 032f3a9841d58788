/** Addresses as people write them, and as the module has them. */
import type { Address } from '../abi/address.js'
import type { Description } from '../abi/description.js'
import type { Instance } from '../runtime/instance.js'
import { ArgumentError, checkInteger, show } from './errors.js'

/**
 * An address to bind or connect to: an object, or `[host, port]` as the Python library has it. `host` is an IP address in text,
 * an IPv6 one with or without `%zone`; {@link TCP.connect} takes names, too.
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

/** An address whose parts have been checked; the text is left to libuv. */
export interface CheckedAddress {
  readonly host: string
  readonly port: number
  readonly flowInfo: number
  readonly scopeId: number
}

const UINT32_MAX = 0xffff_ffff

/**
 * Checks an address's parts.
 *
 * @throws {ArgumentError} EINVAL naming the part that is wrong
 */
export function checkAddress(address: AddressLike): CheckedAddress {
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
  if (family !== undefined && (family === 'ipv6') !== host.includes(':')) {
    throw new ArgumentError(`host ${show(host)} is no ${family} address`)
  }
  return {
    host,
    port: checkInteger(parts.port, 'port', 0, 65_535),
    flowInfo: checkInteger(parts.flowInfo ?? 0, 'flowInfo', 0, UINT32_MAX),
    scopeId: checkInteger(parts.scopeId ?? 0, 'scopeId', 0, UINT32_MAX),
  }
}

/** What to say of a text that libuv does not take for an address. */
export function notAnAddress(host: string, syscall: string): ArgumentError {
  return new ArgumentError(`${show(host)} is not an IP address; look a name up first, with loop.lookup()`, syscall)
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
  const host = memory.string(scratch + at.host)
  const port = memory.i32(scratch + at.port)
  if (family === AF_INET) return { family: 'ipv4', host, port }
  if (family !== AF_INET6) return undefined
  const flowInfo = memory.u32(scratch + at.flowinfo)
  return { family: 'ipv6', host, port, flowInfo, scopeId: memory.u32(scratch + at.scope_id) }
}

function isTuple(address: AddressLike): address is Extract<AddressLike, readonly unknown[]> {
  return Array.isArray(address)
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

/** The host's text in the module's memory, when libuv can take it for an address. */
export function hostText(instance: Instance, { host }: CheckedAddress, syscall: string): number {
  const text = instance.text(host)
  if (text === undefined || !instance.exports.uvw_is_address(text)) throw notAnAddress(host, syscall)
  return text
}
