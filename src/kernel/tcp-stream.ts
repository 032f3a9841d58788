/**
 * The bytes of one TCP connection, from the moment `connect()` was asked for or a peer was accepted: what came and was not
 * read, what was sent and not taken, and how the two directions ended.
 */
import type { ErrnoName } from '../abi/errno.js'
import { type ConnectionEvents, type HostConnection, HostError } from '../host/host.js'
import type { Result } from './descriptor.js'
import { concat, Outbox } from './outbox.js'
import { Poll } from './readiness.js'
import { ReceiveQueue } from './receive-queue.js'
import type { SocketOptions } from './socket-options.js'

/** The byte part of a TCP socket. */
export class TcpStream implements ConnectionEvents {
  /** A part of the life in {@link TRANSITIONS}. */
  state: 'connecting' | 'connected' | 'refused' | 'broken'
  /** What `SO_ERROR` answers, once. */
  error: ErrnoName | undefined

  readonly #options: SocketOptions
  readonly #changed: () => void
  readonly #received = new ReceiveQueue()
  #host: HostConnection | undefined
  #outbox: Outbox | undefined
  /** Payload bytes the host still holds: handed over, and not yet counted as written. */
  #inFlight = 0
  #reading = false
  #receiveEnded = false
  #sendEnded = false

  /**
   * @param state - `connected` for a connection that came in
   * @param options - the socket's, looked at whenever they matter
   * @param changed - called whenever the readiness may be another
   */
  constructor(state: 'connecting' | 'connected', options: SocketOptions, changed: () => void) {
    this.state = state
    this.#options = options
    this.#changed = changed
  }

  /** Gives the stream the host's part. */
  attach(connection: HostConnection): void {
    this.#host = connection
    if (this.state === 'connected') this.#applyOptions()
  }

  get #connection(): HostConnection {
    if (this.#host === undefined) throw new Error('a stream was used before it had a connection')
    return this.#host
  }

  /** Bytes to be sent that are not in the module's memory. */
  get outbox(): Outbox {
    this.#outbox ??= new Outbox()
    return this.#outbox
  }

  /** Starts to take bytes from the host; an accepted connection is held back until somebody accepts it. */
  start(): void {
    if (this.state !== 'connected' || this.#reading || this.#receiveEnded) return
    if (this.#received.length >= this.#options.receiveBuffer) return
    this.#reading = true
    this.#connection.readStart()
  }

  /** What it is ready for, as `poll()` of Linux has it. */
  readiness(): number {
    if (this.state === 'connecting') return 0
    if (this.state !== 'connected') {
      return Poll.IN | Poll.OUT | Poll.RDHUP | Poll.HUP | (this.error === undefined ? 0 : Poll.ERR)
    }
    let events = 0
    if (this.#received.length > 0) events |= Poll.IN
    if (this.#receiveEnded) events |= Poll.IN | Poll.RDHUP
    if (this.#sendEnded || this.#hasRoom()) events |= Poll.OUT
    if (this.#receiveEnded && this.#sendEnded) events |= Poll.HUP
    return events
  }

  /** Copies received bytes to `heap`. */
  read(heap: Uint8Array, address: number, length: number, peek: boolean): Result {
    const count = this.#received.copyTo(heap, address, length, peek)
    if (count === 0 && length > 0) return this.#readEnd()
    if (!peek) this.#readOn()
    return count
  }

  /** Takes received bytes without a copy; an empty array is the end. */
  readPayload(max: number): Uint8Array | ErrnoName {
    const chunk = this.#received.take(max)
    if (chunk === undefined) {
      const end = this.#readEnd()
      return typeof end === 'string' ? end : NOTHING
    }
    this.#readOn()
    return chunk
  }

  /** Copies bytes out of `heap` and sends what there is room for. */
  write(heap: Uint8Array, address: number, length: number): Result {
    const refusal = this.#writeRefusal()
    if (refusal !== undefined) return refusal
    const room = this.#options.sendBuffer - this.#connection.pending
    if (room <= 0 || this.#inFlight > 0) return 'EAGAIN'
    const count = Math.min(length, room)
    if (count > 0) this.#connection.write(heap.slice(address, address + count))
    return count
  }

  /** Sends the next `length` bytes of the outbox; they count as written when the outside has them. */
  writePayload(length: number): Result {
    const refusal = this.#writeRefusal()
    if (refusal !== undefined) return refusal
    if (this.#inFlight > 0) return this.#landed()
    const outbox = this.outbox
    if (length === 0) {
      outbox.advance(0)
      return 0
    }
    if (outbox.lent) return this.#writeLent(outbox, length)
    const list = outbox.peek(length)
    if (this.#hand(list)) {
      outbox.advance(length)
      return length
    }
    this.#inFlight = length
    return 'EAGAIN'
  }

  /** Ends one direction or both. */
  shutdown(receive: boolean, send: boolean): Result {
    if (send && !this.#sendEnded) {
      this.#sendEnded = true
      this.#connection.shutdown()
    }
    if (receive) this.#receiveEnded = true
    this.#changed()
    return 0
  }

  /**
   * Lets the connection go: unread bytes, or the wish for it (`SO_LINGER` 0), end it with a reset.
   *
   * @param abort - reset it whatever waits
   * @see RFC 2525, section 2.17
   */
  close(abort: boolean): void {
    if (this.state === 'refused' || this.state === 'broken') return
    if (abort || this.#options.resetOnClose || this.#received.length > 0) this.#connection.reset()
    else this.#connection.close()
    this.#received.clear()
  }

  onConnect(): void {
    this.state = 'connected'
    this.#applyOptions()
    this.start()
    this.#changed()
  }

  onData(chunk: Uint8Array): void {
    this.#received.push(chunk)
    if (this.#received.length >= this.#options.receiveBuffer) {
      this.#reading = false
      this.#connection.readStop()
    }
    this.#changed()
  }

  onEnd(): void {
    this.#receiveEnded = true
    this.#changed()
  }

  onDrain(): void {
    this.#changed()
  }

  onError(code: ErrnoName): void {
    this.state = this.state === 'connecting' ? 'refused' : 'broken'
    this.error = code
    this.#changed()
  }

  #hasRoom(): boolean {
    const pending = this.#connection.pending
    return this.#inFlight > 0 ? pending === 0 : pending < this.#options.sendBuffer
  }

  /** What was asked for before there was a connection can only be refused now: as the connection's error. */
  #applyOptions(): void {
    try {
      this.#options.apply(this.#connection)
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      this.error = error.code
    }
  }

  /** What a read finds when no byte waits: an error once, then the end for ever. */
  #readEnd(): Result {
    if (this.error !== undefined) return this.takeError()
    return this.#receiveEnded || this.state !== 'connected' ? 0 : 'EAGAIN'
  }

  /** Lets the peer go on once half of what held it back has been read. */
  #readOn(): void {
    if (!this.#reading && this.#received.length * 2 <= this.#options.receiveBuffer) this.start()
  }

  #writeRefusal(): ErrnoName | undefined {
    if (this.error !== undefined) return this.takeError()
    return this.#sendEnded || this.state !== 'connected' ? 'EPIPE' : undefined
  }

  /** Fetches the pending error, as `SO_ERROR` does. */
  takeError(): ErrnoName {
    const error = this.error ?? 'EIO'
    this.error = undefined
    return error
  }

  /** The bytes in flight have arrived, or have not. */
  #landed(): Result {
    if (this.#connection.pending > 0) return 'EAGAIN'
    const count = this.#inFlight
    this.#inFlight = 0
    this.outbox.advance(count)
    return count
  }

  #writeLent(outbox: Outbox, length: number): Result {
    const count = Math.min(length, this.#options.sendBuffer - this.#connection.pending)
    if (count <= 0) return 'EAGAIN'
    this.#connection.write(concat(outbox.peek(count)))
    outbox.advance(count)
    return count
  }

  #hand(list: readonly Uint8Array[]): boolean {
    const [only] = list
    return list.length === 1 && only !== undefined ? this.#connection.write(only) : this.#connection.writev(list)
  }
}

const NOTHING = new Uint8Array(0)
