import { totalLength } from '../base/bytes.js'
import type { Descriptor } from '../kernel/descriptor.js'
import { Payload, WriteQueue } from '../kernel/payload.js'
import { type CallbackKind, FIRE } from '../runtime/dispatch.js'
import { type Callback, checkCallback } from './callback.js'
import { ArgumentError, checkInteger, show, UVError } from './errors.js'
import { Handle, type InitHandle } from './handle.js'
import type { Loop } from './loop.js'
import { type OnRequest, ShutdownRequest, WriteRequest } from './request.js'
import { incomingConnections, OFFERED, receivedBytes } from './stream-iterators.js'
import { type WebStreams, webStreams } from './web-streams.js'

/**
 * Called when bytes came: `status` is 0 and `data` holds them, or is empty when there were none after all, which is no end.
 * `StatusCode.EOF` is the end; another negative status a failure. `data` is the receiver's own.
 */
export type OnRead<Self> = Callback<[stream: Self, status: number, data: Uint8Array]>

/** Called when a connection waits to be accepted. */
export type OnConnection<Self> = Callback<[server: Self, status: number]>

/** Bytes to write: one piece or several, at least one. They must stay as they are until the write is over. */
export type Buffers = Uint8Array | readonly Uint8Array[]

/** The backlog of `listen()` when none is given. */
const DEFAULT_BACKLOG = 128

/** How many bytes `tryWrite()` tries at once: its answer is an `int` of C's. */
const TRY_AT_MOST = 0x7fff_ffff

/**
 * A duplex channel of bytes.
 *
 * @see https://docs.libuv.org/en/v1.x/stream.html
 */
export abstract class Stream extends Handle {
  /** Called when bytes came. May be replaced at any time. */
  onRead: OnRead<this> | undefined
  /** Called when a connection waits. May be replaced at any time. */
  onConnection: OnConnection<this> | undefined
  #socket: Descriptor | undefined
  #queue: WriteQueue | undefined
  #offered = false
  /** It has been told to listen. */
  #listens = false

  /** @param init - makes the C side's handle */
  protected constructor(loop: Loop | undefined, init: InitHandle) {
    super(loop, init)
  }

  /** The address family, or `unix`; `undefined` while there is no socket. */
  abstract get family(): 'ipv4' | 'ipv6' | 'unix' | undefined

  /** Makes the handle that a connection is accepted into. */
  protected abstract createPeer(): this

  /** Whether bytes can be read: from the moment a connection is asked for. */
  get readable(): boolean {
    return !this.closing && this.instance.exports.uvw_is_readable(this.address) !== 0
  }

  /** Whether bytes can be written: from the moment a connection is asked for until `shutdown()`. */
  get writable(): boolean {
    return !this.closing && this.instance.exports.uvw_is_writable(this.address) !== 0
  }

  /** Bytes that wait to be written, however many; 0 once closed. */
  get writeQueueSize(): number {
    return this.closing ? 0 : (this.#queue?.size ?? 0)
  }

  /**
   * Waits for connections.
   *
   * @param backlog - how many may wait to be accepted, at least 1; 128 by default
   * @param onConnection - replaces the attribute when the call succeeded
   * @throws {ClosedHandleError}
   * @throws {UVError} EADDRINUSE when another socket listens there, EACCES, EINVAL when it is connected or was to be
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
   * Takes the connection that `onConnection` told of, one for each call of it. While none is taken, no other is offered.
   *
   * @throws {ClosedHandleError}
   * @throws {ArgumentError} when a subclass's constructor pays no heed to the loop it is given
   * @throws {UVError} EAGAIN when none waits
   * @see https://docs.libuv.org/en/v1.x/stream.html#c.uv_accept
   */
  accept(): this {
    const address = this.address
    const peer = this.createPeer()
    if (peer.loop !== this.loop) {
      void peer.close()
      throw new ArgumentError(
        `${peer.constructor.name} made a handle of another loop for a connection; let its constructor take { loop }`,
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
   * Starts to read; it may be called before the connection stands.
   *
   * @param onRead - replaces the attribute when the call succeeded
   * @throws {ClosedHandleError}
   * @throws {UVError} ENOTCONN when there is no connection, EALREADY when it reads already
   * @see https://docs.libuv.org/en/v1.x/stream.html#c.uv_read_start
   *
   * @example
   * ```ts
   * client.readStart((client, status, data) => {
   *   // The bytes are yours. After an error or the end, nothing more comes.
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

  /** Stops reading; silent when it does not read or is closed. The peer is held back once the buffers are full. */
  readStop(): void {
    if (!this.closing) this.check(this.instance.exports.uvw_read_stop(this.address), 'readStop')
  }

  /**
   * Gives back the memory of bytes that `onRead` got, the very array, when the program is done with them: bytes to come are
   * read into it. It is never needed. A program that receives much and keeps little spares the engine much memory by it, where
   * its host has use for it: on Node, with reads of 16 KiB and more, and on Deno. There the array is empty afterwards, as if its
   * memory had been transferred. Bytes that are not of this stream, were given back before, or whose memory was transferred
   * are ignored; so is everything once the stream is closing.
   *
   * @throws {ArgumentError} when it is no Uint8Array
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
    if (!(data instanceof Uint8Array)) throw new ArgumentError(`${show(data)} is not a Uint8Array that was received`)
    if (!this.closing) this.#findSocket()?.recycle(data)
  }

  /**
   * Writes bytes, after those of earlier calls. They are not copied: leave them as they are until the request is over, which
   * it is, with success, when the operating system has all of them. Closing the stream ends it with `ECANCELED`: the peer has
   * got a part from the front then, or nothing.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} EBADF when there is no socket, EPIPE when the stream is not writable, ENOBUFS when more bytes would wait
   *   than a number counts
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
      // Whatever it was: nothing of it is sent.
      payload.drop()
      throw error
    }
  }

  /**
   * Writes what the operating system takes at this moment. The bytes are the caller's again when it returns.
   *
   * @returns how many were written: perhaps fewer than given
   * @throws {ClosedHandleError}
   * @throws {UVError} EAGAIN when there is no room, earlier writes wait, or the host's platform says only later what it took
   *   (Deno, and Node's public sockets); EBADF, EPIPE
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
   * Ends the writing side after the writes under way; reading goes on.
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
   * The received bytes, chunk by chunk until the end; a slow reader holds the peer back. Leaving the loop stops reading.
   *
   * @example
   * ```ts
   * // Nothing is read while the write waits: a client that does not read is not written to.
   * for await (const chunk of peer) await peer.write(chunk)
   * ```
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    return receivedBytes(this)
  }

  /**
   * The connections of a listening stream, each accepted when it is asked for.
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
   * Both directions as streams of the Web, which have the handle from then on: it is closed when both are over, and when one
   * has failed. A slow reader holds the peer back.
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

/** What is to be sent, as a list. @throws {ArgumentError} */
export function checkBuffers(buffers: Buffers): readonly Uint8Array[] {
  if (buffers instanceof Uint8Array) return [buffers]
  const given: unknown = buffers
  if (!Array.isArray(given)) {
    throw new ArgumentError(`${show(buffers)} is neither a Uint8Array nor an array of them; encode text first`)
  }
  if (given.length === 0) throw new ArgumentError('the list of buffers is empty; give at least one')
  // The list is the caller's again when the call returns, as with libuv: only the buffers wait. No array method: those pass over
  // holes.
  const chunks: Uint8Array[] = []
  for (let i = 0; i < given.length; i++) {
    const chunk: unknown = given[i]
    if (!(chunk instanceof Uint8Array)) {
      throw new ArgumentError(`${show(chunk)} in the list of buffers is not a Uint8Array`)
    }
    chunks.push(chunk)
  }
  return chunks
}

function tooMany(length: number, waiting: number): UVError {
  const problem = `${length} bytes are too many behind ${waiting} that wait; at most ${Number.MAX_SAFE_INTEGER} can be counted`
  return new UVError('ENOBUFS', `${problem}: wait for earlier writes`, 'write')
}
