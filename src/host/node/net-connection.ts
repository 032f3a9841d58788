import type net from 'node:net'
import { setImmediate } from 'node:timers'
import type { Address } from '../../abi/address.js'
import type { ErrnoName } from '../../abi/errno.js'
import { HostConnection, HostError } from '../host.js'
import { fromNode, unspecified } from './addresses.js'
import { caughtError, codeOf, nameOfCode } from './errors.js'

/** What is known of a connection when it begins. */
export interface Beginning {
  /** An address of the same family. */
  readonly like: Address
  /** Known before the connection stands, where Node lets us. */
  readonly local: Address | undefined
  /** Known of an outgoing connection. */
  readonly remote: Address | undefined
  /** Whether it was accepted. */
  readonly connected: boolean
}

/** How a connection ended while nobody read, and the bytes before that. */
interface Ending {
  readonly rest: Uint8Array
  /** `undefined` for the peer's FIN. */
  readonly code: ErrnoName | undefined
}

const NOTHING = new Uint8Array()

/** From how many bytes on it is worth it to free a buffer. */
const LARGE_READ = 16_384

const transfer: unknown = Reflect.get(ArrayBuffer.prototype, 'transfer')

/** Frees the memory of a buffer that Node made for one chunk, where Node can (from 21 on); else the collector finds it. */
const free = ({ buffer, byteLength }: Uint8Array): void => {
  if (typeof transfer === 'function' && byteLength === buffer.byteLength) Reflect.apply(transfer, buffer, [0])
}

const plainBytes = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/**
 * A connection on a `net.Socket`. Paused, the socket still reads ahead a little, which a bare socket does not do; where that
 * could be seen it is made up for.
 *
 * `events` is dropped as soon as nothing may be told any more, and so nothing can be.
 */
export class NetConnection extends HostConnection {
  readonly #socket: net.Socket
  readonly #like: Address
  readonly #linger: number
  #local: Address | undefined
  #remote: Address | undefined
  #connected: boolean
  /** False from `close()` or `reset()` on. */
  #open = true
  #reading = false
  /** Bytes are pending, so `onDrain` is owed. */
  #blocked = false
  /** A write has failed within its call, and told it. */
  #failed = false
  #endTold = false
  /** The chunk that was told last, if it is a large one that may come back. */
  #lent: Uint8Array | undefined
  /** To be told once somebody reads. */
  #ending: Ending | undefined

  /**
   * @param socket - accepted or connecting, and paused; owned by the connection from now on
   * @param linger - milliseconds; see {@link LINGER}
   */
  constructor(socket: net.Socket, beginning: Beginning, linger: number) {
    super()
    this.#socket = socket
    this.#like = beginning.like
    this.#local = beginning.local
    this.#remote = beginning.remote
    this.#connected = beginning.connected
    this.#linger = linger
    socket.unref()
    socket.on('data', this.#onData)
    this.#takeWhatIsPushed()
    socket.on('end', () => this.#onEnd())
    socket.on('error', (error) => this.#onError(nameOfCode(codeOf(error))))
  }

  /** To be called when an outgoing connection stands. */
  onConnected(): void {
    this.#connected = true
    // The wildcard was asked for, perhaps, and this machine answered.
    this.#remote = undefined
    if (this.#reading) this.#socket.resume()
    this.events?.onConnect()
  }

  get local(): Address {
    if (this.#local === undefined && this.#connected) this.#local = fromNode(this.#socket.address())
    return this.#local ?? unspecified(this.#like)
  }

  get remote(): Address {
    const { remoteAddress: address, remoteFamily: family, remotePort: port } = this.#socket
    if (this.#remote === undefined && address !== undefined && family !== undefined && port !== undefined) {
      this.#remote = fromNode({ address, family, port })
    }
    return this.#remote ?? unspecified(this.#like)
  }

  get pending(): number {
    return this.#blocked ? this.#socket.writableLength : 0
  }

  write(data: Uint8Array): boolean {
    this.#requireAlive('EPIPE')
    this.#socket.write(data)
    return this.#taken()
  }

  override writev(list: readonly Uint8Array[]): boolean {
    this.#requireAlive('EPIPE')
    this.#socket.cork()
    for (const data of list) this.#socket.write(data)
    this.#socket.uncork()
    return this.#taken()
  }

  shutdown(): void {
    this.#requireAlive('ENOTCONN')
    this.#socket.end()
  }

  override recycle(chunk: Uint8Array): void {
    if (chunk !== this.#lent) return
    this.#lent = undefined
    free(chunk)
  }

  readStart(): void {
    this.#reading = true
    if (this.#ending !== undefined) setImmediate(() => this.#tellEnding())
    else if (this.#connected) this.#socket.resume()
  }

  readStop(): void {
    this.#reading = false
    this.#socket.pause()
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    this.events = undefined
    const socket = this.#socket
    if (socket.writableLength === 0) {
      this.#leave()
      return
    }
    // What was written still goes out; `timeout` comes only when nothing of it did for so long.
    socket.setTimeout(this.#linger, () => socket.resetAndDestroy())
    socket.once('finish', () => this.#leave())
    socket.end()
  }

  override reset(): void {
    if (!this.#open) return
    this.#open = false
    this.events = undefined
    this.#abort()
  }

  override setNoDelay(enable: boolean): void {
    this.#socket.setNoDelay(enable)
  }

  override setKeepAlive(enable: boolean, idle: number): void {
    this.#socket.setKeepAlive(enable, idle * 1000)
  }

  #requireAlive(code: ErrnoName): void {
    if (this.#failed) throw new HostError(code, 'an earlier write has failed')
  }

  #taken(): boolean {
    // A write that fails within its call leaves its error at the socket; the event that tells it is on its way.
    const { errored } = this.#socket
    if (errored !== null && this.events !== undefined) {
      this.#failed = true
      throw caughtError(errored, 'write')
    }
    if (this.#socket.writableLength === 0) return !this.#blocked
    this.#awaitDrain()
    return false
  }

  /** Most writes are over at once, and a callback costs Node a tick: only behind those that are not comes one, with nothing. */
  #awaitDrain(): void {
    if (this.#blocked) return
    this.#blocked = true
    this.#socket.write(NOTHING, this.#onWritten)
  }

  readonly #onWritten = (error?: Error | null): void => {
    this.#blocked = false
    if (error || this.events === undefined) return
    if (this.#socket.writableLength > 0) this.#awaitDrain()
    else this.events.onDrain()
  }

  // Node's Buffer has a `slice` of its own; what we hand out is plain.
  readonly #onData = (chunk: Uint8Array): void => {
    const bytes = plainBytes(chunk)
    this.#lent = bytes.length < LARGE_READ ? undefined : bytes
    this.events?.onData(bytes)
  }

  /**
   * Node's sockets `push()` what they read into their stream, which tells it by an event. While somebody reads and nothing is
   * in the stream's own queue, that detour is spared. A Node that did not call it would tell all by the event.
   */
  #takeWhatIsPushed(): void {
    const socket = this.#socket
    const { push } = socket
    socket.push = (chunk: Uint8Array | null): boolean => {
      if (chunk === null || !this.#reading || socket.readableLength > 0) return push.call(socket, chunk)
      this.#onData(chunk)
      return true
    }
  }

  /** The end of every process's socket: FIN, or RST if there are unread bytes. */
  #leave(): void {
    if (this.#socket.readableLength > 0) this.#abort()
    else this.#socket.destroy()
  }

  #abort(): void {
    const socket = this.#socket
    if (!this.#connected) socket.destroy()
    // Node cannot reset while a shutdown is on its way, which takes a turn at most.
    else if (socket.writableEnded && !socket.writableFinished && socket.writableLength === 0) {
      socket.once('finish', () => socket.resetAndDestroy())
    } else socket.resetAndDestroy()
  }

  #onEnd(): void {
    const socket = this.#socket
    // Node takes a reset that it finds together with the last bytes for their end. Writing nothing sends nothing, and
    // brings the true reason out, which `error` will tell. EPIPE is no such reason: the peer ended first and reset later.
    if (socket.writable && socket.writableLength === 0) socket.write(NOTHING)
    if (socket.errored !== null && codeOf(socket.errored) !== 'EPIPE') return
    if (this.#reading) this.#tellEnd()
    else this.#ending = { rest: NOTHING, code: undefined }
  }

  #onError(code: ErrnoName): void {
    const read: unknown = this.#socket.read()
    const rest = read instanceof Uint8Array ? plainBytes(read) : NOTHING
    if (rest.length === 0 && !this.#failed) this.#fail(code)
    else if (!this.#endTold) {
      this.#ending = { rest, code }
      this.#tellEnding()
    }
  }

  #tellEnding(): void {
    if (this.#ending === undefined || !this.#reading) return
    const { rest, code } = this.#ending
    if (rest.length > 0) {
      this.#ending = { rest: NOTHING, code }
      this.events?.onData(rest)
      if (!this.#reading) return
    }
    this.#ending = undefined
    // Where a write has told the error, only an end is left to tell.
    if (code === undefined || this.#failed) this.#tellEnd()
    else this.#fail(code)
  }

  #tellEnd(): void {
    this.#endTold = true
    this.events?.onEnd()
  }

  #fail(code: ErrnoName): void {
    const { events } = this
    this.events = undefined
    events?.onError(code)
  }
}
