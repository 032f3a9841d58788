/**
 * An implementation of `node:net` over libuv in WebAssembly, for libraries that use its sockets and servers. By
 * default it runs on a background loop that needs no `run()`; {@link createNet} runs it on the caller's own loop,
 * over any host.
 *
 * docs/coming-from-node-net.md lists what is the same and what differs.
 */
import { ArgumentError, show } from '../uv/errors.js'
import { Loop } from '../uv/loop/loop.js'
import { normalize } from './net/arguments.js'
import { type ConnectionListener, Server, type ServerOptions } from './net/server.js'
import { type NetConnectOptions, Socket, type SocketOptions } from './net/socket.js'

export {
  BlockList,
  getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  isIP,
  isIPv4,
  isIPv6,
  SocketAddress,
  setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout,
} from 'node:net'
export { wrapHost } from './background.js'
export { type StreamDuplexOptions, toDuplex } from './duplex.js'
export type { AddressInfo } from './net/address-info.js'
export type { ConnectionListener, ListenOptions, ServerOptions } from './net/server.js'
export type { ConnectOptions, NetConnectOptions, SocketOptions, SocketReadyState } from './net/socket.js'
export { Server, Socket, Socket as Stream }

/**
 * Creates a socket and connects it. `listener` is called once connected; failures are emitted as the socket's
 * `error`.
 */
export interface Connect {
  /** Connects with options, like `net.connect()`. */
  (options: NetConnectOptions, listener?: () => void): Socket
  /** Connects to a Unix domain socket. */
  (path: string, listener?: () => void): Socket
  /** Connects to a port of a host. */
  (port: number, host: string, listener?: () => void): Socket
  /** Connects to a port of this machine. */
  (port: number, listener?: () => void): Socket
}

/** The part of `node:net` that depends on a loop. */
export interface Net {
  /** A connection; see `net.Socket`. */
  readonly Socket: typeof Socket
  /** The same as `Socket`. */
  readonly Stream: typeof Socket
  /** A server; see `net.Server`. */
  readonly Server: typeof Server
  /** Creates a server that does not listen yet; see `net.createServer()`. */
  createServer(options?: ServerOptions | ConnectionListener, listener?: ConnectionListener): Server
  /** See `net.connect()`. */
  readonly connect: Connect
  /** The same as `connect`. */
  readonly createConnection: Connect
}

/**
 * Creates `node:net` on the caller's own loop, which the caller runs.
 *
 * @throws {ArgumentError} when `loop` is not a loop
 */
export function createNet({ loop }: { readonly loop: Loop }): Net {
  if (!(loop instanceof Loop)) {
    throw new ArgumentError(`Cannot use loop ${show(loop)}: it is not a Loop; give one opened with Loop.open()`)
  }
  class LoopSocket extends Socket {
    protected override get loop(): Loop {
      return loop
    }
  }
  class LoopServer extends Server {
    protected override get loop(): Loop {
      return loop
    }
    protected override createSocket(options: SocketOptions): Socket {
      return new LoopSocket(options)
    }
  }
  return netOf(LoopSocket, LoopServer)
}

function netOf(TheSocket: typeof Socket, TheServer: typeof Server): Net {
  const connect = (...args: readonly unknown[]): Socket => {
    const [options] = normalize<NetConnectOptions, () => void>(args)
    const socket = new TheSocket(options)
    if (options.timeout) socket.setTimeout(options.timeout)
    return Reflect.apply(socket.connect, socket, args)
  }
  return {
    Socket: TheSocket,
    Stream: TheSocket,
    Server: TheServer,
    createServer: (options, listener) => new TheServer(options, listener),
    connect,
    createConnection: connect,
  }
}

const net = netOf(Socket, Server)

/** Creates a server that does not listen yet; see `net.createServer()`. */
export const createServer = net.createServer
/** Creates a socket and connects it; see `net.connect()`. */
export const connect = net.connect
/** The same as {@link connect}. */
export const createConnection = net.createConnection
