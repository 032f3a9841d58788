import type net from 'node:net'
import { setImmediate } from 'node:timers'
import { type Address, unspecified } from '../../base/address.js'
import { NO_BYTES } from '../../base/bytes.js'
import { fromNode } from '../common/addresses.js'
import { caughtError, codeOf, nameOfCode } from '../common/errors.js'
import { StreamConnection } from '../connection/stream-connection.js'
import { fixedIdle, type KeepAliveProbes } from '../contract/keep-alive.js'

/** The initial properties of a connection. */
export interface ConnectionInit {
  /** An address of the same family. */
  readonly like: Address
  /** Known before the connection is established, if Node provides it. */
  readonly local: Address | undefined
  /** Known for outgoing connections. */
  readonly remote: Address | undefined
  /** Whether it was accepted. */
  readonly connected: boolean
}

/** From this many bytes on, freeing a buffer is worthwhile. */
const LARGE_READ = 16_384

const transfer: unknown = Reflect.get(ArrayBuffer.prototype, 'transfer')

/**
 * Frees the memory of a buffer that Node made for one chunk, if Node can (21 and later); otherwise it is
 * garbage-collected.
 */
const free = ({ buffer, byteLength }: Uint8Array): void => {
  // If the memory has been transferred, there is nothing to free.
  if (byteLength === 0 || byteLength !== buffer.byteLength) return
  if (typeof transfer === 'function') Reflect.apply(transfer, buffer, [0])
}

/**
 * A plain array with exclusive memory: Node makes a buffer for each read, but may put several into one buffer of its
 * pool.
 */
const ownBytes = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength)
  return byteLength === buffer.byteLength ? bytes : bytes.slice()
}

/**
 * A connection on a `net.Socket`. While paused, the socket still reads ahead a little, unlike a bare socket; where
 * that would be visible, this class compensates for it. Node reports only later which bytes of an incomplete write
 * have been sent, so there is no `tryWrite()`.
 */
export class NetConnection extends StreamConnection<Address> {
  readonly #socket: net.Socket
  readonly #like: Address
  #local: Address | undefined
  #remote: Address | undefined
  /** Whether bytes are pending, so that `onDrain` must follow. */
  #blocked = false
  /** The last delivered chunk, if it is large and may be given back. */
  #lent: Uint8Array | undefined

  /** @param socket - accepted or connecting, and paused; owned by the connection from now on */
  constructor(socket: net.Socket, beginning: ConnectionInit) {
    super(beginning.connected)
    this.#socket = socket
    this.#like = beginning.like
    this.#local = beginning.local
    this.#remote = beginning.remote
    socket.unref()
    socket.on('data', this.#onData)
    this.#takeWhatIsPushed()
    socket.on('end', () => this.#onEnd())
    socket.on('error', (error) => this.#onError(error))
  }

  /** Must be called when an outgoing connection is established. */
  onConnected(): void {
    if (!this.open) return
    // The requested address may have been the wildcard, and this machine has answered.
    this.#remote = undefined
    this.establish()
  }

  get local(): Address {
    if (this.#local === undefined && this.connected) this.#local = fromNode(this.#socket.address())
    return this.#local ?? unspecified(this.#like.family)
  }

  get remote(): Address {
    const { remoteAddress: address, remoteFamily: family, remotePort: port } = this.#socket
    if (this.#remote === undefined && address !== undefined && family !== undefined && port !== undefined) {
      this.#remote = fromNode({ address, family, port })
    }
    return this.#remote ?? unspecified(this.#like.family)
  }

  get pending(): number {
    return this.#blocked ? this.#socket.writableLength : 0
  }

  write(data: Uint8Array): boolean {
    this.requireWritable()
    this.#socket.write(data)
    return this.#taken()
  }

  override writev(list: readonly Uint8Array[]): boolean {
    this.requireWritable()
    this.#socket.cork()
    for (const data of list) this.#socket.write(data)
    this.#socket.uncork()
    return this.#taken()
  }

  override recycle(chunk: Uint8Array): void {
    if (chunk !== this.#lent) return
    this.#lent = undefined
    free(chunk)
  }

  override setNoDelay(enable: boolean): void {
    this.#socket.setNoDelay(enable)
  }

  override setKeepAlive(enable: boolean, idle: number, probes?: KeepAliveProbes): void {
    this.#socket.setKeepAlive(enable, fixedIdle(idle, probes) * 1000)
  }

  protected override resume(): void {
    this.#socket.resume()
  }

  protected override pause(): void {
    this.#socket.pause()
  }

  protected override soon(callback: () => void): void {
    setImmediate(callback)
  }

  protected override sendFin(): void {
    this.#socket.end()
  }

  /**
   * As for any process's socket: FIN after the bytes that the operating system has, or RST if there are unread bytes.
   */
  protected override release(): void {
    if (this.#socket.readableLength > 0) this.abort()
    else this.#socket.destroy()
  }

  protected override abort(): void {
    const socket = this.#socket
    if (!this.connected) socket.destroy()
    // Node cannot reset while a shutdown is in progress, which takes one iteration of its loop at most.
    else if (socket.writableEnded && !socket.writableFinished) {
      socket.once('finish', () => socket.resetAndDestroy())
    } else socket.resetAndDestroy()
  }

  #taken(): boolean {
    // A write that fails synchronously leaves its error at the socket; the event that reports it is still to come.
    const { errored } = this.#socket
    if (errored !== null) this.refuse(caughtError(errored, 'write'))
    if (this.#socket.writableLength === 0) return !this.#blocked
    this.#awaitDrain()
    return false
  }

  /**
   * Most writes complete immediately, and a callback costs Node a tick: so only incomplete ones are followed by an
   * empty write with a callback.
   */
  #awaitDrain(): void {
    if (this.#blocked) return
    this.#blocked = true
    this.#socket.write(NO_BYTES, this.#onWritten)
  }

  readonly #onWritten = (error?: Error | null): void => {
    this.#blocked = false
    if (error || !this.open) return
    if (this.#socket.writableLength > 0) this.#awaitDrain()
    else this.drain()
  }

  readonly #onData = (chunk: Uint8Array): void => {
    const bytes = ownBytes(chunk)
    this.#lent = bytes.length < LARGE_READ ? undefined : bytes
    this.arrive(bytes)
  }

  /**
   * Node's sockets `push()` received bytes into their stream, which emits them as an event. While bytes flow and the
   * stream's own queue is empty, this detour is skipped. A Node that did not call `push()` would deliver everything
   * by the event.
   */
  #takeWhatIsPushed(): void {
    const socket = this.#socket
    const { push } = socket
    socket.push = (chunk: Uint8Array | null): boolean => {
      if (chunk === null || !this.flowing || socket.readableLength > 0) return push.call(socket, chunk)
      this.#onData(chunk)
      return true
    }
  }

  #onEnd(): void {
    const socket = this.#socket
    // Node reports a reset that it finds together with the last bytes as their end. An empty write sends nothing, and
    // reveals the actual error, which `error` will report. EPIPE does not count: the peer ended first and reset later.
    if (socket.writable && socket.writableLength === 0) socket.write(NO_BYTES)
    if (socket.errored === null || codeOf(socket.errored) === 'EPIPE') this.arriveEnd()
  }

  #onError(error: Error): void {
    const read: unknown = this.#socket.read()
    if (read instanceof Uint8Array) this.arrive(ownBytes(read))
    this.arriveFailure(nameOfCode(codeOf(error)))
  }
}
