/**
 * Node's own UDP handles, under `node:dgram`. What `tcp-wrap.ts` says of those for TCP is true of them, and the same is done:
 * what is used is described, looked at and tried once.
 */
import type { NodeAddress } from '../common/addresses.js'
import { all, binding, get } from './bindings.js'

/** A handle over one `uv_udp_t`. Methods answer 0 or a negative status, unless said otherwise. */
export interface UdpHandle {
  bind(host: string, port: number, flags: number): number
  bind6(host: string, port: number, flags: number): number
  connect(host: string, port: number): number
  connect6(host: string, port: number): number
  disconnect(): number
  getsockname(out: NodeAddress): number
  /** To where it is connected: the number of bytes plus 1 when they were sent at once, 0 when they are queued. */
  send(request: SendRequest, list: readonly Uint8Array[], count: number, tell: boolean): number
  /** To an address. */
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
  /** Answers the size, or `undefined` where it failed and `context` has the `code`. */
  bufferSize(size: number, receive: boolean, context: { code?: string }): number | undefined
  close(): void
  unref(): void
  /** Called with the count of bytes, or a negative status and nothing else. */
  onmessage: ((count: number, handle: UdpHandle, bytes?: Uint8Array, from?: NodeAddress) => void) | undefined
}

/** A send in flight. */
export interface SendRequest {
  oncomplete: (status: number) => void
  held: readonly Uint8Array[]
}

/** `process.binding('udp_wrap')`, as far as we use it. */
export interface UdpWrap {
  readonly UDP: new () => UdpHandle
  readonly SendWrap: new () => SendRequest
  readonly constants: {
    readonly UV_UDP_IPV6ONLY: number
    readonly UV_UDP_REUSEADDR: number
    /** Where this Node knows it. */
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

/** A handle without a socket must refuse to name itself, as a status and not by throwing. */
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
    // Denied, gone, or not what it was.
    return undefined
  }
}

let found: { readonly wrap: UdpWrap | undefined } | undefined

/** The binding, where this Node has it and it is what we know it to be; looked for once. */
export const udpWrap = (): UdpWrap | undefined => {
  found ??= { wrap: probe() }
  return found.wrap
}
