/** `net.Server` over a libuv in WebAssembly. */
import { EventEmitter } from 'node:events'
import { type BlockList, isIP } from 'node:net'
import { getDefaultHighWaterMark } from 'node:stream'
import { FREED } from '../../uv/handle.js'
import type { Loop } from '../../uv/loop.js'
import { Pipe, PipeFlags, PipeMode } from '../../uv/pipe.js'
import type { Stream } from '../../uv/stream.js'
import { TCP, TCPFlags } from '../../uv/tcp.js'
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

/** How a {@link Server} is made; all of it is for the sockets it accepts. */
export interface ServerOptions
  extends Pick<SocketOptions, 'allowHalfOpen' | 'noDelay' | 'keepAlive' | 'keepAliveInitialDelay' | 'highWaterMark'> {
  /** Do not read from them until asked. */
  readonly pauseOnConnect?: boolean | undefined
  /** Addresses whose connections are closed, and told to none. From Node 22.13 on, as in `node:net`. */
  readonly blockList?: BlockList | undefined
}

/** How {@link Server.listen} listens. */
export interface ListenOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number | string | undefined
  /** An IP address or a name; by default all addresses, of both families where there are both. */
  readonly host?: string | undefined
  /** A Unix socket, where there is no port. */
  readonly path?: string | undefined
  /** Lets everybody read from the path. */
  readonly readableAll?: boolean | undefined
  /** Lets everybody connect to the path. */
  readonly writableAll?: boolean | undefined
  /** How many connections may wait; 511 by default. */
  readonly backlog?: number | undefined
  /** No IPv4 on an IPv6 address. */
  readonly ipv6Only?: boolean | undefined
  /** Ignored: there are no clusters here. */
  readonly exclusive?: boolean | undefined
  /** Shares the port with servers that say so too, where the host can. From Node 22.12 on, as in `node:net`. */
  readonly reusePort?: boolean | undefined
  /** Closes the server. */
  readonly signal?: AbortSignal | undefined
}

/** Told of an accepted connection. */
export type ConnectionListener = (socket: Socket) => void

const DEFAULT_BACKLOG = 511

/** A server of TCP or of a path, as `net.Server` is one; see Node's documentation of it. */
export class Server extends EventEmitter implements AsyncDisposable {
  /** Whether accepted sockets stay open when the peer has ended. */
  allowHalfOpen: boolean
  /** Whether accepted sockets are left unread at first. */
  pauseOnConnect: boolean
  /** Addresses whose connections are closed. */
  blockList: BlockList | undefined
  /**
   * How many connections there may be at once; those above are closed, and told by `drop`. 0 means none from Node 21 on, and no
   * limit before, as in `node:net`.
   */
  maxConnections: number | undefined
  readonly #options: ServerOptions
  readonly #keepAliveDelay: number
  #handle: TCP | Pipe | undefined
  /** The path that it was last to listen on. */
  #path: string | undefined
  #connections = 0
  /** Resolves once the port is free that it listened on last; `undefined` when it is. */
  #freed: PromiseLike<void> | undefined
  #referenced = true
  /** Changes with each `listen()` and `close()`: what a look-up began before is no longer wanted. */
  #attempt = 0
  /** Gives the look-up up. */
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

  /** The loop it listens on. */
  protected get loop(): Loop {
    return backgroundLoop()
  }

  /** Makes the socket of an accepted connection. */
  protected createSocket(options: SocketOptions): Socket {
    return new Socket(options)
  }

  /** Whether it listens. */
  get listening(): boolean {
    return this.#handle !== undefined
  }

  /** Where it listens; `null` when it does not. Of a path it is that, from the first time on that one was asked for. */
  address(): AddressInfo | string | null {
    return this.#handle instanceof TCP ? addressInfo(this.loop, this.#handle.sockname) : (this.#path ?? null)
  }

  /**
   * Listens: `(port, host, backlog)`, `(path, backlog)`, `(options)` or nothing for a free port, and a listener for `listening`
   * behind. Without a host the address is known when it returns.
   *
   * @throws {Error} ERR_SERVER_ALREADY_LISTEN
   * @throws {RangeError} ERR_SOCKET_BAD_PORT
   * @throws {TypeError} when an option is something else
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

  /** Stops listening. `close` comes when the last connection is gone, and calls back. */
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

  /** Tells how many connections there are. */
  getConnections(callback: (error: Error | null, count: number) => void): this {
    process.nextTick(callback, null, this.#connections)
    return this
  }

  /** Lets it keep the process alive. */
  ref(): this {
    this.#referenced = true
    this.#handle?.ref()
    return this
  }

  /** Lets the process end although it listens. */
  unref(): this {
    this.#referenced = false
    this.#handle?.unref()
    return this
  }

  /** Closes it, and waits for `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#handle === undefined) return
    await new Promise<void>((resolve) => this.close(() => resolve()))
  }

  /** With `captureRejections`: the connection that a listener failed at is destroyed. */
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
      // A host that is a number, as 127.1, has come here for a backlog, too.
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

  /** All addresses there are: of both families, or of IPv4 where there is no other. */
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

  /** The end is told once the port is free. */
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

  /** A descriptor of the operating system's cannot become a handle of a loop's. */
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

/** A handle that has its name, which `name` gives it; where that cannot be, it is closed. */
function bound<Handle extends Stream>(handle: Handle, name: (handle: Handle) => void): Handle {
  try {
    name(handle)
    return handle
  } catch (error) {
    void handle.close()
    throw error
  }
}

/** The words that an error of libuv's has behind its code. */
function textOf(error: unknown): string | undefined {
  const [, text] = error instanceof Error ? (error.message.match(/^.*?: (.*)$/s) ?? []) : []
  return text
}
