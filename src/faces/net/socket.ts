/** `net.Socket` over a libuv in WebAssembly. */

import type { BlockList } from 'node:net'
import type { Loop } from '../../uv/loop.js'
import { Pipe } from '../../uv/pipe.js'
import type { Stream } from '../../uv/stream.js'
import { TCP } from '../../uv/tcp.js'
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

/** How a {@link Socket} is made. */
export interface SocketOptions extends StreamDuplexOptions {
  /** With a handle, `false` for one that is not read from. */
  readonly readable?: boolean | undefined
  /** A connected handle. */
  readonly handle?: Stream | undefined
  /** Send small pieces at once. */
  readonly noDelay?: boolean | undefined
  /** Probe a silent peer. */
  readonly keepAlive?: boolean | undefined
  /** Milliseconds of silence before the first probe. */
  readonly keepAliveInitialDelay?: number | undefined
  /** Receive into a buffer of one's own. */
  readonly onread?: OnReadOptions | undefined
  /** Do not read until asked. */
  readonly pauseOnCreate?: boolean | undefined
  /** Addresses that it does not connect to: it fails with `ERR_IP_BLOCKED`. From Node 22.13 on, as in `node:net`. */
  readonly blockList?: BlockList | undefined
}

/** How {@link Socket.connect} connects. */
export interface ConnectOptions extends ConnectingOptions {
  /** A Unix socket, instead of all else. */
  readonly path?: string | undefined
}

/** How `net.connect()` makes a socket and connects it. */
export interface NetConnectOptions extends SocketOptions, ConnectOptions {
  /** See {@link Socket.setTimeout}. */
  readonly timeout?: number | undefined
}

/** The states of `readyState`. */
export type SocketReadyState = 'opening' | 'open' | 'readOnly' | 'writeOnly' | 'closed'

/** What a server has done when a socket that it accepted is destroyed; not a part of the public face. */
export const WHEN_DESTROYED: unique symbol = Symbol('when destroyed')

/** libuv's own delay, where none was given. */
const DEFAULT_DELAY = 60

/** A connection by TCP or to a path, as `net.Socket` is one; see Node's documentation of it. */
export class Socket extends StreamDuplex {
  /** Milliseconds of {@link Socket.setTimeout}; `undefined` when it was never called. */
  timeout: number | undefined
  /** The server that accepted it. */
  server: unknown = null
  /** `address:port`, as often as one was tried, when a name had several addresses. */
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

  /** @throws {TypeError} when an option is something else */
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

  /** The loop that its connections are on. */
  protected get loop(): Loop {
    return backgroundLoop()
  }

  /** Bytes that wait in the stream. */
  get bufferSize(): number | undefined {
    return this.handle === undefined ? undefined : this.writableLength
  }

  override resetAndDestroy(): this {
    if (this.handle instanceof Pipe) {
      throw nodeError(TypeError, 'ERR_INVALID_HANDLE_TYPE', 'This handle type cannot be sent')
    }
    return super.resetAndDestroy()
  }

  /** See {@link SocketReadyState}. */
  get readyState(): SocketReadyState {
    if (this.connecting) return 'opening'
    if (this.readable) return this.writable ? 'open' : 'readOnly'
    return this.writable ? 'writeOnly' : 'closed'
  }

  /** The peer's IP address; it stays known behind the end of the connection, once it was asked for. */
  get remoteAddress(): string | undefined {
    return this.#peer().address
  }

  /** `IPv4` or `IPv6`. */
  get remoteFamily(): string | undefined {
    return this.#peer().family
  }

  /** The peer's port. */
  get remotePort(): number | undefined {
    return this.#peer().port
  }

  /** The own IP address. */
  get localAddress(): string | undefined {
    return localOf(this.handle).address
  }

  /** `IPv4` or `IPv6`. */
  get localFamily(): string | undefined {
    return localOf(this.handle).family
  }

  /** The own port. */
  get localPort(): number | undefined {
    return localOf(this.handle).port
  }

  /** The own address; empty without a connection. */
  address(): Partial<AddressInfo> {
    return localOf(this.handle)
  }

  /**
   * Connects: `(options)`, `(path)`, `(port, host)`, and a listener for `connect` behind.
   *
   * @throws {TypeError} when an option is something else, {RangeError} ERR_SOCKET_BAD_PORT
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
    // What was destroyed may connect again: a stream of Node's can be made new, and `net.Socket` does it so.
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

  /** Takes a fresh handle, in the place of the one before. @returns it */
  #use<Handle extends Stream>(handle: Handle): Handle {
    if (!this.#referenced) handle.unref()
    void this.handle?.close()
    this.attach(handle)
    return handle
  }

  /** What connecting does with the socket. */
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
   * Tells of silence: emits `timeout` when nothing went in or out for so long. The connection stays.
   *
   * @param ms - 0 for never
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

  /** Sends small pieces at once, or gathers them (Nagle's algorithm). */
  setNoDelay(enable = true): this {
    const changed = this.#noDelay !== Boolean(enable)
    this.#noDelay = Boolean(enable)
    if (changed && !this.pending && this.handle instanceof TCP) this.handle.setNoDelay(this.#noDelay)
    return this
  }

  /** Probes a silent peer. @param initialDelay - milliseconds; 0 leaves the system's own */
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

  /** Lets it keep the process alive. */
  ref(): this {
    this.#referenced = true
    this.handle?.ref()
    return this
  }

  /** Lets the process end although it is open. */
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

  /** Goes on with a buffer of the user's own, whose callback had enough. */
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
    // A large write that goes on, but slowly, is no silence.
    const queued = this.handle?.writeQueueSize ?? 0
    const moved = queued > 0 && queued !== this.#queued
    this.#queued = queued
    if (moved) this.onActivity()
    else this.emit('timeout')
  }
}

/**
 * A descriptor of the operating system's cannot become a connection of a loop's. To ignore it would leave a socket that never
 * hears of what comes.
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
