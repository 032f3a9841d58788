import type net from 'node:net'
import { setImmediate } from 'node:timers'
import { type Address, unspecified } from '../../base/address.js'
import { NO_BYTES } from '../../base/bytes.js'
import { fromNode } from '../common/addresses.js'
import { caughtError, codeOf, nameOfCode } from '../common/errors.js'
import { StreamConnection } from '../connection/stream-connection.js'

/** What is known of a connection when it begins. */
export interface ConnectionInit {
  /** An address of the same family. */
  readonly like: Address
  /** Known before the connection stands, where Node lets us. */
  readonly local: Address | undefined
  /** Known of an outgoing connection. */
  readonly remote: Address | undefined
  /** Whether it was accepted. */
  readonly connected: boolean
}

/** From how many bytes on it is worth it to free a buffer. */
const LARGE_READ = 16_384

const transfer: unknown = Reflect.get(ArrayBuffer.prototype, 'transfer')

/** Frees the memory of a buffer that Node made for one chunk, where Node can (from 21 on); else the collector finds it. */
const free = ({ buffer, byteLength }: Uint8Array): void => {
  // One whose memory was transferred already has none to free.
  if (byteLength === 0 || byteLength !== buffer.byteLength) return
  if (typeof transfer === 'function') Reflect.apply(transfer, buffer, [0])
}

/** A plain array whose memory nothing else has: Node makes a buffer for each read, but may put several together in its pool. */
const ownBytes = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength)
  return byteLength === buffer.byteLength ? bytes : bytes.slice()
}

/**
 * A connection on a `net.Socket`. Paused, the socket still reads ahead a little, which a bare socket does not do; where that
 * could be seen it is made up for. Node says only later what of a write has gone that did not go at once, so it has no
 * `tryWrite()`.
 */
export class NetConnection extends StreamConnection<Address> {
  readonly #socket: net.Socket
  readonly #like: Address
  #local: Address | undefined
  #remote: Address | undefined
  /** Bytes are pending, so `onDrain` is owed. */
  #blocked = false
  /** The chunk that was delivered last, if it is a large one that may come back. */
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

  /** To be called when an outgoing connection stands. */
  onConnected(): void {
    if (!this.open) return
    // The wildcard was asked for, perhaps, and this machine answered.
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

  override setKeepAlive(enable: boolean, idle: number): void {
    this.#socket.setKeepAlive(enable, idle * 1000)
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

  /** The end of every process's socket: FIN after what the operating system has, or RST if there are unread bytes. */
  protected override release(): void {
    if (this.#socket.readableLength > 0) this.abort()
    else this.#socket.destroy()
  }

  protected override abort(): void {
    const socket = this.#socket
    if (!this.connected) socket.destroy()
    // Node cannot reset while a shutdown is on its way, which takes a turn at most.
    else if (socket.writableEnded && !socket.writableFinished) {
      socket.once('finish', () => socket.resetAndDestroy())
    } else socket.resetAndDestroy()
  }

  #taken(): boolean {
    // A write that fails within its call leaves its error at the socket; the event that tells it is on its way.
    const { errored } = this.#socket
    if (errored !== null) this.refuse(caughtError(errored, 'write'))
    if (this.#socket.writableLength === 0) return !this.#blocked
    this.#awaitDrain()
    return false
  }

  /** Most writes are over at once, and a callback costs Node a tick: only after those that are not comes one, with nothing. */
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
   * Node's sockets `push()` what they read into their stream, which tells it by an event. While bytes flow and nothing is in
   * the stream's own queue, that detour is spared. A Node that did not call it would tell all by the event.
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
    // Node takes a reset that it finds together with the last bytes for their end. Writing nothing sends nothing, and
    // brings the true reason out, which `error` will tell. EPIPE is no such reason: the peer ended first and reset later.
    if (socket.writable && socket.writableLength === 0) socket.write(NO_BYTES)
    if (socket.errored === null || codeOf(socket.errored) === 'EPIPE') this.arriveEnd()
  }

  #onError(error: Error): void {
    const read: unknown = this.#socket.read()
    if (read instanceof Uint8Array) this.arrive(ownBytes(read))
    this.arriveFailure(nameOfCode(codeOf(error)))
  }
}
