/** `net.Server` over libuv in WebAssembly. */
import { EventEmitter } from 'node:events'
import { type BlockList, isIP } from 'node:net'
import { getDefaultHighWaterMark } from 'node:stream'
import { FREED } from '../../uv/handle.js'
import type { Loop } from '../../uv/loop/loop.js'
import { Pipe, PipeFlags, PipeMode } from '../../uv/streams/pipe.js'
import type { Stream } from '../../uv/streams/stream.js'
import { TCP, TCPFlags } from '../../uv/streams/tcp.js'
import { backgroundLoop } from '../background.js'
import { nodeError, type Place, systemError } from '../node-error.js'
import { runTicks } from '../ticks.js'
import { type AddressInfo, addressInfo, localOf, remoteOf } from './address-info.js'
import { checkPort, checkSignal, checkType, normalize, seconds, toNumber, wrongType, wrongValue } from './arguments.js'
import { isBlocked, takeBlockList } from './block-list.js'
import { lookUpName } from './lookup.js'
import { Socket, type SocketOptions, WHEN_DESTROYED } from './socket.js'
import { thisNode } from './this-node.js'
import { withKnownZone } from './zones.js'

/** The options of a {@link Server}, which apply to the sockets that it accepts. */
export interface ServerOptions
  extends Pick<SocketOptions, 'allowHalfOpen' | 'noDelay' | 'keepAlive' | 'keepAliveInitialDelay' | 'highWaterMark'> {
  /** Do not read from accepted sockets until requested. */
  readonly pauseOnConnect?: boolean | undefined
  /** Connections from these addresses are closed without an event. From Node 22.13 on, like in `node:net`. */
  readonly blockList?: BlockList | undefined
}

/** The options of {@link Server.listen}. */
export interface ListenOptions {
  /** The port; 0, the default, selects a free one. */
  readonly port?: number | string | undefined
  /** An IP address or a host name; by default all addresses, of both families if there are both. */
  readonly host?: string | undefined
  /** The path of a Unix domain socket, if there is no port. */
  readonly path?: string | undefined
  /** Lets all users read from the path. */
  readonly readableAll?: boolean | undefined
  /** Lets all users connect to the path. */
  readonly writableAll?: boolean | undefined
  /** The number of connections that may wait to be accepted; 511 by default. */
  readonly backlog?: number | undefined
  /** Do not accept IPv4 on an IPv6 address. */
  readonly ipv6Only?: boolean | undefined
  /** Ignored: there are no clusters here. */
  readonly exclusive?: boolean | undefined
  /**
   * Shares the port with other servers that set this option, if the host can. From Node 22.12 on, like in `node:net`.
   */
  readonly reusePort?: boolean | undefined
  /** Closes the server when aborted. */
  readonly signal?: AbortSignal | undefined
}

/** Called for each accepted connection. */
export type ConnectionListener = (socket: Socket) => void

const DEFAULT_BACKLOG = 511

/** A TCP or Unix domain socket server with the API of `net.Server`; see Node's documentation. */
export class Server extends EventEmitter implements AsyncDisposable {
  /** Whether accepted sockets stay writable after the peer has ended (half-open). */
  allowHalfOpen: boolean
  /** Whether accepted sockets start paused. */
  pauseOnConnect: boolean
  /** Connections from these addresses are closed. */
  blockList: BlockList | undefined
  /**
   * The limit of concurrent connections; further ones are closed and reported by the event `drop`. 0 means none from
   * Node 21 on, and no limit before, like in `node:net`.
   */
  maxConnections: number | undefined
  readonly #options: ServerOptions
  readonly #keepAliveDelay: number
  #handle: TCP | Pipe | undefined
  /** The path of the last `listen()` with a path. */
  #path: string | undefined
  #connections = 0
  /** Resolves once the last port is free again; `undefined` when it is. */
  #freed: PromiseLike<void> | undefined
  #referenced = true
  /** Incremented by each `listen()` and `close()`, so that a lookup of an earlier one is ignored. */
  #attempt = 0
  /** Cancels the pending lookup. */
  #forget: (() => void) | undefined

  constructor(options?: ServerOptions | ConnectionListener, listener?: ConnectionListener) {
    super()
    if (options !== undefined && options !== null && typeof options !== 'object' && typeof options !== 'function') {
      throw wrongType('options', 'of type object', options)
    }
    const given = typeof options === 'function' ? {} : (options ?? {})
    const onConnection = typeof options === 'function' ? options : listener
    checkType(given.highWaterMark, 'number', 'options.highWaterMark')
    this.#options = given
    this.blockList = takeBlockList(given.blockList)
    this.#keepAliveDelay = seconds(given.keepAliveInitialDelay, 'options.keepAliveInitialDelay') * 1000
    this.allowHalfOpen = given.allowHalfOpen ?? false
    this.pauseOnConnect = given.pauseOnConnect ?? false
    if (typeof onConnection === 'function') this.on('connection', onConnection)
  }

  /** The loop that the server runs on. */
  protected get loop(): Loop {
    return backgroundLoop()
  }

  /** Creates the socket of an accepted connection. */
  protected createSocket(options: SocketOptions): Socket {
    return new Socket(options)
  }

  /** Whether the server is listening. */
  get listening(): boolean {
    return this.#handle !== undefined
  }

  /** The address that the server listens on; `null` when it is not listening. Once a path was used, the path. */
  address(): AddressInfo | string | null {
    return this.#handle instanceof TCP ? addressInfo(this.loop, this.#handle.sockname) : (this.#path ?? null)
  }

  /**
   * Starts listening: on `(port, host, backlog)`, `(path, backlog)`, `(options)`, or without arguments on a free
   * port. The last argument may be a listener for `listening`. Without a host, the address is known when this method
   * returns.
   *
   * @throws {Error} ERR_SERVER_ALREADY_LISTEN
   * @throws {RangeError} ERR_SOCKET_BAD_PORT
   * @throws {TypeError} when an option is not valid
   */
  listen(options: ListenOptions, listener?: () => void): this
  listen(path: string, backlog: number, listener?: () => void): this
  listen(path: string, listener?: () => void): this
  listen(port?: number, host?: string, backlog?: number, listener?: () => void): this
  listen(port: number, host: string, listener: () => void): this
  listen(port: number | undefined, backlog: number, listener?: () => void): this
  listen(port: number | undefined, listener: () => void): this
  listen(listener: () => void): this
  listen(...args: readonly unknown[]): this {
    const [options, listener] = normalize<ListenOptions, () => void>(args)
    if (this.#handle !== undefined) {
      throw nodeError(
        Error,
        'ERR_SERVER_ALREADY_LISTEN',
        'Listen method has been called more than once without closing.',
      )
    }
    if (listener !== undefined) this.once('listening', listener)
    this.#attempt += 1
    const anyPort = args.length === 0 || typeof args[0] === 'function' || ('port' in options && options.port == null)
    const { path, signal, host } = options
    const backlog = options.backlog || toNumber(args.length > 1 && args[1]) || toNumber(args.length > 2 && args[2])
    const wanted = anyPort ? 0 : options.port
    if (signal !== undefined) this.#closeWith(signal)
    const fd: unknown = Reflect.get(options, 'fd')
    if (typeof fd === 'number' && fd >= 0) {
      this.#refuseDescriptor()
      return this
    }
    if (typeof wanted !== 'number' && typeof wanted !== 'string') {
      if (typeof path !== 'string' || toNumber(path) !== undefined) {
        const named = 'port' in options || 'path' in options
        throw wrongValue('options', options, named ? undefined : 'must have the property "port" or "path"')
      }
      this.#path = path
      this.#listen(() => this.#bindPath(path, options), { address: path, port: -1 }, backlog)
      return this
    }
    const port = checkPort(wanted, 'options.port')
    const flags =
      (options.ipv6Only === true ? TCPFlags.IPV6ONLY : 0) |
      (options.reusePort === true && thisNode.sharesPorts ? TCPFlags.REUSEPORT : 0)
    if (typeof host === 'string' && host !== '') this.#lookupAndListen(host, port, backlog, flags)
    else this.#listen(() => this.#bindAny(port, flags), { address: '::', port }, backlog)
    return this
  }

  /** Stops listening. `close` is emitted after the last connection has ended; `callback` is called then. */
  close(callback?: (error?: Error) => void): this {
    this.#attempt += 1
    this.#forget?.()
    const handle = this.#handle
    if (typeof callback === 'function') {
      const error = nodeError(Error, 'ERR_SERVER_NOT_RUNNING', 'Server is not running.')
      this.once('close', () => (handle === undefined ? callback(error) : callback()))
    }
    this.#handle = undefined
    void handle?.close()
    const freed = handle?.[FREED]
    if (freed === undefined) this.#tellWhenDrained()
    else this.#tellOnce(freed)
    return this
  }

  /** Passes the number of connections to the callback. */
  getConnections(callback: (error: Error | null, count: number) => void): this {
    process.nextTick(callback, null, this.#connections)
    return this
  }

  /** Makes the server keep the process alive while it listens. */
  ref(): this {
    this.#referenced = true
    this.#handle?.ref()
    return this
  }

  /** Lets the process end although the server is listening. */
  unref(): this {
    this.#referenced = false
    this.#handle?.unref()
    return this
  }

  /** Closes the server, and waits for `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#handle === undefined) return
    await new Promise<void>((resolve) => this.close(() => resolve()))
  }

  /** With `captureRejections`: destroys the connection for which a listener failed. */
  override [EventEmitter.captureRejectionSymbol](error: Error, event: string, socket: unknown): void {
    if (event === 'connection' && socket instanceof Socket) socket.destroy(error)
    else this.emit('error', error)
  }

  #lookupAndListen(host: string, port: number, backlog: number | undefined, flags: number): void {
    const attempt = this.#attempt
    const listen = (address: string): void => {
      if (attempt === this.#attempt) this.#listen(() => this.#bind(address, port, flags), { address, port }, backlog)
    }
    if (isIP(host) !== 0) {
      process.nextTick(listen, host)
      return
    }
    this.#forget = lookUpName(this.loop, host, 0, (error, [first]) => {
      try {
        if (first === undefined) this.emit('error', error)
        else listen(first.address)
      } finally {
        runTicks()
      }
    })
  }

  #listen(bind: () => TCP | Pipe, place: Place, backlog: number | undefined): void {
    try {
      const handle = bind()
      this.#handle = handle
      // A host that is a number, such as 127.1, ends up here as a backlog.
      handle.listen(Math.trunc(backlog ?? 0) || DEFAULT_BACKLOG, (server, status) => this.#accept(server, status))
      if (!this.#referenced) handle.unref()
    } catch (error) {
      void this.#handle?.close()
      this.#handle = undefined
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
      const failure = systemError(code, 'listen', place, textOf(error))
      process.nextTick(() => this.emit('error', failure))
      return
    }
    process.nextTick(() => {
      if (this.#handle !== undefined) this.emit('listening')
    })
  }

  #bind(host: string, port: number, flags: number): TCP {
    return bound(new TCP({ loop: this.loop }), (handle) =>
      handle.bind({ host: withKnownZone(this.loop, host), port }, flags),
    )
  }

  #bindPath(path: string, { readableAll, writableAll }: ListenOptions): Pipe {
    const mode = (readableAll === true ? PipeMode.READABLE : 0) | (writableAll === true ? PipeMode.WRITABLE : 0)
    return bound(new Pipe({ loop: this.loop }), (handle) => {
      handle.bind(path, PipeFlags.NO_TRUNCATE)
      if (mode !== 0) handle.chmod(mode)
    })
  }

  /** Binds to all addresses: of both families, or of IPv4 if there is no IPv6. */
  #bindAny(port: number, flags: number): TCP {
    try {
      return this.#bind('::', port, flags)
    } catch {
      return this.#bind('0.0.0.0', port, flags & ~TCPFlags.IPV6ONLY)
    }
  }

  #accept(handle: Stream, status: number): void {
    try {
      if (status < 0) this.emit('error', systemError(status, 'accept'))
      else this.#take(handle.accept())
    } finally {
      runTicks()
    }
  }

  #take(handle: Stream): void {
    if (this.#full()) {
      this.#drop(handle)
      return
    }
    if (handle instanceof TCP && isBlocked(this.blockList, remoteOf(handle).address)) {
      void handle.close()
      return
    }
    const { highWaterMark = -1, noDelay, keepAlive } = this.#options
    const socket = this.createSocket({
      handle,
      allowHalfOpen: this.allowHalfOpen,
      pauseOnCreate: this.pauseOnConnect,
      highWaterMark: highWaterMark < 0 ? getDefaultHighWaterMark(false) : highWaterMark,
      noDelay,
      keepAlive,
      keepAliveInitialDelay: this.#keepAliveDelay,
    })
    this.#connections += 1
    socket.server = this
    socket[WHEN_DESTROYED] = () => {
      this.#connections -= 1
      this.#tellWhenDrained()
    }
    this.emit('connection', socket)
  }

  #full(): boolean {
    const most: number | null | undefined = this.maxConnections
    const limited = thisNode.zeroConnectionsIsNone ? most !== undefined && most !== null : Boolean(most)
    return limited && this.#connections >= Number(most)
  }

  #drop(handle: Stream): void {
    if (handle instanceof TCP) {
      const { address: localAddress, port: localPort, family: localFamily } = localOf(handle)
      const { address: remoteAddress, port: remotePort, family: remoteFamily } = remoteOf(handle)
      this.emit('drop', { localAddress, localPort, localFamily, remoteAddress, remotePort, remoteFamily })
    } else this.emit('drop')
    void handle.close()
  }

  /** Reports the end once the port is free. */
  #tellOnce(freed: PromiseLike<void>): void {
    this.#freed = freed
    freed.then(() => {
      if (this.#freed !== freed) return
      this.#freed = undefined
      this.#tellWhenDrained()
    })
  }

  #tellWhenDrained(): void {
    if (this.#freed !== undefined) return
    if (this.#handle === undefined && this.#connections === 0) process.nextTick(() => this.emit('close'))
  }

  /** A descriptor of the operating system cannot become a handle of a loop. */
  #refuseDescriptor(): void {
    const reason = 'a descriptor of the operating system cannot be taken over; give a port or a path'
    const failure = systemError('EINVAL', 'listen', undefined, reason)
    process.nextTick(() => this.emit('error', failure))
  }

  #closeWith(signal: AbortSignal): void {
    checkSignal(signal, 'options.signal')
    const close = (): void => {
      this.close()
    }
    if (signal.aborted) process.nextTick(close)
    else {
      signal.addEventListener('abort', close, { once: true })
      this.once('close', () => signal.removeEventListener('abort', close))
    }
  }
}

/** Runs `name` to bind the handle, and closes the handle if that fails. */
function bound<Handle extends Stream>(handle: Handle, name: (handle: Handle) => void): Handle {
  try {
    name(handle)
    return handle
  } catch (error) {
    void handle.close()
    throw error
  }
}

/** The text after the code in an error of libuv. */
function textOf(error: unknown): string | undefined {
  const [, text] = error instanceof Error ? (error.message.match(/^.*?: (.*)$/s) ?? []) : []
  return text
}
