/** The operations on bare handles that both transports use: they return results immediately, and throw `HostError`. */

import { type Address, unspecified } from '../../base/address.js'
import { formatEndpoint } from '../../base/endpoint.js'
import { fromNode, type NodeAddress, toNodeHost } from '../common/addresses.js'
import { statusError } from '../common/errors.js'
import { type BindOptions, HostError } from '../contract/error.js'
import { newHandle, type TcpHandle, type TcpWrap } from './tcp-wrap.js'

/** Whether this Node can share a port. */
export const sharesTcpPorts = ({ tcp }: TcpWrap): boolean => tcp.constants.UV_TCP_REUSEPORT !== undefined

/**
 * Creates a handle bound to an address.
 *
 * @throws {HostError} EADDRINUSE, EADDRNOTAVAIL, EACCES, EMFILE; ENOTSUP when this Node cannot share a port
 */
export const bindHandle = (wrap: TcpWrap, local: Address, options: BindOptions): TcpHandle => {
  const { UV_TCP_IPV6ONLY, UV_TCP_REUSEPORT } = wrap.tcp.constants
  if (options.reusePort && UV_TCP_REUSEPORT === undefined) {
    throw new HostError('ENOTSUP', `Node ${process.versions.node} cannot share a port; Node 22.12 and later can`)
  }
  const flags = (options.ipv6Only ? UV_TCP_IPV6ONLY : 0) | (options.reusePort ? (UV_TCP_REUSEPORT ?? 0) : 0)
  const handle = newHandle(wrap)
  const bound =
    local.family === 'ipv4'
      ? handle.bind(local.host, local.port, flags)
      : handle.bind6(toNodeHost(local), local.port, flags)
  // On Unix libuv's bind does not report EADDRINUSE; querying the address does.
  const status = bound === 0 ? handle.getsockname({}) : bound
  if (status === 0) return handle
  handle.close()
  throw statusError(status, `bind ${formatEndpoint(local)}`)
}

/**
 * Starts to connect.
 *
 * @param done - called later with 0 or a negative status; with that of `ECANCELED` when the handle was closed before
 * @throws {HostError} errors that the operating system reported immediately: ENETUNREACH, EADDRNOTAVAIL, EACCES,
 *   EMFILE. The caller then still owns the handle
 */
export const connectHandle = (
  wrap: TcpWrap,
  handle: TcpHandle,
  remote: Address,
  done: (status: number) => void,
): void => {
  const request = new wrap.tcp.TCPConnectWrap()
  request.oncomplete = done
  const status =
    remote.family === 'ipv4'
      ? handle.connect(request, remote.host, remote.port)
      : handle.connect6(request, toNodeHost(remote), remote.port)
  if (status !== 0) throw statusError(status, `connect ${formatEndpoint(remote)}`)
}

/** The local address of a handle; the unspecified one in the family of `like` if it no longer has a socket. */
export const localOf = (handle: TcpHandle, like: Address): Address => {
  const out: NodeAddress = {}
  handle.getsockname(out)
  return fromNode(out) ?? unspecified(like.family)
}

/** The peer's address; the unspecified one in the family of `like` if the peer is already gone. */
export const remoteOf = (handle: TcpHandle, like: Address): Address => {
  const out: NodeAddress = {}
  handle.getpeername(out)
  return fromNode(out) ?? unspecified(like.family)
}
