/**
 * A handle as a Node `Duplex`. It uses Node's stream buffers; when they are full the handle stops reading, which
 * holds the peer back (backpressure). A write completes when libuv no longer needs its bytes.
 */
import { AsyncResource } from 'node:async_hooks'
import { addAbortSignal, Duplex, type DuplexOptions } from 'node:stream'
import { StatusCode } from '../uv/status.js'
import type { Stream } from '../uv/streams/stream.js'
import { TCP } from '../uv/streams/tcp.js'
import { checkSignal } from './net/arguments.js'
import { thisNode } from './net/this-node.js'
import { asSystemError, nodeError, systemError } from './node-error.js'
import { runTicks } from './ticks.js'

/** The options of {@link toDuplex}. */
export interface StreamDuplexOptions extends Pick<DuplexOptions, 'highWaterMark' | 'readableHighWaterMark' | 'signal'> {
  /** See `stream.Writable`. */
  readonly writableHighWaterMark?: number | undefined
  /** Whether the writable side stays open after the peer has ended (half-open); by default it is ended then. */
  readonly allowHalfOpen?: boolean | undefined
}

/**
 * Writes of at most this many bytes are copied by `tryWrite()`, which needs no request. Above it the copy costs more.
 */
const COPIED_AT_MOST = 4_096

/** A callback of Node's streams, for the completion of an operation. */
type Done = (error?: Error | null) => void

/** A handle as a Node `Duplex`, which owns the handle; {@link toDuplex} creates one. */
export class StreamDuplex extends Duplex {
  /** Whether a connection is requested, but not established yet. */
  connecting = false
  #handle: Stream | undefined
  #reading = false
  #peerEnded = false
  #resetting = false
  #bytesRead = 0
  #bytesDispatched = 0
  /** Bytes that wait for the connection to be established. */
  #bytesWaiting = 0
  /** The callback of the pending write; at most one, because `Writable` passes writes one at a time. */
  #writing: Done | undefined
  /** The number of writes that completed immediately and are yet to be reported by their requests. */
  #overAtOnce = 0
  readonly #resource = new AsyncResource('UVSTREAM')

  /** @param handle - a connected handle; without one, a handle is {@link StreamDuplex.attach | attached} later */
  constructor(handle?: Stream, options: StreamDuplexOptions = {}) {
    const { allowHalfOpen = false, signal, ...others } = options
    super({ ...others, allowHalfOpen, decodeStrings: false, emitClose: false, autoDestroy: true })
    this.on('end', this.#onEnd)
    if (handle !== undefined) this.attach(handle)
    // Deferred until the object is complete: a signal that was aborted before would destroy it immediately.
    if (!signal) return
    checkSignal(signal, 'signal')
    process.nextTick(() => addAbortSignal(signal, this))
  }

  /** Bytes received since the handle was attached. */
  get bytesRead(): number {
    return this.#bytesRead
  }

  /** Whether there is no connection, or not yet. */
  get pending(): boolean {
    return this.#handle === undefined || this.connecting
  }

  /** Makes `handle` the stream's own, which is closed when the stream is destroyed. */
  protected attach(handle: Stream): void {
    this.#handle = handle
    this.#reading = false
    this.#peerEnded = false
    this.#bytesRead = 0
    this.#bytesDispatched = 0
    this.#writing = undefined
    this.#overAtOnce = 0
  }

  /** Releases the handle, which the caller has to close. */
  protected detach(): void {
    this.#handle = undefined
  }

  /** The handle; `undefined` if there is none. */
  protected get handle(): Stream | undefined {
    return this.#handle
  }

  /** Bytes written: passed to the handle, or waiting to be. */
  get bytesWritten(): number {
    let bytes = this.#bytesDispatched + this.#bytesWaiting
    const waiting: unknown = Reflect.get(this, 'writableBuffer')
    if (!Array.isArray(waiting)) return bytes
    for (const { chunk, encoding } of waiting) bytes += Buffer.byteLength(chunk, encoding)
    return bytes
  }

  /** Called when bytes are received or sent. */
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
      // The connection is gone; reading reports it.
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

  /**
   * Resets the connection, so that the peer sees `ECONNRESET`; a pending connection is reset once it is established.
   */
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

  /** Ends the stream, and destroys it once all written data has been flushed. */
  destroySoon(): void {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', () => this.destroy())
  }

  /** Starts reading, unless the stream is reading. */
  protected startReading(): void {
    if (this.#reading || this.#handle === undefined) return
    this.#reading = true
    try {
      this.#handle.readStart(this.#onRead)
    } catch (error) {
      this.destroy(asSystemError(error, 'read'))
    }
  }

  /** Stops reading, if the stream is reading. */
  protected stopReading(): void {
    this.#reading = false
    this.#handle?.readStop()
  }

  /** Handles received bytes. @returns whether to continue reading */
  protected receive(data: Uint8Array): boolean {
    return this.push(data)
  }

  /** Runs a callback of the loop in the stream's async context, and drains the tick and microtask queues after it. */
  #tell<A>(callback: (argument: A) => void, argument: A): void {
    try {
      this.#resource.runInAsyncScope(callback, this, argument)
    } finally {
      runTicks()
    }
  }

  /** {@link StreamDuplex.#tell} for subclasses. */
  protected tell<A>(callback: (argument: A) => void, argument: A): void {
    this.#tell(callback, argument)
  }

  readonly #onRead = (_handle: Stream, status: number, data: Uint8Array): void => {
    if (status < 0) this.#tell(this.#onReadEnd, status)
    else if (data.length > 0) this.#tell(this.#onData, data)
  }

  // Methods, called with this stream as `this`: closures of its own would take more memory than the rest of the
  // stream.
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
    // Emits the end even without a reader, if no data is buffered.
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
    // The host has nearly always taken the bytes already; then the next write need not wait a turn for the request to
    // report it.
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
 * Makes a connected stream a Node `Duplex`, which owns it from then on: it reads, writes and closes it.
 *
 * @param stream - connected, or about to be; without an `onRead` of its own
 */
export function toDuplex(stream: Stream, options?: StreamDuplexOptions): Duplex {
  return new StreamDuplex(stream, options)
}

/** Writes what fits immediately, and detects a lost connection. @returns the number of bytes written */
function tryWrite(handle: Stream, data: Uint8Array | readonly Uint8Array[]): number {
  try {
    return handle.tryWrite(data)
  } catch (error) {
    if (statusOf(error) === StatusCode.EAGAIN) return 0
    throw error
  }
}

/** The bytes after the first `sent`. */
function rest(data: Uint8Array | readonly Uint8Array[], sent: number): Uint8Array {
  return (data instanceof Uint8Array ? data : Buffer.concat(data)).subarray(sent)
}

function closedBeforeConnection(): Error {
  return nodeError(Error, 'ERR_SOCKET_CLOSED_BEFORE_CONNECTION', 'Socket closed before the connection was established')
}

function statusOf(error: unknown): unknown {
  return error instanceof Error && 'errno' in error ? error.errno : undefined
}
