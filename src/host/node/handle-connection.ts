import { clearInterval, setImmediate, setInterval } from 'node:timers'
import type { SocketAddress } from '../../abi/address.js'
import type { ErrnoName } from '../../abi/errno.js'
import { HostConnection, HostError } from '../host.js'
import { EOF, nameOfStatus, statusError } from './errors.js'
import { newBuffer, ReadBuffers, ReadPool } from './read-buffers.js'
import { behind, sendNow, TAIL } from './send-now.js'
import type { StreamHandle, TcpWrap, WriteRequest } from './tcp-wrap.js'

/** What the connections of one transport share. */
export interface HandleCommon {
  readonly wrap: TcpWrap
  /** A write request for the next write. One that completes at once leaves it unused, so most writes make none. */
  spareWrite: WriteRequest
  readonly readPool: ReadPool
  /** What is read into where little comes: a quiet connection has no buffer of its own. */
  readonly readBuffer: Uint8Array
  /** Milliseconds between two looks at a closed connection that still sends. */
  readonly linger: number
}

/** What the connections of a transport shall share. @param linger - milliseconds; see {@link LINGER} */
export const newCommon = (wrap: TcpWrap, linger: number): HandleCommon => ({
  wrap,
  spareWrite: new wrap.stream.WriteWrap(),
  readPool: new ReadPool(),
  readBuffer: newBuffer(),
  linger,
})

/**
 * How far the FIN is. `wanted`: it waits for the writes before it. `sending`: Node has it. `cut`: Node has it, and a reset
 * waits until it is through.
 */
type Fin = 'none' | 'wanted' | 'sending' | 'cut' | 'sent'

const NOTHING = new Uint8Array()

/**
 * A connection on a bare handle, of whichever kind. Addresses are asked for when they are wanted: many connections end without.
 *
 * `events` is dropped as soon as nothing may be told any more, and so nothing can be.
 */
export abstract class HandleConnection<
  At extends SocketAddress,
  Handle extends StreamHandle,
> extends HostConnection<At> {
  protected readonly handle: Handle
  readonly #common: HandleCommon
  #local: At | undefined
  #remote: At | undefined
  #connected: boolean
  /** False from `close()`, `reset()` or a failure on. */
  #open = true
  /** What the kernel asked for; an outgoing connection begins to read when it stands. */
  #reading = false
  #ended = false
  /** A write has failed at once, and told it. */
  #failed = false
  /** Write requests that the operating system has not taken whole. */
  #inflight = 0
  /** See {@link StreamHandle.fd}; asked for when it is needed. */
  #fd: number | undefined
  #fin: Fin = 'none'
  #lingering: NodeJS.Timeout | undefined
  /** The descriptor is somebody's, who gives it back by ending the connection. */
  #lent = false
  readonly #buffers: ReadBuffers

  /**
   * @param handle - accepted, or about to connect; owned by the connection from now on
   * @param connected - whether it was accepted
   */
  protected constructor(common: HandleCommon, handle: Handle, connected: boolean) {
    super()
    this.#common = common
    this.handle = handle
    this.#buffers = new ReadBuffers(common.readPool, common.readBuffer)
    this.#connected = connected
    handle.unref()
  }

  /** Asks the handle to connect. @throws {HostError} what is known at once */
  protected abstract dial(remote: At, done: (status: number) => void): void
  /** Asks the handle what it is called. */
  protected abstract askLocal(): At
  /** Asks the handle what its peer is called. */
  protected abstract askRemote(): At
  /** Closes the handle with RST. @returns a negative status where that cannot be */
  protected abstract cut(): number

  /**
   * Begins to connect; called once, before anything else.
   *
   * @throws {HostError} what is known at once. The handle is still the caller's then.
   */
  start(remote: At): void {
    this.#remote = remote
    this.dial(remote, (status) => this.#onConnected(status))
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
    if (!this.#open) return true
    this.#requireAlive('EPIPE')
    const status = this.handle.writeBuffer(this.#common.spareWrite, data)
    return this.#written(status, data)
  }

  override writev(list: readonly Uint8Array[]): boolean {
    const [first] = list
    if (first === undefined || !this.#open) return true
    if (list.length === 1) return this.write(first)
    this.#requireAlive('EPIPE')
    const status = this.handle.writev(this.#common.spareWrite, list, true)
    return this.#written(status, list)
  }

  override offer(list: readonly Uint8Array[]): number {
    if (!this.#open || this.#inflight > 0) return 0
    this.#requireAlive('EPIPE')
    const fd = this.#descriptor()
    if (fd < 0) return 0
    const sent = sendNow(fd, list)
    if (sent < 0) this.#refuse(sent)
    const tail = behind(list, sent, TAIL)
    if (tail.length > 0) this.write(tail)
    return sent + tail.length
  }

  shutdown(): void {
    if (!this.#open || this.#fin !== 'none') return
    this.#requireAlive('ENOTCONN')
    if (this.#inflight === 0) this.#sendFin()
    else this.#fin = 'wanted'
  }

  override recycle(chunk: Uint8Array): void {
    this.#buffers.recycle(chunk)
  }

  override lend(): number | undefined {
    const fd = this.#descriptor()
    if (fd < 0 || !this.#connected || !this.#open) return undefined
    this.#lent = true
    return fd
  }

  readStart(): void {
    if (this.#reading) return
    this.#reading = true
    if (this.#connected) this.#startReading()
  }

  readStop(): void {
    this.#reading = false
    if (this.#open) this.handle.readStop()
  }

  close(): void {
    this.#takeBack()
    if (!this.#open) return
    this.#open = false
    this.events = undefined
    // The operating system sends what it has taken, then FIN (RST if there are unread bytes, as for any process).
    if (this.#inflight === 0) this.handle.close()
    else this.#linger()
  }

  override reset(): void {
    this.#takeBack()
    if (!this.#open) return
    this.#open = false
    this.events = undefined
    // libuv refuses to reset while a shutdown is on its way, which takes a turn at most.
    if (this.#fin === 'sending') this.#fin = 'cut'
    else this.#abort()
  }

  #descriptor(): number {
    this.#fd ??= this.handle.fd ?? -1
    return this.#fd
  }

  /** A connection that failed while its descriptor was lent has waited for this. */
  #takeBack(): void {
    if (this.#lent && !this.#open) this.handle.close()
    this.#lent = false
  }

  #requireAlive(code: ErrnoName): void {
    if (this.#failed) throw new HostError(code, 'an earlier write has failed')
  }

  #onConnected(status: number): void {
    if (!this.#open) return
    if (status !== 0) {
      this.#fail(status)
      return
    }
    this.#connected = true
    // The wildcard was asked for, perhaps, and this machine answered.
    this.#remote = undefined
    if (this.#reading) this.#startReading()
    this.events?.onConnect()
  }

  #startReading(): void {
    if (!this.#open || this.#ended) return
    if (this.handle.onread === undefined) {
      this.handle.useUserBuffer(this.#common.readBuffer)
      this.handle.onread = () => this.#onRead()
    }
    const status = this.handle.readStart()
    // A turn later, since nothing is told within a call.
    if (status !== 0) setImmediate(() => this.#fail(status))
  }

  /** @returns the buffer to read into from now on, when it is another */
  #onRead(): Uint8Array | undefined {
    const { streamBaseState, kReadBytesOrError } = this.#common.wrap.stream
    const read = streamBaseState[kReadBytesOrError] ?? 0
    if (read > 0) return this.#receive(read)
    if (read === EOF || (read < 0 && this.#failed)) this.#onEnd()
    else if (read < 0) this.#fail(read)
    return undefined
  }

  /** @returns the buffer to read into from now on, when it is another */
  #receive(read: number): Uint8Array | undefined {
    const chunk = this.#buffers.take(read)
    this.events?.onData(chunk)
    return this.#buffers.next(read)
  }

  #onEnd(): void {
    const status = this.#failed ? 0 : this.#statusBehindEof()
    if (status !== 0) {
      this.#fail(status)
      return
    }
    this.#ended = true
    this.events?.onEnd()
  }

  /**
   * libuv takes a reset that it finds together with the last bytes for the end of the stream; the bytes that are missing
   * would be missed by nobody. Writing nothing sends nothing, and brings the true reason out.
   *
   * @returns a negative status if the connection has failed; 0 after a FIN, as far as can be told
   */
  #statusBehindEof(): number {
    if (this.#fin !== 'none' || this.#inflight > 0) return 0
    const request = new this.#common.wrap.stream.WriteWrap()
    request.oncomplete = () => {}
    const status = this.handle.writeBuffer(request, NOTHING)
    // Linux says EPIPE of a peer that ended first and reset later, and reading does give the end there.
    return status < 0 && nameOfStatus(status) !== 'EPIPE' ? status : 0
  }

  #written(status: number, data: Uint8Array | readonly Uint8Array[]): boolean {
    if (status !== 0) this.#refuse(status)
    const common = this.#common
    const { streamBaseState, kLastWriteWasAsync } = common.wrap.stream
    if (streamBaseState[kLastWriteWasAsync] === 0) return this.#inflight === 0
    const request = common.spareWrite
    common.spareWrite = new common.wrap.stream.WriteWrap()
    request.held = data
    request.oncomplete = (status) => this.#onWritten(status)
    this.#inflight += 1
    return false
  }

  #refuse(status: number): never {
    this.#failed = true
    throw statusError(status, 'write')
  }

  #onWritten(status: number): void {
    this.#inflight -= 1
    if (this.#lingering !== undefined) {
      if (status !== 0 || this.#inflight === 0) this.#stopLingering()
    } else if (this.#open) {
      if (status !== 0) {
        this.#fail(status)
      } else if (this.#inflight === 0) {
        if (this.#fin === 'wanted') this.#sendFin()
        this.events?.onDrain()
      }
    }
  }

  #sendFin(): void {
    const request = new this.#common.wrap.stream.ShutdownWrap()
    request.oncomplete = () => {
      if (this.#fin === 'cut') this.#abort()
      else this.#fin = 'sent'
    }
    // A refusal (ENOTCONN) means that the connection is gone, which reading and writing tell.
    this.#fin = this.handle.shutdown(request) === 0 ? 'sending' : 'sent'
  }

  /** Looks at a closed connection from time to time until all is sent; while it sends, the process stays. */
  #linger(): void {
    const handle = this.handle
    handle.readStop()
    let left = handle.writeQueueSize
    const look = (): void => {
      const rest = handle.writeQueueSize
      if (rest === left) this.#abort()
      left = rest
    }
    this.#lingering = setInterval(look, this.#common.linger).unref()
  }

  #stopLingering(): void {
    clearInterval(this.#lingering)
    this.#lingering = undefined
    this.handle.close()
  }

  #abort(): void {
    clearInterval(this.#lingering)
    this.#lingering = undefined
    if (this.cut() !== 0) this.handle.close()
  }

  #fail(status: number): void {
    if (!this.#open) return
    const { events } = this
    this.#open = false
    this.events = undefined
    this.#local ??= this.askLocal()
    if (!this.#lent) this.handle.close()
    events?.onError(nameOfStatus(status))
  }
}
