import { totalLength } from '../../base/bytes.js'
import type { Descriptor } from '../../kernel/descriptor.js'
import { Payload, WriteQueue } from '../../kernel/payload.js'
import { type CallbackKind, FIRE } from '../../runtime/dispatch.js'
import { type Callback, checkCallback } from '../callback.js'
import { ArgumentError, checkInteger, show, UVError } from '../errors.js'
import { Handle, type InitHandle } from '../handle.js'
import type { Loop } from '../loop/loop.js'
import { type OnRequest, ShutdownRequest, WriteRequest } from '../request.js'
import { incomingConnections, OFFERED, receivedBytes } from './stream-iterators.js'
import { type WebStreams, webStreams } from './web-streams.js'

/**
 * Called when bytes were received: `status` is 0 and `data` holds them. `data` may be empty: then nothing was read,
 * which is not the end of the stream (libuv's `nread` of 0). `StatusCode.EOF` is the end; another negative status is
 * a failure. The callback owns `data`.
 */
export type OnRead<Self> = Callback<[stream: Self, status: number, data: Uint8Array]>

/** Called when a connection is ready to be accepted. */
export type OnConnection<Self> = Callback<[server: Self, status: number]>

/** Bytes to write: one buffer or several, at least one. They must not be changed until the write has completed. */
export type Buffers = Uint8Array | readonly Uint8Array[]

/** The backlog of `listen()` by default. */
const DEFAULT_BACKLOG = 128

/** The most bytes that `tryWrite()` tries at once: the result is a C `int`. */
const TRY_AT_MOST = 0x7fff_ffff

/**
 * A duplex byte stream: the base class of {@link TCP} and {@link Pipe}.
 *
 * @see https://docs.libuv.org/en/v1.x/stream.html
 */
export abstract class Stream extends Handle {
  /** Called when bytes were received. May be replaced at any time. */
  onRead: OnRead<this> | undefined
  /** Called when a connection is ready to be accepted. May be replaced at any time. */
  onConnection: OnConnection<this> | undefined
  #socket: Descriptor | undefined
  #queue: WriteQueue | undefined
  #offered = false
  /** Whether `listen()` succeeded. */
  #listens = false

  /** @param init - creates the C handle */
  protected constructor(loop: Loop | undefined, init: InitHandle) {
    super(loop, init)
  }

  /** The address family, or `unix`; `undefined` while there is no socket. */
  abstract get family(): 'ipv4' | 'ipv6' | 'unix' | undefined

  /** Creates the handle that a connection is accepted into. */
  protected abstract createPeer(): this

  /** Whether bytes can be read: true from the moment a connection is requested. */
  get readable(): boolean {
    return !this.closing && this.instance.exports.uvw_is_readable(this.address) !== 0
  }

  /** Whether bytes can be written: true from the moment a connection is requested until `shutdown()`. */
  get writable(): boolean {
    return !this.closing && this.instance.exports.uvw_is_writable(this.address) !== 0
  }

  /** Bytes queued for writing, exact for any amount; 0 once closed. */
  get writeQueueSize(): number {
    return this.closing ? 0 : (this.#queue?.size ?? 0)
  }

  /**
   * Listens for connections.
   *
   * @param backlog - how many connections may wait to be accepted, at least 1; 128 by default
   * @param onConnection - replaces the property if the call succeeds
   * @throws {ClosedHandleError}
   * @throws {UVError} EADDRINUSE when another socket listens there, EACCES, EINVAL when the stream is connected or a
   *   connection was requested
   * @see https://docs.libuv.org/en/v1.x/stream.html#c.uv_listen
   */
  listen(backlog = DEFAULT_BACKLOG, onConnection?: OnConnection<this>): void {
    const address = this.address
    checkInteger(backlog, 'backlog', 1, 0x7fff_ffff)
    checkCallback(onConnection, 'onConnection')
    this.check(this.instance.exports.uvw_listen(address, backlog), 'listen')
    this.#listens = true
    this.onConnection = onConnection ?? this.onConnection
  }

  /**
   * Accepts the connection that `onConnection` reported, once per call of it. Until then, no other connection is
   * reported.
   *
   * @throws {ClosedHandleError}
   * @throws {ArgumentError} when a subclass's constructor ignores the loop it is given
   * @throws {UVError} EAGAIN when no connection is waiting
   * @see https://docs.libuv.org/en/v1.x/stream.html#c.uv_accept
   */
  accept(): this {
    const address = this.address
    const peer = this.createPeer()
    if (peer.loop !== this.loop) {
      void peer.close()
      throw new ArgumentError(
        `Cannot accept a connection: ${peer.constructor.name} created a handle on another loop; let its constructor take { loop }`,
        'accept',
      )
    }
    const status = this.instance.exports.uvw_accept(address, peer.address)
    this.#offered = false
    if (status < 0) {
      void peer.close()
      throw this.error(status, 'accept')
    }
    this.instance.pump.wake()
    return peer
  }

  /**
   * Starts reading. May be called before the connection is established.
   *
   * @param onRead - replaces the property if the call succeeds
   * @throws {ClosedHandleError}
   * @throws {UVError} ENOTCONN when there is no connection, EALREADY when the stream is reading already
   * @see https://docs.libuv.org/en/v1.x/stream.html#c.uv_read_start
   *
   * @example
   * ```ts
   * client.readStart((client, status, data) => {
   *   // The bytes belong to the callback. After an error or the end, it is not called again.
   *   if (status === 0) console.log(data.length)
   *   else client.close()
   * })
   * ```
   */
  readStart(onRead?: OnRead<this>): void {
    const address = this.address
    checkCallback(onRead, 'onRead')
    this.check(this.instance.exports.uvw_read_start(address), 'readStart')
    this.onRead = onRead ?? this.onRead
  }

  /**
   * Stops reading. Ignored when the stream is not reading or is closed. Once the buffers are full, the peer is held
   * back.
   */
  readStop(): void {
    if (!this.closing) this.check(this.instance.exports.uvw_read_stop(this.address), 'readStop')
  }

  /**
   * Returns the memory of bytes that `onRead` received, so that later reads can reuse it. Pass the same array, once
   * the program no longer needs it. Never required: it saves the engine memory in programs that receive much and keep
   * little, on hosts that can use it: on Node for reads of 16 KiB and more, and on Deno. There the array is empty
   * afterwards, as if its memory had been transferred. Ignored are bytes that did not come from this stream, were
   * returned before, or whose memory was transferred, and all calls once the stream is closing.
   *
   * @throws {ArgumentError} when `data` is not a Uint8Array
   *
   * @example
   * ```ts
   * peer.readStart((peer, status, data) => {
   *   if (status < 0) void peer.close()
   *   else peer.write(data, ({ buffers }) => buffers.forEach((bytes) => peer.recycle(bytes)))
   * })
   * ```
   */
  recycle(data: Uint8Array): void {
    if (!(data instanceof Uint8Array)) {
      throw new ArgumentError(`Cannot recycle ${show(data)}: it is not a Uint8Array; give one that onRead received`)
    }
    if (!this.closing) this.#findSocket()?.recycle(data)
  }

  /**
   * Writes bytes, after those of earlier calls. They are not copied: do not change them until the request has
   * completed. It succeeds when the operating system has taken all of them. Closing the stream ends it with
   * `ECANCELED`; the peer then receives the first part of the bytes, or nothing.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} EBADF when there is no socket, EPIPE when the stream is not writable, ENOBUFS when more than
   *   2^53 - 1 bytes would be queued
   * @see https://docs.libuv.org/en/v1.x/stream.html#c.uv_write
   *
   * @example
   * ```ts
   * await client.write([new TextEncoder().encode('head\r\n'), bytes])
   * client.write(bytes, (_request, status) => console.log(status === StatusCode.SUCCESS))
   * ```
   */
  write(buffers: Buffers, onWrite?: OnRequest<WriteRequest>): WriteRequest {
    const address = this.address
    const chunks = checkBuffers(buffers)
    checkCallback(onWrite, 'onWrite')
    this.#queue ??= new WriteQueue()
    const { size } = this.#queue
    const length = totalLength(chunks)
    if (length + size > Number.MAX_SAFE_INTEGER) throw tooMany(length, size)
    const payload = new Payload(chunks, this.#queue)
    try {
      const request = new WriteRequest(this, 'write', onWrite, payload)
      const { dispatch, exports } = this.instance
      const id = dispatch.add(request)
      const status = exports.uvw_write(address, id, length > 0 ? 1 : 0)
      if (status < 0) {
        dispatch.remove(id)
        throw this.error(status, 'write')
      }
      this.instance.pump.wake()
      return request
    } catch (error) {
      // Whatever failed, none of the bytes are sent.
      payload.drop()
      throw error
    }
  }

  /**
   * Writes as much as the operating system takes immediately. The caller may reuse the buffers when it returns.
   *
   * @returns the number of bytes written, possibly fewer than given
   * @throws {ClosedHandleError}
   * @throws {UVError} EAGAIN when there is no room, earlier writes are pending, or the host's platform reports only
   *   later what it took (Deno, and Node's public sockets); EBADF, EPIPE
   * @see https://docs.libuv.org/en/v1.x/stream.html#c.uv_try_write
   */
  tryWrite(buffers: Buffers): number {
    const address = this.address
    const chunks = checkBuffers(buffers)
    const { payloads } = this.instance
    const length = Math.min(totalLength(chunks), TRY_AT_MOST)
    payloads.lend(chunks)
    try {
      return this.check(this.instance.exports.uvw_try_write(address, length), 'tryWrite')
    } finally {
      payloads.takeBack()
    }
  }

  /**
   * Shuts down the writing side after the pending writes (half-close); reading continues.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} ENOTCONN when the stream is not writable, or was shut down before
   * @see https://docs.libuv.org/en/v1.x/stream.html#c.uv_shutdown
   */
  shutdown(onShutdown?: OnRequest<ShutdownRequest>): ShutdownRequest {
    const address = this.address
    checkCallback(onShutdown, 'onShutdown')
    const request = new ShutdownRequest(this, 'shutdown', onShutdown)
    this.begin(request, 'shutdown', (id) => this.instance.exports.uvw_shutdown(address, id))
    return request
  }

  /**
   * Iterates over the received bytes, chunk by chunk until the end. A slow consumer holds the peer back. Leaving the
   * loop stops reading.
   *
   * @example
   * ```ts
   * // Nothing is read while a write is pending, so a client that does not read gets no more data.
   * for await (const chunk of peer) await peer.write(chunk)
   * ```
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    return receivedBytes(this)
  }

  /**
   * Iterates over the connections of a listening stream. Each is accepted when the consumer asks for it.
   *
   * @example
   * ```ts
   * for await (const peer of server.connections()) {
   *   peer.write(bytes)
   *   peer.shutdown(() => peer.close())
   * }
   * ```
   */
  connections(): AsyncIterableIterator<this> {
    return incomingConnections(this)
  }

  /**
   * Both directions as Web streams, which own the handle from then on: it is closed when both have ended, or when one
   * has failed. A slow consumer holds the peer back.
   *
   * @throws {ClosedHandleError}
   */
  streams(): WebStreams {
    void this.address
    return webStreams(this)
  }

  override [FIRE](kind: CallbackKind, value: number): void {
    if (kind === 'read') {
      if (value > 0) this.onRead?.(this, 0, this.instance.payloads.takeReceived())
      else this.onRead?.(this, value, new Uint8Array(0))
    } else if (kind === 'connection') {
      this.#offered = true
      this.onConnection?.(this, value)
    } else super[FIRE](kind, value)
  }

  /** See {@link OFFERED}. */
  get [OFFERED](): boolean {
    return this.#offered
  }

  protected override letGo(): PromiseLike<void> | undefined {
    return this.#listens ? this.#findSocket()?.stopListening() : undefined
  }

  #findSocket(): Descriptor | undefined {
    if (this.#socket === undefined) {
      const fd = this.instance.exports.uvw_fileno(this.address)
      if (fd >= 0) this.#socket = this.instance.kernel.get(fd)
    }
    return this.#socket
  }
}

/** Returns the buffers to send as a list. @throws {ArgumentError} */
export function checkBuffers(buffers: Buffers): readonly Uint8Array[] {
  if (buffers instanceof Uint8Array) return [buffers]
  const given: unknown = buffers
  if (!Array.isArray(given)) {
    throw new ArgumentError(
      `Cannot send ${show(buffers)}: it is neither a Uint8Array nor an array of them; encode text first`,
    )
  }
  if (given.length === 0) throw new ArgumentError('Cannot send: the list of buffers is empty; give at least one')
  // The caller may reuse the list when the call returns, as with libuv: only the buffers must be kept. No array
  // method is used, because those skip holes.
  const chunks: Uint8Array[] = []
  for (let i = 0; i < given.length; i++) {
    const chunk: unknown = given[i]
    if (!(chunk instanceof Uint8Array)) {
      throw new ArgumentError(
        `Cannot send ${show(chunk)} in the list of buffers: it is not a Uint8Array; encode text first`,
      )
    }
    chunks.push(chunk)
  }
  return chunks
}

function tooMany(length: number, waiting: number): UVError {
  const problem = `Cannot write ${length} bytes: ${waiting} bytes are queued, and at most ${Number.MAX_SAFE_INTEGER} can be counted`
  return new UVError('ENOBUFS', `${problem}; wait for earlier writes`, 'write')
}
