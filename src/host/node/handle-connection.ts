import { clearImmediate, clearTimeout, setImmediate, setTimeout } from 'node:timers'
import type { SocketAddress } from '../../base/address.js'
import { NO_BYTES } from '../../base/bytes.js'
import type { ErrnoName } from '../../base/errno.js'
import { EOF, nameOfStatus, statusError } from '../common/errors.js'
import { sendNow } from '../common/fd-io.js'
import { newBuffer, ReadBuffers, ReadPool } from '../common/read-buffers.js'
import { type Schedule, WritableWatch } from '../common/writable-watch.js'
import { StreamConnection } from '../connection/stream-connection.js'
import { SMALL_WRITE, SmallWrite } from './small-write.js'
import type { StreamHandle, TcpWrap, WriteRequest } from './tcp-wrap.js'

/** The state that all connections of a transport share. */
export interface HandleCommon {
  readonly wrap: TcpWrap
  /**
   * The write request for the next write. A request that completes immediately is reused, so most writes allocate
   * none.
   */
  spareWrite: WriteRequest | undefined
  readonly readPool: ReadPool
  /** The read buffer of connections that receive little: a quiet connection has no buffer of its own. */
  readonly readBuffer: Uint8Array
}

/** Creates the state that the connections of a transport share. */
export const newCommon = (wrap: TcpWrap): HandleCommon => ({
  wrap,
  spareWrite: undefined,
  readPool: new ReadPool(),
  readBuffer: newBuffer(),
})

/** Called by Node as a method of the request. */
function onWriteComplete(this: WriteRequest, status: number): void {
  this.writer?.onWritten(status)
}

const newRequest = ({ stream }: TcpWrap): WriteRequest => {
  const request = new stream.WriteWrap()
  request.oncomplete = onWriteComplete
  request.small = undefined
  return request
}

const copySmall = (request: WriteRequest, data: Uint8Array): Uint8Array => {
  request.small ??= new SmallWrite()
  return request.small.copy(data)
}

/** Keeps the process alive for one iteration of Node's loop at most. */
const schedule: Schedule = (ms, callback) => {
  if (ms === 0) {
    const immediate = setImmediate(callback)
    return () => clearImmediate(immediate)
  }
  const timer = setTimeout(callback, ms).unref()
  return () => clearTimeout(timer)
}

/** A connection on a bare handle of any kind. Addresses are queried on first use: many connections never need them. */
export abstract class HandleConnection<
  At extends SocketAddress,
  Handle extends StreamHandle,
> extends StreamConnection<At> {
  protected readonly handle: Handle
  readonly #common: HandleCommon
  #local: At | undefined
  #remote: At | undefined
  /** The number of write requests that the operating system has not accepted completely. */
  #inflight = 0
  /** See {@link StreamHandle.fd}; queried on first use. */
  #fd: number | undefined
  /**
   * Whether Node is sending the FIN, which takes one iteration of its loop at most, and whether a reset waits for
   * that.
   */
  #fin: 'none' | 'under way' | 'then reset' = 'none'
  /** Whether another thread has the descriptor; it gives it back by ending the connection. */
  #lent = false
  /** Created when the operating system has no room for the first time. */
  #room: WritableWatch | undefined
  readonly #buffers: ReadBuffers

  /**
   * @param handle - accepted, or about to connect; owned by the connection from now on
   * @param connected - whether it was accepted
   */
  protected constructor(common: HandleCommon, handle: Handle, connected: boolean) {
    super(connected)
    this.#common = common
    this.handle = handle
    this.#buffers = new ReadBuffers(common.readPool, common.readBuffer)
    handle.unref()
  }

  /** Starts to connect the handle. @throws {HostError} errors that are known immediately */
  protected abstract connectHandle(remote: At, done: (status: number) => void): void
  /** Queries the local address of the handle. */
  protected abstract askLocal(): At
  /** Queries the peer's address of the handle. */
  protected abstract askRemote(): At
  /** Closes the handle with RST. @returns a negative status if that is impossible */
  protected abstract resetHandle(): number

  /**
   * Starts to connect. Called once, before any other method.
   *
   * @throws {HostError} errors that are known immediately. The caller then still owns the handle
   */
  start(remote: At): void {
    this.#remote = remote
    this.connectHandle(remote, (status) => this.#onConnected(status))
  }

  get local(): At {
    this.#local ??= this.askLocal()
    return this.#local
  }

  get remote(): At {
    this.#remote ??= this.askRemote()
    return this.#remote
  }

  get pending(): number {
    return this.#inflight === 0 ? 0 : this.handle.writeQueueSize
  }

  write(data: Uint8Array): boolean {
    this.requireWritable()
    const request = this.#request()
    const sent = data.length <= SMALL_WRITE ? copySmall(request, data) : data
    this.#begin(request, sent)
    return this.#begun(request, this.handle.writeBuffer(request, sent))
  }

  override writev(list: readonly Uint8Array[]): boolean {
    const [first] = list
    if (first === undefined) return this.#inflight === 0
    if (list.length === 1) return this.write(first)
    this.requireWritable()
    const request = this.#request()
    this.#begin(request, list)
    return this.#begun(request, this.handle.writev(request, list, true))
  }

  override get writesAtOnce(): boolean {
    return this.#descriptor() >= 0
  }

  override tryWrite(data: Uint8Array): number {
    this.requireWritable()
    if (this.#inflight > 0) return 0
    const fd = this.#descriptor()
    if (fd < 0) return 0
    const taken = sendNow(fd, data)
    if (taken < 0) this.refuse(statusError(taken, 'write'))
    if (taken < data.length) this.#awaitRoom(taken > 0)
    return taken
  }

  override recycle(chunk: Uint8Array, sole?: boolean): void {
    this.#buffers.recycle(chunk, sole)
  }

  override exposeDescriptor(): number | undefined {
    const fd = this.#descriptor()
    if (fd < 0 || !this.connected || !this.open) return undefined
    this.#lent = true
    return fd
  }

  override close(): void {
    this.#takeBack()
    super.close()
  }

  override reset(): void {
    this.#takeBack()
    super.reset()
  }

  /** Called when a write request has completed. */
  onWritten(status: number): void {
    this.#inflight -= 1
    if (!this.open) return
    if (status !== 0) this.fail(nameOfStatus(status))
    else if (this.#inflight === 0) this.drain()
  }

  protected override fail(code: ErrnoName): void {
    // A closed handle no longer has the address.
    if (this.open) this.#local ??= this.askLocal()
    super.fail(code)
  }

  protected override resume(): void {
    if (this.handle.onread === undefined) {
      this.handle.useUserBuffer(this.#buffers.into)
      this.handle.onread = () => this.#onRead()
    }
    const status = this.handle.readStart()
    // Later, since no event may fire within a call.
    if (status !== 0) setImmediate(() => this.fail(nameOfStatus(status)))
  }

  protected override pause(): void {
    this.handle.readStop()
  }

  protected override soon(callback: () => void): void {
    setImmediate(callback)
  }

  protected override sendFin(): void {
    const request = new this.#common.wrap.stream.ShutdownWrap()
    request.oncomplete = () => {
      const cut = this.#fin === 'then reset'
      this.#fin = 'none'
      if (cut) this.#cutOrClose()
    }
    // An error (ENOTCONN) means that the connection is gone, which reading and writing report.
    if (this.handle.shutdown(request) === 0) this.#fin = 'under way'
  }

  /**
   * The operating system sends the bytes it has accepted, then FIN (RST if there are unread bytes, as for any
   * process).
   */
  protected override release(): void {
    this.#room?.stop()
    if (!this.#lent) this.handle.close()
  }

  protected override abort(): void {
    this.#room?.stop()
    // libuv refuses to reset while a shutdown is in progress.
    if (this.#fin === 'under way') this.#fin = 'then reset'
    else this.#cutOrClose()
  }

  #cutOrClose(): void {
    if (this.resetHandle() !== 0) this.handle.close()
  }

  #descriptor(): number {
    this.#fd ??= this.handle.fd ?? -1
    return this.#fd
  }

  /** Closes the handle of a connection that failed while its descriptor was exposed: that was deferred until now. */
  #takeBack(): void {
    if (this.#lent && !this.open) this.handle.close()
    this.#lent = false
  }

  #onConnected(status: number): void {
    if (!this.open) return
    if (status !== 0) {
      this.fail(nameOfStatus(status))
      return
    }
    // The requested address may have been the wildcard, and this machine has answered.
    this.#remote = undefined
    this.establish()
  }

  /** @returns the buffer for later reads, if it changes */
  #onRead(): Uint8Array | undefined {
    const { streamBaseState, kReadBytesOrError } = this.#common.wrap.stream
    const read = streamBaseState[kReadBytesOrError] ?? 0
    if (read > 0) return this.#receive(read)
    if (read === EOF || (read < 0 && this.broken)) this.#onEnd()
    else if (read < 0) this.arriveFailure(nameOfStatus(read))
    return undefined
  }

  /** @returns the buffer for later reads, if it changes */
  #receive(read: number): Uint8Array | undefined {
    const { into } = this.#buffers
    const chunk = this.#buffers.take(read)
    try {
      this.arrive(chunk)
    } catch (error) {
      // Whatever was thrown, the chunk's memory must not be read into again.
      setImmediate(() => {
        throw error
      })
    }
    const next = this.#buffers.into
    return next === into ? undefined : next
  }

  #onEnd(): void {
    const status = this.broken ? 0 : this.#statusAtEof()
    if (status === 0) this.arriveEnd()
    else this.fail(nameOfStatus(status))
  }

  /**
   * Distinguishes a FIN from a reset. libuv reports a reset that it finds together with the last bytes as the end of
   * the stream, so the loss of the remaining bytes would go unnoticed. An empty write sends nothing, and reveals the
   * actual error.
   *
   * @returns a negative status if the connection has failed; 0 after a FIN, as far as can be determined
   */
  #statusAtEof(): number {
    if (this.finishing || this.#inflight > 0) return 0
    const request = new this.#common.wrap.stream.WriteWrap()
    request.oncomplete = () => {}
    const status = this.handle.writeBuffer(request, NO_BYTES)
    // Linux returns EPIPE if the peer first ended and later reset the connection; reading does report the end there.
    return status < 0 && nameOfStatus(status) !== 'EPIPE' ? status : 0
  }

  /** Returns a request for a write that is about to start. */
  #request(): WriteRequest {
    const common = this.#common
    const request = common.spareWrite ?? newRequest(common.wrap)
    common.spareWrite = undefined
    return request
  }

  /**
   * Records everything that the completion of a write needs before the write starts. If this thread runs out of stack
   * after the operating system has the bytes, the request is not reused, and its data is kept alive.
   */
  #begin(request: WriteRequest, data: Uint8Array | readonly Uint8Array[]): void {
    request.writer = this
    request.held = data
    this.#inflight += 1
  }

  /** Records the immediate result of a write. @returns whether nothing is pending */
  #begun(request: WriteRequest, status: number): boolean {
    const { streamBaseState, kLastWriteWasAsync } = this.#common.wrap.stream
    if (status === 0 && streamBaseState[kLastWriteWasAsync] !== 0) return false
    request.writer = undefined
    request.held = NO_BYTES
    this.#common.spareWrite = request
    this.#inflight -= 1
    if (status !== 0) this.refuse(statusError(status, 'write'))
    return this.#inflight === 0
  }

  #awaitRoom(taken: boolean): void {
    this.#room ??= new WritableWatch(schedule, () => {
      if (this.#inflight === 0) this.drain()
    })
    this.#room.wait(taken)
  }
}
