/**
 * Node's internal UDP handles, below `node:dgram`. They are no more public than the TCP handles of `tcp-wrap.ts`, and
 * are treated alike: the parts in use are declared, checked and tried once.
 */
import type { NodeAddress } from '../common/addresses.js'
import { all, binding, get } from './bindings.js'

/** A handle over one `uv_udp_t`. Methods return 0 or a negative status, unless stated otherwise. */
export interface UdpHandle {
  bind(host: string, port: number, flags: number): number
  bind6(host: string, port: number, flags: number): number
  connect(host: string, port: number): number
  connect6(host: string, port: number): number
  disconnect(): number
  getsockname(out: NodeAddress): number
  /**
   * Sends to the connected address. Returns the number of bytes plus 1 if they were sent immediately, 0 if they are
   * queued.
   */
  send(request: SendRequest, list: readonly Uint8Array[], count: number, tell: boolean): number
  /** Sends to an address. */
  send(
    request: SendRequest,
    list: readonly Uint8Array[],
    count: number,
    port: number,
    host: string,
    tell: boolean,
  ): number
  send6(
    request: SendRequest,
    list: readonly Uint8Array[],
    count: number,
    port: number,
    host: string,
    tell: boolean,
  ): number
  recvStart(): number
  recvStop(): number
  setBroadcast(enable: number): number
  setTTL(ttl: number): number
  setMulticastTTL(ttl: number): number
  setMulticastLoopback(enable: number): number
  setMulticastInterface(address: string): number
  addMembership(group: string, on: string | undefined): number
  dropMembership(group: string, on: string | undefined): number
  addSourceSpecificMembership(source: string, group: string, on: string | undefined): number
  dropSourceSpecificMembership(source: string, group: string, on: string | undefined): number
  /** Returns the size, or `undefined` on failure; `context` then has the `code`. */
  bufferSize(size: number, receive: boolean, context: { code?: string }): number | undefined
  close(): void
  unref(): void
  /** Called with the number of bytes, or with a negative status only. */
  onmessage: ((count: number, handle: UdpHandle, bytes?: Uint8Array, from?: NodeAddress) => void) | undefined
}

/** A send in flight. */
export interface SendRequest {
  oncomplete: (status: number) => void
  held: readonly Uint8Array[]
}

/** The part of `process.binding('udp_wrap')` that is used here. */
export interface UdpWrap {
  readonly UDP: new () => UdpHandle
  readonly SendWrap: new () => SendRequest
  readonly constants: {
    readonly UV_UDP_IPV6ONLY: number
    readonly UV_UDP_REUSEADDR: number
    /** Undefined if this Node does not support it. */
    readonly UV_UDP_REUSEPORT?: number
  }
}

const isUdpWrap = (value: unknown): value is UdpWrap =>
  all(value, 'function', ['UDP', 'SendWrap']) &&
  all(get(value, 'constants'), 'number', ['UV_UDP_IPV6ONLY', 'UV_UDP_REUSEADDR'])

const methods = [
  ...['bind', 'bind6', 'connect', 'connect6', 'disconnect', 'getsockname', 'send', 'send6', 'recvStart', 'recvStop'],
  ...['setBroadcast', 'setTTL', 'setMulticastTTL', 'setMulticastLoopback', 'setMulticastInterface', 'bufferSize'],
  ...['addMembership', 'dropMembership', 'addSourceSpecificMembership', 'dropSourceSpecificMembership'],
  ...['close', 'unref'],
]

/** Tries a handle: without a socket, it must refuse to report its address, by a status rather than an exception. */
const works = ({ UDP }: UdpWrap): boolean => {
  const handle = new UDP()
  try {
    return all(handle, 'function', methods) && handle.getsockname({}) < 0 && handle.disconnect() < 0
  } finally {
    handle.close()
  }
}

const probe = (): UdpWrap | undefined => {
  try {
    const wrap = binding('udp_wrap')
    return isUdpWrap(wrap) && works(wrap) ? wrap : undefined
  } catch {
    // Denied, removed, or changed.
    return undefined
  }
}

let found: { readonly wrap: UdpWrap | undefined } | undefined

/** The binding, if this Node has it with the expected shape; probed once. */
export const udpWrap = (): UdpWrap | undefined => {
  found ??= { wrap: probe() }
  return found.wrap
}
