/** Addresses in the form of `node:net`. */
import type { Address } from '../../base/address.js'
import type { Loop } from '../../uv/loop/loop.js'
import type { Stream } from '../../uv/streams/stream.js'
import { TCP } from '../../uv/streams/tcp.js'
import { textWithZone } from './zones.js'

/** An address in the form of `node:net`. */
export interface AddressInfo {
  /** The IP address as text. */
  readonly address: string
  /** The family of the address. */
  readonly family: 'IPv4' | 'IPv6'
  /** The port, 0 to 65,535. */
  readonly port: number
}

/** Converts an address to the form of `node:net`. */
export function addressInfo(loop: Loop, address: Address): AddressInfo {
  const { family, port } = address
  return { address: textWithZone(loop, address), family: family === 'ipv4' ? 'IPv4' : 'IPv6', port }
}

/** The local address of a handle. @returns an empty object if it has none */
export function localOf(handle: Stream | undefined): Partial<AddressInfo> {
  return ask(handle, (tcp) => tcp.sockname)
}

/** The address of a handle's peer. @returns an empty object if it is not connected */
export function remoteOf(handle: Stream | undefined): Partial<AddressInfo> {
  return ask(handle, (tcp) => tcp.peername)
}

function ask(handle: Stream | undefined, name: (tcp: TCP) => Address): Partial<AddressInfo> {
  if (!(handle instanceof TCP) || handle.closing) return {}
  try {
    return addressInfo(handle.loop, name(handle))
  } catch {
    return {}
  }
}
