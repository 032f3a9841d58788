/**
 * Strategies for binding a local address synchronously, which `net.Server#listen` and `net.Socket#connect` do not do:
 * they bind a tick later, and report an occupied port by an event. There are four strategies, and no Node is certain
 * to have them all. The second one is not available under `--permission`:
 *
 * | strategy       | available                            | bind | local address of a connect |
 * |----------------|--------------------------------------|------|----------------------------|
 * | `bound-socket` | `net.BoundSocket`, Node 26.4 on      | yes  | immediately                |
 * | `tcp-wrap`     | `process.binding`, Node 20 to 26     | yes  | immediately                |
 * | `made-handle`  | `net._createServerHandle`, all Nodes | yes  | once connected             |
 * | `plain`        | everywhere                           | no   | once connected             |
 */

import type { Socket, SocketConstructorOpts } from 'node:net'
import { type Address, unspecified } from '../../base/address.js'
import { formatEndpoint } from '../../base/endpoint.js'
import { fromNode, type NodeAddress, toNodeHost } from '../common/addresses.js'
import { caughtError, statusError } from '../common/errors.js'
import { type BindOptions, HostError } from '../contract/error.js'
import { bindHandle, connectHandle, localOf, sharesTcpPorts } from './tcp-calls.js'
import { newHandle, type TcpHandle, type TcpWrap, tcpWrap } from './tcp-wrap.js'

/** Loads the module on first use; with bare handles it is never needed. */
export const nodeNet = (): typeof import('node:net') => process.getBuiltinModule('node:net')

/** The name of a strategy. */
export type BindStrategyName = 'bound-socket' | 'tcp-wrap' | 'made-handle' | 'plain'

/** A connecting socket. It reports failure by its `error` event. */
export interface Dialled {
  readonly socket: Socket
  /** `undefined` if it is known only once connected. */
  readonly local: Address | undefined
}

/** A bound local address, consumed by `connect` or by a server that listens on `source`. */
export interface Bound {
  readonly local: Address
  /** The argument for `net.Server#listen`. */
  readonly source: object
  /**
   * @param onConnect - called later, on success
   * @throws {HostError} errors that are known immediately
   */
  connect(remote: Address, onConnect: () => void): Dialled
  /** Releases the address. */
  close(): void
}

/** One strategy for binding local addresses. */
export interface BindStrategy {
  readonly name: BindStrategyName
  /** Whether it can share a port. */
  readonly sharesPorts: boolean
  /** @throws {HostError} EADDRINUSE, EADDRNOTAVAIL, EACCES, EMFILE; ENOTSUP if this strategy cannot bind */
  bind(local: Address, options: BindOptions): Bound
  /**
   * Connects from a free port.
   *
   * @param onConnect - called later, on success
   * @throws {HostError} errors that are known immediately
   */
  connect(remote: Address, onConnect: () => void): Dialled
}

/** `net.Socket` accepts these two options as well. */
interface Adopting extends SocketConstructorOpts {
  handle: object
  pauseOnCreate?: boolean
}

const adopt = (options: Adopting): Socket => new (nodeNet().Socket)(options)

/** The part of `net.BoundSocket` that is used here. */
interface BoundSocket {
  address(): NodeAddress
  close(): void
}
type BoundSocketClass = new (options: { host: string; port: number } & BindOptions) => BoundSocket

const isBoundSocketClass = (value: unknown): value is BoundSocketClass => typeof value === 'function'

const boundSocketRung = (Class: BoundSocketClass): BindStrategy => {
  const bind = (local: Address, options: BindOptions): Bound => {
    let source: BoundSocket
    try {
      source = new Class({ host: toNodeHost(local), port: local.port, ...options })
    } catch (error) {
      throw caughtError(error, `bind ${formatEndpoint(local)}`)
    }
    return {
      source,
      local: fromNode(source.address()) ?? local,
      close: () => source.close(),
      connect(remote, onConnect) {
        const socket = adopt({ handle: source, allowHalfOpen: true }).pause()
        // It connects synchronously, but reports failure by an `error` event in the next tick; `errored` is set
        // already.
        socket.connect({ host: toNodeHost(remote), port: remote.port }, onConnect)
        if (socket.errored === null) return { socket, local: fromNode(socket.address()) }
        socket.on('error', () => {})
        throw caughtError(socket.errored, `connect ${formatEndpoint(remote)}`)
      },
    }
  }
  const connect = (remote: Address, onConnect: () => void): Dialled => {
    const anywhere = unspecified(remote.family)
    let bound: Bound
    try {
      bound = bind(anywhere, { ipv6Only: false, reusePort: false })
    } catch (error) {
      // For a connect, the lack of a free port is EADDRNOTAVAIL.
      const none = error instanceof HostError && error.code === 'EADDRINUSE'
      throw none ? new HostError('EADDRNOTAVAIL', `connect ${formatEndpoint(remote)}: no free port`) : error
    }
    return bound.connect(remote, onConnect)
  }
  return { name: 'bound-socket', sharesPorts: true, bind, connect }
}

const tcpWrapRung = (wrap: TcpWrap): BindStrategy => {
  const connectFrom = (handle: TcpHandle, remote: Address, onConnect: () => void): Dialled => {
    try {
      connectHandle(wrap, handle, remote, (status) => {
        if (status === 0) onConnect()
        else socket.destroy(statusError(status, `connect ${formatEndpoint(remote)}`))
      })
    } catch (error) {
      handle.close()
      throw error
    }
    const socket = adopt({ handle, allowHalfOpen: true, pauseOnCreate: true })
    return { socket, local: localOf(handle, remote) }
  }
  return {
    name: 'tcp-wrap',
    sharesPorts: sharesTcpPorts(wrap),
    bind(local, options) {
      const handle = bindHandle(wrap, local, options)
      return {
        source: handle,
        local: localOf(handle, local),
        close: () => handle.close(),
        connect: (remote, onConnect) => connectFrom(handle, remote, onConnect),
      }
    },
    connect: (remote, onConnect) => connectFrom(newHandle(wrap), remote, onConnect),
  }
}

/** What `net` makes a server's handle with, bound but not listening; or a negative status. It is not documented. */
type MakeHandle = (host: string, port: number, family: 4 | 6, fd: -1, flags: number) => TcpHandle | number

const isMakeHandle = (value: unknown): value is MakeHandle => typeof value === 'function'

/** A flag of libuv's `uv_tcp_bind()`: UV_TCP_IPV6ONLY. */
const IPV6_ONLY = 1

const madeHandleRung = (make: MakeHandle): BindStrategy => ({
  name: 'made-handle',
  sharesPorts: false,
  bind(local, { ipv6Only, reusePort }) {
    const what = `bind ${formatEndpoint(local)}`
    if (reusePort) throw new HostError('ENOTSUP', `${what}: under --permission this Node cannot share a port`)
    const family = local.family === 'ipv4' ? 4 : 6
    const handle = make(toNodeHost(local), local.port, family, -1, ipv6Only ? IPV6_ONLY : 0)
    if (typeof handle === 'number') throw statusError(handle, what)
    // On Unix libuv's bind does not report EADDRINUSE; querying the address does.
    const status = handle.getsockname({})
    if (status !== 0) {
      handle.close()
      throw statusError(status, what)
    }
    return {
      source: handle,
      local: localOf(handle, local),
      close: () => handle.close(),
      connect(remote, onConnect) {
        const socket = adopt({ handle, allowHalfOpen: true }).pause()
        socket.connect({ host: toNodeHost(remote), port: remote.port }, onConnect)
        return { socket, local: localOf(handle, local) }
      },
    }
  },
  connect: (remote, onConnect) => plainRung.connect(remote, onConnect),
})

const plainRung: BindStrategy = {
  name: 'plain',
  sharesPorts: false,
  bind(local) {
    throw new HostError(
      'ENOTSUP',
      `bind ${formatEndpoint(local)}: Node ${process.versions.node} has neither net.BoundSocket (Node 26.4 and later) nor ` +
        'process.binding (not under --permission)',
    )
  },
  connect(remote, onConnect) {
    const socket = new (nodeNet().Socket)({ allowHalfOpen: true }).pause()
    socket.connect({ host: toNodeHost(remote), port: remote.port }, onConnect)
    return { socket, local: undefined }
  },
}

/** All strategies of this Node, the most public one first; `plain` is always included, as the last. */
export const bindStrategies = (): readonly [BindStrategy, ...BindStrategy[]] => {
  const found: BindStrategy[] = []
  const Class: unknown = Reflect.get(nodeNet(), 'BoundSocket')
  if (isBoundSocketClass(Class)) found.push(boundSocketRung(Class))
  const wrap = tcpWrap()
  if (wrap !== undefined) found.push(tcpWrapRung(wrap))
  const make: unknown = Reflect.get(nodeNet(), '_createServerHandle')
  if (isMakeHandle(make)) found.push(madeHandleRung(make))
  const [top = plainRung, ...rest] = found
  return [top, ...rest, plainRung]
}
