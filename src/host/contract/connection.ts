/** The streams of the host's contract: connections, listeners, and sockets that are bound but not used yet. */
import type { Address, SocketAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import { HostError } from './error.js'
import type { KeepAliveProbes } from './keep-alive.js'

/** The events that a connection delivers to the kernel. */
export interface ConnectionEvents {
  /** An outgoing connection has been established. Its `local` and `remote` are final. */
  onConnect(): void
  /**
   * Bytes were received. From then on the receiver owns `chunk` and all the memory under it, and may modify or
   * transfer it. Fires only between `readStart()` and `readStop()`.
   */
  onData(chunk: Uint8Array): void
  /** The peer has sent its last byte (FIN). Fires after all data, and only while reading. */
  onEnd(): void
  /**
   * `pending` is 0, and the platform may accept more bytes: it has accepted all bytes passed to `write()`, or the
   * last `tryWrite()` was partial and another attempt is worthwhile.
   */
  onDrain(): void
  /** The connection failed (`ECONNREFUSED`, `ECONNRESET`, `ETIMEDOUT`, ...) and no longer exists. No event follows. */
  onError(code: ErrnoName): void
}

/** The events that a listener delivers to the kernel. */
export interface ListenerEvents<At extends SocketAddress = Address> {
  /**
   * A peer has connected. The connection does not read before `readStart()`; its `events` are set during this call.
   */
  onConnection(connection: HostConnection<At>): void
  /** Accepting a connection failed (`EMFILE`, ...). The listener keeps listening. */
  onError(code: ErrnoName): void
}

/** A connection, outgoing or accepted; TCP unless stated otherwise. A new connection does not read yet. */
export abstract class HostConnection<At extends SocketAddress = Address> {
  /** The receiver of the events. The kernel sets it before the first event is delivered. */
  events: ConnectionEvents | undefined

  /**
   * The local address, final as soon as the connection object exists. On a host that cannot know it before
   * `onConnect`, it is the unspecified address until then.
   */
  abstract readonly local: At
  /**
   * The peer's address. For an outgoing connection it is the requested address; from `onConnect` on, it is the
   * address that was reached, which differs for `0.0.0.0` and `::` (they mean the loopback address).
   */
  abstract readonly remote: At
  /** The number of bytes that were passed to `write()` and that the platform has not accepted yet. 0 or more. */
  abstract readonly pending: number

  /**
   * Writes bytes, in order. Allowed between `onConnect` (or acceptance) and `shutdown()`. The platform reads them
   * directly from the caller's buffer, but not after it has accepted them all, the connection has failed, or it was
   * closed or reset.
   *
   * @returns `true` when the platform has accepted all bytes: the caller owns the buffer again. `false` when some are
   *   pending: the buffer must not change before `onDrain`, `onError`, `close()` or `reset()`.
   * @throws {HostError} ECONNRESET or EPIPE when it is known immediately that the connection failed. No byte was
   *   accepted, and no `onError` follows: data that the peer had sent is still delivered, then `onEnd`. Later writes
   *   throw EPIPE, and `shutdown()` throws ENOTCONN.
   */
  abstract write(data: Uint8Array): boolean

  /** Like {@link HostConnection.write} for several buffers, in order. Hosts with a gathering write override it. */
  writev(list: readonly Uint8Array[]): boolean {
    for (const data of list) this.write(data)
    return this.pending === 0
  }

  /**
   * Whether {@link HostConnection.tryWrite} can accept bytes: false if the platform reports only later what it
   * accepted. Valid once the connection is established.
   */
  get writesAtOnce(): boolean {
    return false
  }

  /**
   * Sends the bytes that the platform accepts at this moment, like POSIX `send()` on a non-blocking socket. The
   * caller keeps the buffer, which is not read after this call. Must be called only while nothing is pending.
   *
   * @returns the number of bytes accepted, from the front, at least 0. If not all were accepted, `onDrain` fires when
   *   another attempt is worthwhile, because there may be room then
   * @throws {HostError} the errors of {@link HostConnection.write}
   */
  tryWrite(_data: Uint8Array): number {
    return 0
  }

  /** Sends FIN after all written bytes. The other direction stays open. @throws {HostError} ENOTCONN, see `write()` */
  abstract shutdown(): void
  /**
   * Returns the memory of a chunk that `onData` delivered, in the same array object, so that later reads can reuse
   * it. Hosts that can reuse it override this method. It detaches the memory from the array, which is empty
   * afterwards. It ignores arrays that it did not deliver, has already taken back, or finds without their memory.
   *
   * @param sole - the caller has not passed the array, or the memory under it, to other code, so nothing has to be
   *   detached
   */
  recycle(_chunk: Uint8Array, _sole = false): void {}

  /**
   * Exposes the operating system's descriptor of an established connection to another thread, which reads and writes
   * it directly, bypassing this connection. Allowed while the connection does not read and has nothing pending. From
   * then on the descriptor stays open until `close()` or `reset()`, which must be called even after `onError`.
   *
   * @returns `undefined` if there is no descriptor
   */
  exposeDescriptor(): number | undefined {
    return undefined
  }

  /** Enables `onData` and `onEnd`. Harmless when they are enabled already. */
  abstract readStart(): void
  /**
   * Disables `onData` and `onEnd`, which applies backpressure to the peer once the platform's buffers are full.
   * Harmless when called twice.
   */
  abstract readStop(): void
  /**
   * Closes the connection immediately. Bytes that the platform has accepted still arrive, followed by FIN; pending
   * bytes are not sent, and their buffers are no longer read. No event follows. If received bytes have not been
   * delivered, the connection ends with RST instead, since the peer must not assume that they were read (RFC 2525,
   * section 2.17).
   */
  abstract close(): void

  /** Ends the connection with RST; pending bytes are discarded. No event follows. */
  reset(): void {
    throw new HostError('ENOTSUP', 'this host cannot reset a connection')
  }

  /** Disables Nagle's algorithm, or enables it again (`TCP_NODELAY`, RFC 9293). */
  setNoDelay(_enable: boolean): void {
    throw new HostError('ENOPROTOOPT', 'this host has no TCP_NODELAY')
  }

  /**
   * Enables or disables keep-alive probes (`SO_KEEPALIVE`).
   *
   * @param _idle - seconds of silence before the first probe, at least 1
   * @param _probes - how the peer's absence is noticed after that; {@link FIXED_PROBES} by default. A host with fixed
   *   probes changes the delay instead; see {@link fixedIdle}
   */
  setKeepAlive(_enable: boolean, _idle: number, _probes?: KeepAliveProbes): void {
    throw new HostError('ENOPROTOOPT', 'this host has no SO_KEEPALIVE')
  }
}

/** A listening socket. */
export abstract class HostListener<At extends SocketAddress = Address> {
  /** The address that it listens on, with the actual port. */
  abstract readonly local: At
  /** Stops accepting, and releases the port; see {@link HostListener.freed}. Accepted connections stay open. */
  abstract close(): void
  /**
   * Resolves once the port is free, and never rejects; meaningful after `close()`. `undefined` if the port was free
   * when `close()` returned.
   */
  get freed(): PromiseLike<void> | undefined {
    return undefined
  }
}

/** A local address that has been bound but is not used yet. `listen` or `connect` consumes it. */
export abstract class HostBoundSocket<At extends SocketAddress = Address> {
  /** The bound address, with the actual port. */
  abstract readonly local: At
  /** Releases the address. */
  abstract close(): void

  /**
   * Listens on this address.
   *
   * @param _backlog - the maximum number of connections that wait to be accepted, at least 1
   * @throws {HostError} EADDRINUSE when another socket listens on the address, EACCES
   */
  listen(_backlog: number, _events: ListenerEvents<At>): HostListener<At> {
    throw new HostError('EOPNOTSUPP', 'this host cannot listen')
  }

  /**
   * Connects from this address.
   *
   * @throws {HostError} the errors of {@link Host.connect}
   */
  connect(_remote: At, _events: ConnectionEvents): HostConnection<At> {
    throw new HostError('EOPNOTSUPP', 'this host cannot connect from a bound address')
  }
}
