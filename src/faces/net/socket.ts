/** `net.Socket` over libuv in WebAssembly. */

import type { BlockList } from 'node:net'
import type { Loop } from '../../uv/loop/loop.js'
import { Pipe } from '../../uv/streams/pipe.js'
import type { Stream } from '../../uv/streams/stream.js'
import { TCP } from '../../uv/streams/tcp.js'
import { backgroundLoop } from '../background.js'
import { StreamDuplex, type StreamDuplexOptions } from '../duplex.js'
import { nodeError } from '../node-error.js'
import { type AddressInfo, localOf, remoteOf } from './address-info.js'
import { checkInt32, checkType, normalize, seconds, wrongType, wrongValue } from './arguments.js'
import { takeBlockList } from './block-list.js'
import { Connecting, type ConnectingOptions, type Steps } from './connecting.js'
import { ConnectingPath } from './connecting-path.js'
import { lookUpName } from './lookup.js'
import { isUserBuffer, type OnReadOptions, UserBuffer } from './user-buffer.js'

/** The options of a {@link Socket}. */
export interface SocketOptions extends StreamDuplexOptions {
  /** With a handle, `false` disables reading from it. */
  readonly readable?: boolean | undefined
  /** A connected handle. */
  readonly handle?: Stream | undefined
  /** Send small writes immediately. */
  readonly noDelay?: boolean | undefined
  /** Probe an idle connection (keep-alive). */
  readonly keepAlive?: boolean | undefined
  /** Milliseconds without traffic before the first probe. */
  readonly keepAliveInitialDelay?: number | undefined
  /** Receive into a buffer of the program. */
  readonly onread?: OnReadOptions | undefined
  /** Do not read until requested. */
  readonly pauseOnCreate?: boolean | undefined
  /** Addresses to which connecting fails with `ERR_IP_BLOCKED`. From Node 22.13 on, like in `node:net`. */
  readonly blockList?: BlockList | undefined
}

/** The options of {@link Socket.connect}. */
export interface ConnectOptions extends ConnectingOptions {
  /** The path of a Unix domain socket; the other options are ignored then. */
  readonly path?: string | undefined
}

/** The options of `net.connect()`, which creates a socket and connects it. */
export interface NetConnectOptions extends SocketOptions, ConnectOptions {
  /** See {@link Socket.setTimeout}. */
  readonly timeout?: number | undefined
}

/** The states of `readyState`. */
export type SocketReadyState = 'opening' | 'open' | 'readOnly' | 'writeOnly' | 'closed'

/**
 * The key of the method with which a server counts the end of a socket that it accepted. Not part of the public API.
 */
export const WHEN_DESTROYED: unique symbol = Symbol('when destroyed')

/** libuv's default delay in seconds, if none was given. */
const DEFAULT_DELAY = 60

/** A TCP or Unix domain socket connection with the API of `net.Socket`; see Node's documentation. */
export class Socket extends StreamDuplex {
  /** The milliseconds of {@link Socket.setTimeout}; `undefined` if it was never called. */
  timeout: number | undefined
  /** The server that accepted the connection. */
  server: unknown = null
  /** The addresses that were tried, each as `address:port`, if a name had several. */
  autoSelectFamilyAttemptedAddresses: string[] | undefined
  /** See {@link SocketOptions.blockList}. */
  blockList: BlockList | undefined;
  /** See {@link WHEN_DESTROYED}. */
  [WHEN_DESTROYED]: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #noDelay = false
  #keepAlive = false
  #keepAliveDelay = 0
  #referenced = true
  #connecting: Connecting | ConnectingPath | undefined
  #remote: Partial<AddressInfo> = {}
  #queued = 0
  readonly #userBuffer: UserBuffer | undefined

  /** Creates a socket. @throws {TypeError} when an option is not valid */
  constructor(given?: SocketOptions) {
    const options = given ?? {}
    refuseDescriptor(options)
    for (const mode of ['objectMode', 'readableObjectMode', 'writableObjectMode']) {
      const value: unknown = Reflect.get(options, mode)
      if (value) throw wrongValue(`options.${mode}`, value, 'is not supported')
    }
    const { handle, pauseOnCreate, onread, blockList, ...rest } = options
    super(undefined, rest)
    this.blockList = takeBlockList(blockList)
    this.#noDelay = Boolean(options.noDelay)
    this.#keepAlive = Boolean(options.keepAlive)
    this.#keepAliveDelay = seconds(options.keepAliveInitialDelay, 'options.keepAliveInitialDelay')
    if (isUserBuffer(onread)) this.#userBuffer = new UserBuffer(onread)
    if (handle === undefined) return
    this.attach(handle)
    this.#applyOptions(handle)
    if (options.readable === false) return
    if (pauseOnCreate) this.pause()
    else this.read(0)
  }

  /** The loop that the socket's connections run on. */
  protected get loop(): Loop {
    return backgroundLoop()
  }

  /** Bytes buffered in the stream. */
  get bufferSize(): number | undefined {
    return this.handle === undefined ? undefined : this.writableLength
  }

  override resetAndDestroy(): this {
    if (this.handle instanceof Pipe) {
      throw nodeError(TypeError, 'ERR_INVALID_HANDLE_TYPE', 'This handle type cannot be sent')
    }
    return super.resetAndDestroy()
  }

  /** The state of the connection. */
  get readyState(): SocketReadyState {
    if (this.connecting) return 'opening'
    if (this.readable) return this.writable ? 'open' : 'readOnly'
    return this.writable ? 'writeOnly' : 'closed'
  }

  /** The peer's IP address. Remains available after the connection has ended if it was read before. */
  get remoteAddress(): string | undefined {
    return this.#peer().address
  }

  /** The family of the peer's address: `IPv4` or `IPv6`. */
  get remoteFamily(): string | undefined {
    return this.#peer().family
  }

  /** The peer's port. */
  get remotePort(): number | undefined {
    return this.#peer().port
  }

  /** The local IP address. */
  get localAddress(): string | undefined {
    return localOf(this.handle).address
  }

  /** The family of the local address: `IPv4` or `IPv6`. */
  get localFamily(): string | undefined {
    return localOf(this.handle).family
  }

  /** The local port. */
  get localPort(): number | undefined {
    return localOf(this.handle).port
  }

  /** The local address; empty without a connection. */
  address(): Partial<AddressInfo> {
    return localOf(this.handle)
  }

  /**
   * Connects: `(options)`, `(path)` or `(port, host)`. The last argument may be a listener for `connect`.
   *
   * @throws {TypeError} when an option is not valid, {RangeError} ERR_SOCKET_BAD_PORT
   */
  connect(options: ConnectOptions, listener?: () => void): this
  connect(path: string, listener?: () => void): this
  connect(port: number, host: string, listener?: () => void): this
  connect(port: number, listener?: () => void): this
  connect(...args: readonly unknown[]): this {
    const [options, listener] = normalize<ConnectOptions, () => void>(args)
    const path: unknown = options.path
    if (options.port === undefined && (path === undefined || path === null)) {
      throw nodeError(TypeError, 'ERR_MISSING_ARGS', 'The "options" or "port" or "path" argument must be specified')
    }
    checkType(path, 'string', 'options.path')
    if (listener !== undefined) this.once('connect', listener)
    // A destroyed socket may connect again: Node's streams can be reset, and `net.Socket` does it in this way.
    const renew: unknown = Reflect.get(this, '_undestroy')
    if (typeof renew === 'function') renew.call(this)
    this.#remote = {}
    this.onActivity()
    if (typeof path === 'string' && path !== '') this.#connectPath(path)
    else this.#connectTcp(options)
    return this
  }

  #connectPath(path: string): void {
    this.connecting = true
    const open = (): Pipe => this.#use(new Pipe({ loop: this.loop }))
    this.#connecting = new ConnectingPath(this, this.#steps(open), path)
  }

  #connectTcp(options: ConnectOptions): void {
    const open = (): TCP => this.#use(new TCP({ loop: this.loop }))
    let unused: TCP | undefined = open()
    this.connecting = true
    const openNext = (): TCP => {
      const tcp = unused ?? open()
      unused = undefined
      return tcp
    }
    try {
      this.#connecting = new Connecting(this, this.#steps(openNext), options)
    } catch (error) {
      this.#drop()
      throw error
    }
  }

  /** Attaches a new handle, and closes the last one. @returns the new handle */
  #use<Handle extends Stream>(handle: Handle): Handle {
    if (!this.#referenced) handle.unref()
    void this.handle?.close()
    this.attach(handle)
    return handle
  }

  /** The steps of connecting that need the socket. */
  #steps<Handle extends Stream>(open: () => Handle): Steps<Handle> {
    return {
      open,
      drop: () => this.#drop(),
      lookup: (name, family, done) => lookUpName(this.loop, name, family, done),
      tell: (callback) => this.tell(callback, undefined),
      connected: (handle) => this.#connected(handle),
    }
  }

  #drop(): void {
    const { handle } = this
    this.detach()
    if (handle !== undefined) void handle.close()
  }

  #connected(handle: Stream): void {
    this.connecting = false
    this.onActivity()
    this.#applyOptions(handle)
    this.emit('connect')
    this.emit('ready')
    if (!this.isPaused()) this.read(0)
  }

  /**
   * Emits `timeout` after a period without traffic. The connection stays open.
   *
   * @param ms - milliseconds; 0 disables the timeout
   */
  setTimeout(ms: number, listener?: () => void): this {
    if (this.destroyed) return this
    if (typeof ms !== 'number') throw wrongType('msecs', 'of type number', ms)
    if (!(ms >= 0 && Number.isFinite(ms))) {
      const message = `The value of "msecs" is out of range. It must be a non-negative finite number. Received ${ms}`
      throw nodeError(RangeError, 'ERR_OUT_OF_RANGE', message)
    }
    this.timeout = ms
    clearTimeout(this.#timer)
    this.#timer = ms === 0 ? undefined : setTimeout(() => this.#onTimeout(), Math.min(ms, 2 ** 31 - 1)).unref()
    checkType(listener, 'function', 'callback')
    if (listener === undefined) return this
    return ms === 0 ? this.removeListener('timeout', listener) : this.once('timeout', listener)
  }

  /** Sends small writes immediately, or collects them (Nagle's algorithm). */
  setNoDelay(enable = true): this {
    const changed = this.#noDelay !== Boolean(enable)
    this.#noDelay = Boolean(enable)
    if (changed && !this.pending && this.handle instanceof TCP) this.handle.setNoDelay(this.#noDelay)
    return this
  }

  /** Probes an idle connection (keep-alive). @param initialDelay - milliseconds; 0 for libuv's default, 60 s */
  setKeepAlive(enable = false, initialDelay = 0): this {
    const delay = seconds(initialDelay, 'initialDelay')
    const changed = this.#keepAlive !== Boolean(enable) || (enable && delay !== this.#keepAliveDelay)
    this.#keepAlive = Boolean(enable)
    this.#keepAliveDelay = delay
    if (changed && !this.pending && this.handle instanceof TCP) {
      this.handle.setKeepAlive(this.#keepAlive, delay || DEFAULT_DELAY)
    }
    return this
  }

  /** Makes the socket keep the process alive. */
  ref(): this {
    this.#referenced = true
    this.handle?.ref()
    return this
  }

  /** Lets the process end although the socket is open. */
  unref(): this {
    this.#referenced = false
    this.handle?.unref()
    return this
  }

  override pause(): this {
    if (this.#userBuffer !== undefined && !this.pending) this.stopReading()
    return super.pause()
  }

  override resume(): this {
    if (this.#userBuffer !== undefined) this.#continue(this.#userBuffer)
    return super.resume()
  }

  override read(size?: number): unknown {
    if (this.#userBuffer !== undefined && size !== 0) this.#continue(this.#userBuffer)
    return super.read(size)
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    clearTimeout(this.#timer)
    this.#connecting?.stop()
    this.#connecting = undefined
    super._destroy(error, callback)
    this[WHEN_DESTROYED]?.()
    this[WHEN_DESTROYED] = undefined
  }

  protected override receive(data: Uint8Array): boolean {
    return this.#userBuffer === undefined ? super.receive(data) : this.#userBuffer.deliver(data)
  }

  protected override onActivity(): void {
    this.#timer?.refresh()
  }

  /** Continues delivering to the program's buffer, after its callback had paused. */
  #continue(buffer: UserBuffer): void {
    if (!this.pending && buffer.flush()) this.startReading()
  }

  #peer(): Partial<AddressInfo> {
    if (this.#remote.address === undefined && !this.pending) this.#remote = remoteOf(this.handle)
    return this.#remote
  }

  #applyOptions(handle: Stream): void {
    if (!(handle instanceof TCP)) return
    if (this.#noDelay) handle.setNoDelay(true)
    if (this.#keepAlive) handle.setKeepAlive(true, this.#keepAliveDelay || DEFAULT_DELAY)
  }

  #onTimeout(): void {
    // A large write that makes progress, however slow, counts as traffic.
    const queued = this.handle?.writeQueueSize ?? 0
    const moved = queued > 0 && queued !== this.#queued
    this.#queued = queued
    if (moved) this.onActivity()
    else this.emit('timeout')
  }
}

/**
 * Refuses a descriptor of the operating system, which cannot become a connection of a loop. If it were ignored, the
 * socket would never receive anything.
 *
 * @throws {TypeError} ERR_INVALID_FD_TYPE
 */
function refuseDescriptor(options: SocketOptions | number): void {
  const fd: unknown = typeof options === 'number' ? options : Reflect.get(options, 'fd')
  if (fd === undefined || (typeof options === 'object' && options.handle !== undefined)) return
  checkInt32(fd, 'fd', 0)
  const message = `Unsupported fd type: descriptor ${fd} is the operating system's; give it to the net.Socket of node:net`
  throw nodeError(TypeError, 'ERR_INVALID_FD_TYPE', message)
}
