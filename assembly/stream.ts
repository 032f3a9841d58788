/** What TCP and Unix sockets have in common: connections, and sockets that accept them. */

import { ADDRESS_SIZE, Address, address, addressLength, loadAddress } from './base/address'
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  SHUT_WR,
  SO_ERROR,
  SO_LINGER,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  SOMAXCONN,
} from './base/constants'
import { ErrorCode } from './base/errors'
import { encode, vectorOf } from './base/memory'
import {
  accept,
  bind,
  connect,
  getpeername,
  getsockname,
  getsockopt,
  listen,
  readv,
  setsockopt,
  shutdown,
  socket,
  writev,
} from './imports/uv_host_1'
import { closeSource, hold, later, release, watch } from './loop'
import { Outgoing } from './outgoing'
import { StreamEvents } from './stream-events'
import { Timer } from './timer'

/** What a stream does. */
enum State {
  NEW,
  CONNECTING,
  OPEN,
  LISTENING,
  CLOSED,
}

/** Received bytes are here during `onRead()`. */
const SIZE: i32 = 65536
const received = new Uint8Array(SIZE)

/** How often a stream reads before others have their turn, and how many connections it accepts. */
const PER_TURN: i32 = 16

const option = memory.data(8, 4)
const optionLength = memory.data(4, 4)

/**
 * A connection, or a socket that accepts connections. A program overrides its methods whose names begin with `on`.
 *
 * A stream is closed when it has failed, or when both sides have ended; `onClose()` is called in any case. While it is
 * open, it keeps the program running.
 */
export abstract class Stream extends StreamEvents {
  private state: State = State.NEW
  private isReading: bool = true
  /** Whether a listening stream waits until it may be able to accept again. */
  private isPausing: bool = false
  /** Whether the other side may still send. */
  private isReadable: bool = true
  private isEnding: bool = false
  private hasEnded: bool = false
  private hasTold: bool = false
  private failure: i32 = 0
  /** A connection that was not accepted yet, or -1. */
  private arrived: i32 = -1
  private readonly outgoing: Outgoing = new Outgoing()

  /** Whether bytes can be sent. */
  get isOpen(): bool {
    return this.state == State.OPEN && !this.isEnding
  }

  /** How many bytes wait to be sent. */
  get writeQueueSize(): i32 {
    return this.outgoing.length
  }

  /** Its own address; without a host before it has one. */
  get localAddress(): Address {
    store<i32>(addressLength, ADDRESS_SIZE)
    if (this.fd < 0 || getsockname(this.fd, address, addressLength) < 0) return new Address('', 0)
    return loadAddress()
  }

  /** The address of the other side; without a host if there is none. */
  get remoteAddress(): Address {
    store<i32>(addressLength, ADDRESS_SIZE)
    if (this.fd < 0 || getpeername(this.fd, address, addressLength) < 0) return new Address('', 0)
    return loadAddress()
  }

  /**
   * Accepts the connection that `onConnection()` was called for.
   *
   * @param stream - a new stream of the same kind, which gets the connection
   * @returns 0, or `EAGAIN` if none waits, or `EINVAL` if the stream is not new
   */
  accept(stream: Stream): i32 {
    if (this.arrived < 0) return ErrorCode.EAGAIN
    if (stream.state != State.NEW) return ErrorCode.EINVAL
    hold()
    stream.fd = this.arrived
    stream.state = State.OPEN
    this.arrived = -1
    stream.update()
    this.update()
    return 0
  }

  /**
   * Sends bytes. They are copied as far as they have to wait, so the array can be used again.
   *
   * @returns how many bytes wait now: a program that gets its data from elsewhere should stop reading there until
   *   `onDrain()`, or they become more and more. Or an error: `ENOTCONN`, `EPIPE` (after `end()`), or what the host
   *   reports, which `onError()` receives, too
   */
  write(data: Uint8Array): i32 {
    if (this.isEnding || this.state == State.CLOSED) return ErrorCode.EPIPE
    if (this.state != State.OPEN && this.state != State.CONNECTING) return ErrorCode.ENOTCONN
    if (this.failure != 0) return this.failure
    let at = data.dataStart
    let left = data.byteLength
    if (this.state == State.OPEN && this.outgoing.length == 0) {
      while (left > 0) {
        const count = writev(this.fd, vectorOf(at, left), 1, 0)
        if (count == ErrorCode.EAGAIN || count == 0) break
        if (count < 0) return this.fail(count)
        at += count
        left -= count
      }
    }
    if (left > 0) {
      this.outgoing.push(at, left)
      this.update()
    }
    return this.outgoing.length
  }

  /** Sends a text in UTF-8. @returns as `write()` */
  writeText(text: string): i32 {
    return this.write(encode(text))
  }

  /** Ends this side after everything was sent; the other side may still send. */
  end(): void {
    if (this.isEnding || this.state == State.NEW || this.state == State.CLOSED || this.state == State.LISTENING) return
    this.isEnding = true
    this.finish()
    this.update()
  }

  /** Closes the stream; what waits to be sent is dropped. */
  close(): void {
    if (this.state == State.CLOSED) return
    if (this.state != State.NEW) release()
    this.state = State.CLOSED
    this.failure = 0
    this.outgoing.clear()
    closeSource(this)
    if (this.arrived >= 0) {
      this.fd = this.arrived
      this.arrived = -1
      closeSource(this)
    }
    later(this)
  }

  /** Closes the stream, and the other side sees that it was reset. */
  reset(): void {
    store<i32>(option, 1)
    store<i32>(option, 0, 4)
    if (this.fd >= 0) setsockopt(this.fd, SOL_SOCKET, SO_LINGER, option, 8)
    this.close()
  }

  /** Stops reading: the other side is held back as soon as the buffers of both hosts are full. */
  readStop(): void {
    this.isReading = false
    this.update()
  }

  /** Goes on reading. */
  readStart(): void {
    this.isReading = true
    this.update()
  }

  onTurn(): void {
    const code = this.failure
    if (code != 0) {
      this.onError(code)
      this.close()
    } else if (this.state == State.CLOSED && !this.hasTold) {
      this.hasTold = true
      this.onClose()
    }
  }

  onEvents(events: i32): void {
    if (this.state == State.LISTENING) this.acceptWaiting()
    else if (this.state == State.CONNECTING) this.checkConnected()
    else if (this.state == State.OPEN) {
      const broken = events & (POLLERR | POLLHUP)
      if (this.isReading && this.isReadable && (events & (POLLIN | broken)) != 0) this.read()
      if (this.state == State.OPEN && (events & (POLLOUT | broken)) != 0) this.flush()
    }
  }

  /** Called when a pause of a listening stream is over. */
  resume(): void {
    this.isPausing = false
    this.update()
  }

  /** Begins to connect to the address in `address`. @returns 0, or an error */
  protected connectTo(domain: i32, length: i32): i32 {
    const fd = socket(domain, SOCK_STREAM | SOCK_NONBLOCK, 0)
    if (fd < 0) return fd
    this.fd = fd
    const status = connect(fd, address, length)
    if (status < 0 && status != ErrorCode.EINPROGRESS) {
      closeSource(this)
      return status
    }
    watch(this, POLLOUT)
    return 0
  }

  /** Begins to connect; `false` if the stream is not new, which is reported. */
  protected beginConnect(): bool {
    if (this.state != State.NEW) return false
    this.state = State.CONNECTING
    hold()
    return true
  }

  /** Whether the stream is connecting. */
  protected get isConnecting(): bool {
    return this.state == State.CONNECTING
  }

  /** Called when an attempt to connect has failed. */
  protected onRefused(code: i32): void {
    this.fail(code)
  }

  /** Listens at the address in `address`. @returns 0, or an error */
  protected listenAt(domain: i32, length: i32, backlog: i32, reuse: i32): i32 {
    if (this.state != State.NEW) return ErrorCode.EINVAL
    const fd = socket(domain, SOCK_STREAM | SOCK_NONBLOCK, 0)
    if (fd < 0) return fd
    this.fd = fd
    store<i32>(option, 1)
    let status = reuse > 0 ? setsockopt(fd, SOL_SOCKET, reuse, option, 4) : 0
    if (status >= 0) status = bind(fd, address, length)
    if (status >= 0) status = listen(fd, backlog)
    if (status < 0) {
      closeSource(this)
      return status
    }
    this.state = State.LISTENING
    hold()
    this.update()
    return 0
  }

  /** Sets an option that is a number. @returns 0, or an error */
  protected setOption(level: i32, name: i32, value: i32): i32 {
    store<i32>(option, value)
    return this.fd < 0 ? ErrorCode.ENOTCONN : setsockopt(this.fd, level, name, option, 4)
  }

  /** Lets `onError()` be called, and closes the stream after that. */
  protected fail(code: i32): i32 {
    if (this.failure == 0 && this.state != State.CLOSED) {
      this.failure = code
      if (this.fd >= 0) watch(this, 0)
      later(this)
    }
    return code
  }

  /** Watches what the stream waits for. */
  private update(): void {
    if (this.fd < 0 || this.failure != 0) return
    if (this.state == State.LISTENING) watch(this, this.arrived < 0 && this.isReading && !this.isPausing ? POLLIN : 0)
    else if (this.state == State.OPEN) {
      const read = this.isReading && this.isReadable ? POLLIN : 0
      watch(this, this.outgoing.length > 0 ? read | POLLOUT : read)
    }
  }

  private checkConnected(): void {
    store<i32>(optionLength, 4)
    let code = getsockopt(this.fd, SOL_SOCKET, SO_ERROR, option, optionLength)
    // The number of an error is positive here.
    if (code >= 0) code = -load<i32>(option)
    if (code == 0) {
      this.state = State.OPEN
      this.onConnect()
      if (this.state == State.OPEN) this.flush()
      return
    }
    closeSource(this)
    this.onRefused(code)
  }

  private acceptWaiting(): void {
    for (let count = 0; count < PER_TURN && this.arrived < 0 && this.state == State.LISTENING; count++) {
      const fd = accept(this.fd, 0, 0, SOCK_NONBLOCK)
      if (fd == ErrorCode.EAGAIN) return
      // The connection has ended before it was accepted.
      if (fd == ErrorCode.ECONNABORTED) continue
      if (fd < 0) {
        // Too many descriptors, or no memory: the connections wait until there may be some again.
        this.isPausing = true
        this.update()
        new AcceptLater(this).start(PAUSE)
        return
      }
      this.arrived = fd
      this.onConnection()
    }
    this.update()
  }

  private read(): void {
    for (let count = 0; count < PER_TURN; count++) {
      const length = readv(this.fd, vectorOf(received.dataStart, SIZE), 1, 0)
      if (length == ErrorCode.EAGAIN) return
      if (length < 0) {
        this.fail(length)
        return
      }
      if (length == 0) {
        this.isReadable = false
        this.update()
        this.onEnd()
        if (this.state == State.OPEN) this.finish()
        return
      }
      this.onRead(length == SIZE ? received : received.subarray(0, length))
      if (length < SIZE || !this.isReading || this.state != State.OPEN) return
    }
  }

  private flush(): void {
    const waited = this.outgoing.length > 0
    const code = this.outgoing.flush(this.fd)
    if (code < 0) {
      this.fail(code)
      return
    }
    if (waited && this.outgoing.length == 0) this.onDrain()
    if (this.state != State.OPEN) return
    this.finish()
    this.update()
  }

  /** Sends the end if it is time to, and closes the stream when both sides have ended. */
  private finish(): void {
    if (!this.isEnding || this.state != State.OPEN || this.outgoing.length > 0) return
    if (!this.hasEnded) {
      this.hasEnded = true
      const code = shutdown(this.fd, SHUT_WR)
      if (code < 0 && code != ErrorCode.ENOTCONN) {
        this.fail(code)
        return
      }
    }
    if (!this.isReadable) this.close()
  }
}

/** How long a listening stream waits after it could not accept a connection, in milliseconds. */
const PAUSE: f64 = 100

/** Lets a listening stream accept again. */
class AcceptLater extends Timer {
  private readonly stream: Stream

  constructor(stream: Stream) {
    super()
    this.stream = stream
  }

  onTimer(): void {
    this.stream.resume()
  }
}

/** How many connections wait to be accepted, if a program does not say. */
export const BACKLOG: i32 = SOMAXCONN
