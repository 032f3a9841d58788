import { clearImmediate, clearTimeout, setImmediate, setTimeout } from 'node:timers'
import type { SocketAddress } from '../../base/address.js'
import { NO_BYTES } from '../../base/bytes.js'
import type { ErrnoName } from '../../base/errno.js'
import { EOF, nameOfStatus, statusError } from '../common/errors.js'
import { sendNow } from '../common/fd-io.js'
import { newBuffer, ReadBuffers, ReadPool } from '../common/read-buffers.js'
import { RoomWatch, type Schedule } from '../common/room-watch.js'
import { StreamConnection } from '../connection/stream-connection.js'
import { SMALL_WRITE, SmallWrite } from './small-write.js'
import type { StreamHandle, TcpWrap, WriteRequest } from './tcp-wrap.js'

/** What the connections of one transport share. */
export interface HandleCommon {
  readonly wrap: TcpWrap
  /** A write request for the next write. One that completes at once is used again, so most writes make none. */
  spareWrite: WriteRequest | undefined
  readonly readPool: ReadPool
  /** What is read into where little comes: a quiet connection has no buffer of its own. */
  readonly readBuffer: Uint8Array
}

/** What the connections of a transport shall share. */
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

/** Keeps the process for a turn at most. */
const schedule: Schedule = (ms, callback) => {
  if (ms === 0) {
    const immediate = setImmediate(callback)
    return () => clearImmediate(immediate)
  }
  const timer = setTimeout(callback, ms).unref()
  return () => clearTimeout(timer)
}

/** A connection on a bare handle, of whichever kind. Addresses are asked for when they are wanted: many connections end without. */
export abstract class HandleConnection<
  At extends SocketAddress,
  Handle extends StreamHandle,
> extends StreamConnection<At> {
  protected readonly handle: Handle
  readonly #common: HandleCommon
  #local: At | undefined
  #remote: At | undefined
  /** Write requests that the operating system has not taken whole. */
  #inflight = 0
  /** See {@link StreamHandle.fd}; asked for when it is needed. */
  #fd: number | undefined
  /** Whether Node is sending the FIN, which takes a turn at most, and whether a reset waits for that. */
  #fin: 'none' | 'under way' | 'then reset' = 'none'
  /** Another thread has the descriptor, and gives it back by ending the connection. */
  #lent = false
  /** Made when the operating system first has no room. */
  #room: RoomWatch | undefined
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

  /** Asks the handle to connect. @throws {HostError} what is known at once */
  protected abstract connectHandle(remote: At, done: (status: number) => void): void
  /** Asks the handle what it is called. */
  protected abstract askLocal(): At
  /** Asks the handle what its peer is called. */
  protected abstract askRemote(): At
  /** Closes the handle with RST. @returns a negative status where that cannot be */
  protected abstract resetHandle(): number

  /**
   * Begins to connect; called once, before anything else.
   *
   * @throws {HostError} what is known at once. The handle is still the caller's then.
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

  /** A write request has ended. */
  onWritten(status: number): void {
    this.#inflight -= 1
    if (!this.open) return
    if (status !== 0) this.fail(nameOfStatus(status))
    else if (this.#inflight === 0) this.drain()
  }

  protected override fail(code: ErrnoName): void {
    // A handle that is closed has forgotten it.
    if (this.open) this.#local ??= this.askLocal()
    super.fail(code)
  }

  protected override resume(): void {
    if (this.handle.onread === undefined) {
      this.handle.useUserBuffer(this.#buffers.into)
      this.handle.onread = () => this.#onRead()
    }
    const status = this.handle.readStart()
    // A turn later, since nothing is told within a call.
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
    // A refusal (ENOTCONN) means that the connection is gone, which reading and writing tell.
    if (this.handle.shutdown(request) === 0) this.#fin = 'under way'
  }

  /** The operating system sends what it has taken, then FIN (RST if there are unread bytes, as for any process). */
  protected override release(): void {
    this.#room?.stop()
    if (!this.#lent) this.handle.close()
  }

  protected override abort(): void {
    this.#room?.stop()
    // libuv refuses to reset while a shutdown is on its way.
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

  /** A connection that failed while its descriptor was lent has waited for this. */
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
    // The wildcard was asked for, perhaps, and this machine answered.
    this.#remote = undefined
    this.establish()
  }

  /** @returns the buffer to read into from now on, when it is another */
  #onRead(): Uint8Array | undefined {
    const { streamBaseState, kReadBytesOrError } = this.#common.wrap.stream
    const read = streamBaseState[kReadBytesOrError] ?? 0
    if (read > 0) return this.#receive(read)
    if (read === EOF || (read < 0 && this.broken)) this.#onEnd()
    else if (read < 0) this.arriveFailure(nameOfStatus(read))
    return undefined
  }

  /** @returns the buffer to read into from now on, when it is another */
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
   * libuv takes a reset that it finds together with the last bytes for the end of the stream; the bytes that are missing
   * would be missed by nobody. Writing nothing sends nothing, and brings the true reason out.
   *
   * @returns a negative status if the connection has failed; 0 after a FIN, as far as can be told
   */
  #statusAtEof(): number {
    if (this.finishing || this.#inflight > 0) return 0
    const request = new this.#common.wrap.stream.WriteWrap()
    request.oncomplete = () => {}
    const status = this.handle.writeBuffer(request, NO_BYTES)
    // Linux says EPIPE of a peer that ended first and reset later, and reading does give the end there.
    return status < 0 && nameOfStatus(status) !== 'EPIPE' ? status : 0
  }

  /** A request for a write that is about to be made. */
  #request(): WriteRequest {
    const common = this.#common
    const request = common.spareWrite ?? newRequest(common.wrap)
    common.spareWrite = undefined
    return request
  }

  /**
   * Notes all that the end of a write needs, before it is made: should this thread run out of stack after the operating system
   * has the bytes, the request is not used again, and what it sends is held.
   */
  #begin(request: WriteRequest, data: Uint8Array | readonly Uint8Array[]): void {
    request.writer = this
    request.held = data
    this.#inflight += 1
  }

  /** @returns whether nothing is pending */
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
    this.#room ??= new RoomWatch(schedule, () => {
      if (this.#inflight === 0) this.drain()
    })
    this.#room.wait(taken)
  }
}
