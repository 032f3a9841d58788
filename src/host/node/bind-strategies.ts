/**
 * Owning a local address at once, which `net.Server#listen` and `net.Socket#connect` do not do: they bind a tick later, and
 * tell of a taken port by an event. There are three ways around that, and no Node has them all for certain:
 *
 * | rung           | where                                | bind | local address of a connect |
 * |----------------|--------------------------------------|------|----------------------------|
 * | `bound-socket` | `net.BoundSocket`, Node 26.4 on      | yes  | at once                    |
 * | `tcp-wrap`     | `process.binding`, Node 20 to 26     | yes  | at once                    |
 * | `plain`        | everywhere, as under `--permission`  | no   | once connected             |
 */

import type { Socket, SocketConstructorOpts } from 'node:net'
import { type Address, unspecified } from '../../base/address.js'
import { formatEndpoint } from '../../base/endpoint.js'
import { fromNode, type NodeAddress, toNodeHost } from '../common/addresses.js'
import { caughtError, statusError } from '../common/errors.js'
import { type BindOptions, HostError } from '../contract/error.js'
import { bindHandle, connectHandle, localOf } from './tcp-calls.js'
import { newHandle, type TcpHandle, type TcpWrap, tcpWrap } from './tcp-wrap.js'

/** Loaded when it is wanted, which with bare handles it never is. */
export const nodeNet = (): typeof import('node:net') => process.getBuiltinModule('node:net')

/** The name of a rung. */
export type BindStrategyName = 'bound-socket' | 'tcp-wrap' | 'plain'

/** A socket that connects. It tells of failure by its `error` event. */
export interface Dialled {
  readonly socket: Socket
  /** `undefined` where it is known only once connected. */
  readonly local: Address | undefined
}

/** A local address in our hands, used up by `connect` or by a server that listens on `source`. */
export interface Bound {
  readonly local: Address
  /** What `net.Server#listen` takes. */
  readonly source: object
  /**
   * @param onConnect - called later, if it succeeds
   * @throws {HostError} what is known at once
   */
  connect(remote: Address, onConnect: () => void): Dialled
  /** Gives the address back. */
  close(): void
}

/** One way to own a local address. */
export interface BindStrategy {
  readonly name: BindStrategyName
  /** @throws {HostError} EADDRINUSE, EADDRNOTAVAIL, EACCES, EMFILE; ENOTSUP where this rung cannot bind */
  bind(local: Address, options: BindOptions): Bound
  /**
   * Connects from a free port.
   *
   * @param onConnect - called later, if it succeeds
   * @throws {HostError} what is known at once
   */
  connect(remote: Address, onConnect: () => void): Dialled
}

/** `net.Socket` takes these two as well. */
interface Adopting extends SocketConstructorOpts {
  handle: object
  pauseOnCreate?: boolean
}

const adopt = (options: Adopting): Socket => new (nodeNet().Socket)(options)

/** `net.BoundSocket`, as far as we use it. */
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
        // It connects within this call, and says so much by an `error` in the next tick; `errored` knows already.
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
      // No free port is EADDRNOTAVAIL to one who connects.
      const none = error instanceof HostError && error.code === 'EADDRINUSE'
      throw none ? new HostError('EADDRNOTAVAIL', `connect ${formatEndpoint(remote)}: no free port`) : error
    }
    return bound.connect(remote, onConnect)
  }
  return { name: 'bound-socket', bind, connect }
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

const plainRung: BindStrategy = {
  name: 'plain',
  bind(local) {
    throw new HostError(
      'ENOTSUP',
      `bind ${formatEndpoint(local)}: Node ${process.versions.node} has neither net.BoundSocket (Node 26.4 and later have it) nor ` +
        'process.binding (which --permission takes away)',
    )
  },
  connect(remote, onConnect) {
    const socket = new (nodeNet().Socket)({ allowHalfOpen: true }).pause()
    socket.connect({ host: toNodeHost(remote), port: remote.port }, onConnect)
    return { socket, local: undefined }
  },
}

/** Every rung this Node has, the most public one first; the last is always there. */
export const bindStrategies = (): readonly [BindStrategy, ...BindStrategy[]] => {
  const found: BindStrategy[] = []
  const Class: unknown = Reflect.get(nodeNet(), 'BoundSocket')
  if (isBoundSocketClass(Class)) found.push(boundSocketRung(Class))
  const wrap = tcpWrap()
  if (wrap !== undefined) found.push(tcpWrapRung(wrap))
  const [top = plainRung, ...rest] = found
  return [top, ...rest, plainRung]
}
