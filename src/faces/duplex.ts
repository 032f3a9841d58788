/**
 * A handle as a `Duplex` of Node's. The stream's buffers are Node's own; when they are full the handle stops reading, and the
 * peer is held back. A write is over when libuv is rid of it.
 */
import { AsyncResource } from 'node:async_hooks'
import { addAbortSignal, Duplex, type DuplexOptions } from 'node:stream'
import { StatusCode } from '../uv/status.js'
import type { Stream } from '../uv/stream.js'
import { TCP } from '../uv/tcp.js'
import { checkSignal } from './net/arguments.js'
import { thisNode } from './net/this-node.js'
import { asSystemError, nodeError, systemError } from './node-error.js'
import { runTicks } from './ticks.js'

/** How a {@link StreamDuplex} is made. */
export interface StreamDuplexOptions extends Pick<DuplexOptions, 'highWaterMark' | 'readableHighWaterMark' | 'signal'> {
  /** See `stream.Writable`. */
  readonly writableHighWaterMark?: number | undefined
  /** Whether one may go on writing when the peer has ended; by default the stream is ended then. */
  readonly allowHalfOpen?: boolean | undefined
}

/** Bytes that are rather copied, and done with, than made a request of: above this the copy costs more. */
const COPIED_AT_MOST = 4_096

/** Called by {@link StreamDuplex} when something is over. */
type Done = (error?: Error | null) => void

/** See {@link toDuplex}. */
export class StreamDuplex extends Duplex {
  /** Whether a connection is asked for and does not stand yet. */
  connecting = false
  #handle: Stream | undefined
  #reading = false
  #peerEnded = false
  #resetting = false
  #bytesRead = 0
  #bytesDispatched = 0
  /** Bytes that wait for the connection. */
  #bytesWaiting = 0
  /** Who waits for the end of a write; there is one at most, since `Writable` gives them one by one. */
  #writing: Done | undefined
  /** Writes that were over at once, and whose requests will still say so. */
  #overAtOnce = 0
  readonly #resource = new AsyncResource('UVSTREAM')

  /** @param handle - a connected handle; without one it is {@link StreamDuplex.attach | attached} later */
  constructor(handle?: Stream, options: StreamDuplexOptions = {}) {
    const { allowHalfOpen = false, signal, ...others } = options
    super({ ...others, allowHalfOpen, decodeStrings: false, emitClose: false, autoDestroy: true })
    this.on('end', this.#onEnd)
    if (handle !== undefined) this.attach(handle)
    // Not before all of it is there: one that has been given already destroys it at once.
    if (!signal) return
    checkSignal(signal, 'signal')
    process.nextTick(() => addAbortSignal(signal, this))
  }

  /** Bytes that came, since the handle was attached. */
  get bytesRead(): number {
    return this.#bytesRead
  }

  /** Whether there is no connection, or none yet. */
  get pending(): boolean {
    return this.#handle === undefined || this.connecting
  }

  /** Makes `handle` the stream's own, which it closes when it is destroyed. */
  protected attach(handle: Stream): void {
    this.#handle = handle
    this.#reading = false
    this.#peerEnded = false
    this.#bytesRead = 0
    this.#bytesDispatched = 0
    this.#writing = undefined
    this.#overAtOnce = 0
  }

  /** Lets go of the handle, which the caller closes. */
  protected detach(): void {
    this.#handle = undefined
  }

  /** The handle, while there is one. */
  protected get handle(): Stream | undefined {
    return this.#handle
  }

  /** Bytes that were written: handed to the handle, or waiting for it. */
  get bytesWritten(): number {
    let bytes = this.#bytesDispatched + this.#bytesWaiting
    const waiting: unknown = Reflect.get(this, 'writableBuffer')
    if (!Array.isArray(waiting)) return bytes
    for (const { chunk, encoding } of waiting) bytes += Buffer.byteLength(chunk, encoding)
    return bytes
  }

  /** Told that bytes go in or out. */
  protected onActivity(): void {}

  override _read(): void {
    if (this.#handle === undefined || this.connecting) this.once('connect', () => this._read())
    else this.startReading()
  }

  override _write(chunk: Uint8Array | string, encoding: BufferEncoding, callback: Done): void {
    const data = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk
    this.#write(data, data.length, callback)
  }

  override _writev(
    pieces: readonly { readonly chunk: Uint8Array | string; readonly encoding: BufferEncoding }[],
    callback: Done,
  ): void {
    let length = 0
    const list = pieces.map(({ chunk, encoding }) => {
      const data = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk
      length += data.length
      return data
    })
    this.#write(list, length, callback)
  }

  override write(chunk: unknown, encoding?: BufferEncoding | Done, callback?: Done): boolean {
    if (this.#peerEnded && this.writableEnded && !this.allowHalfOpen) {
      return this.#refuseWrite(typeof encoding === 'function' ? encoding : callback)
    }
    if (typeof encoding === 'function') return super.write(chunk, encoding)
    return encoding === undefined ? super.write(chunk, callback) : super.write(chunk, encoding, callback)
  }

  override _final(callback: Done): void {
    if (this.connecting || (this.pending && !thisNode.endsUnconnected)) {
      this.once('connect', () => this._final(callback))
      return
    }
    const handle = this.#handle
    if (handle === undefined) {
      callback()
      return
    }
    try {
      handle.shutdown(() => this.#tell(callback, undefined))
    } catch (error) {
      // The connection is gone, which reading tells.
      if (statusOf(error) === StatusCode.ENOTCONN) callback()
      else callback(asSystemError(error, 'shutdown'))
    }
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    const handle = this.#handle
    this.connecting = false
    this.#handle = undefined
    if (handle === undefined) {
      callback(error)
      process.nextTick(() => this.emit('close'))
      return
    }
    const closed = (): void => this.#tell(() => this.emit('close', error !== null), undefined)
    if (!this.#resetting) void handle.close(closed)
    else this.#reset(handle, closed)
    callback(error)
  }

  /** Ends the connection with a reset, so that the peer sees `ECONNRESET`. While it is being made, once it is there. */
  resetAndDestroy(): this {
    const reset = (): void => {
      this.#resetting = true
      this.destroy()
    }
    if (this.#handle === undefined) this.destroy(nodeError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed'))
    else if (this.connecting) this.once('connect', reset)
    else reset()
    return this
  }

  /** Ends the stream, and destroys it when all that was written is gone. */
  destroySoon(): void {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', () => this.destroy())
  }

  /** Starts to read, unless it reads. */
  protected startReading(): void {
    if (this.#reading || this.#handle === undefined) return
    this.#reading = true
    try {
      this.#handle.readStart(this.#onRead)
    } catch (error) {
      this.destroy(asSystemError(error, 'read'))
    }
  }

  /** Stops to read, if it reads. */
  protected stopReading(): void {
    this.#reading = false
    this.#handle?.readStop()
  }

  /** Takes bytes that came. @returns whether more are welcome */
  protected receive(data: Uint8Array): boolean {
    return this.push(data)
  }

  /** Does what a callback of the loop says: in the stream's async context, and with what it put off done behind it. */
  #tell<A>(callback: (argument: A) => void, argument: A): void {
    try {
      this.#resource.runInAsyncScope(callback, this, argument)
    } finally {
      runTicks()
    }
  }

  /** {@link StreamDuplex.#tell} for those who extend it. */
  protected tell<A>(callback: (argument: A) => void, argument: A): void {
    this.#tell(callback, argument)
  }

  readonly #onRead = (_handle: Stream, status: number, data: Uint8Array): void => {
    if (status < 0) this.#tell(this.#onReadEnd, status)
    else if (data.length > 0) this.#tell(this.#onData, data)
  }

  // Methods, called with this stream as `this`: functions of its own would take more memory than the rest of it.
  #onEnd(): void {
    this.#peerEnded = true
  }

  #onData(data: Uint8Array): void {
    this.#bytesRead += data.length
    this.onActivity()
    if (!this.destroyed && !this.receive(data)) this.stopReading()
  }

  #onReadEnd(status: number): void {
    this.onActivity()
    if (this.destroyed) return
    if (status !== StatusCode.EOF) {
      this.destroy(systemError(status, 'read'))
      return
    }
    this.push(null)
    // So that the end is told although nobody reads, when there is nothing to be read.
    this.read(0)
  }

  #write(data: Uint8Array | readonly Uint8Array[], length: number, callback: Done): void {
    if (this.connecting) {
      this.#bytesWaiting = length
      const closed = (): void => callback(closedBeforeConnection())
      this.once('close', closed)
      this.once('connect', () => {
        this.off('close', closed)
        this.#write(data, length, callback)
      })
      return
    }
    const handle = this.#handle
    if (handle === undefined) {
      callback(nodeError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed'))
      return
    }
    this.onActivity()
    this.#bytesWaiting = 0
    this.#bytesDispatched += length
    try {
      const sent = length > COPIED_AT_MOST ? 0 : tryWrite(handle, data)
      if (sent === length) callback()
      else this.#writeRest(handle, sent === 0 ? data : rest(data, sent), callback)
    } catch (error) {
      callback(asSystemError(error, 'write'))
    }
  }

  #writeRest(handle: Stream, data: Uint8Array | readonly Uint8Array[], callback: Done): void {
    const request = handle.write(data, this.#onWrite)
    // Taken by the outside already, as nearly always: what comes next need not wait a turn for its request to say so.
    if (!request.taken) this.#writing = callback
    else {
      this.#overAtOnce += 1
      callback()
    }
  }

  readonly #onWrite = (_request: unknown, status: number): void => {
    if (this.#overAtOnce > 0) {
      this.#overAtOnce -= 1
      return
    }
    const callback = this.#writing
    this.#writing = undefined
    if (callback === undefined) return
    this.onActivity()
    const failed = status < 0 && (thisNode.tellsCancelledWrites || !this.destroyed)
    this.#tell(callback, failed ? systemError(status, 'write') : undefined)
  }

  #reset(handle: Stream, closed: () => void): void {
    this.#resetting = false
    try {
      if (handle instanceof TCP) void handle.closeReset(closed)
      else throw nodeError(TypeError, 'ERR_INVALID_HANDLE_TYPE', 'Only a TCP connection can be reset')
    } catch (error) {
      void handle.close(closed)
      this.emit('error', asSystemError(error, 'reset'))
    }
  }

  #refuseWrite(callback: Done | undefined): false {
    const error = nodeError(Error, 'EPIPE', 'This socket has been ended by the other party')
    if (callback !== undefined) process.nextTick(callback, error)
    this.destroy(error)
    return false
  }
}

/**
 * A connected stream as a `Duplex` of Node's, which has it from then on: to read, to write, and to close.
 *
 * @param stream - connected, or about to be; with no `onRead` of its own
 */
export function toDuplex(stream: Stream, options?: StreamDuplexOptions): Duplex {
  return new StreamDuplex(stream, options)
}

/** Writes what there is room for, and learns at once of a connection that is gone. @returns how many bytes that was */
function tryWrite(handle: Stream, data: Uint8Array | readonly Uint8Array[]): number {
  try {
    return handle.tryWrite(data)
  } catch (error) {
    if (statusOf(error) === StatusCode.EAGAIN) return 0
    throw error
  }
}

/** What is left behind the first `sent` bytes. */
function rest(data: Uint8Array | readonly Uint8Array[], sent: number): Uint8Array {
  return (data instanceof Uint8Array ? data : Buffer.concat(data)).subarray(sent)
}

function closedBeforeConnection(): Error {
  return nodeError(Error, 'ERR_SOCKET_CLOSED_BEFORE_CONNECTION', 'Socket closed before the connection was established')
}

function statusOf(error: unknown): unknown {
  return error instanceof Error && 'errno' in error ? error.errno : undefined
}
