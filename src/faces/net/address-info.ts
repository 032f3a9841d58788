/** Addresses as `node:net` tells them. */
import type { Address } from '../../base/address.js'
import type { Loop } from '../../uv/loop.js'
import type { Stream } from '../../uv/stream.js'
import { TCP } from '../../uv/tcp.js'
import { textWithZone } from './zones.js'

/** An address as `node:net` tells it; empty where there is none. */
export interface AddressInfo {
  /** In numbers. */
  readonly address: string
  /** Of the address. */
  readonly family: 'IPv4' | 'IPv6'
  /** 0 to 65,535. */
  readonly port: number
}

/** An address in Node's words. */
export function addressInfo(loop: Loop, address: Address): AddressInfo {
  const { family, port } = address
  return { address: textWithZone(loop, address), family: family === 'ipv4' ? 'IPv4' : 'IPv6', port }
}

/** Where a handle is. @returns an empty object where it is nowhere */
export function localOf(handle: Stream | undefined): Partial<AddressInfo> {
  return ask(handle, (tcp) => tcp.sockname)
}

/** Whom a handle is connected with. @returns an empty object where it is not */
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
