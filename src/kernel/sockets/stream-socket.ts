import type { SocketAddress } from '../../base/address.js'
import { NO_BYTES } from '../../base/bytes.js'
import type { ErrnoName } from '../../base/errno.js'
import type { Orphans } from '../../host/connection/orphans.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection, HostListener } from '../../host/contract/connection.js'
import type { Host } from '../../host/contract/host.js'
import { ByteDescriptor, type Descriptor, type Domain, type OptionName, type Result } from '../descriptor.js'
import type { KernelGauges } from '../gauges.js'
import { LEGAL_CALLS, type SocketOperation, type SocketState } from '../legal-calls.js'
import type { Payload } from '../payload.js'
import { Poll } from '../readiness.js'
import { AcceptQueue } from './accept-queue.js'
import { ConnectionStream, type StreamOwner } from './connection-stream.js'
import { StreamOptions } from './stream-options.js'

/** What a socket needs from its kernel. */
export interface SocketContext {
  readonly host: Host
  /** Its closed connections that still have data to send. */
  readonly orphans: Orphans
  /** What is counted of its limits. */
  readonly gauges: KernelGauges
  /** The number of libuv's current iteration. */
  readonly iteration: number
  /**
   * Reports that the readiness of `descriptor` may have changed: `bytes` is how many arrived, 0 for any other cause.
   * Always the last thing that a call does.
   */
  changed(descriptor: Descriptor, bytes?: number): void
}

/** Opens connections: a host, or a bound local address. */
export interface Connector<At extends SocketAddress> {
  connect(remote: At, events: ConnectionEvents): HostConnection<At>
}

/**
 * A stream socket whose connections come from the host, with POSIX semantics. `legal-calls.ts` has its states and
 * `connection-stream.ts` its bytes; the subclasses add the addresses and options. A refusal of the host is thrown as
 * `HostError` and leaves the socket unchanged.
 */
export abstract class StreamSocket<At extends SocketAddress> extends ByteDescriptor implements StreamOwner {
  protected readonly kernel: SocketContext
  protected readonly options: StreamOptions
  /** A bound local address that is not in use yet. */
  protected port: HostBoundSocket<At> | undefined
  /** The address at which it listened until it was shut down. */
  protected former: At | undefined
  #listener: HostListener<At> | undefined
  #accepts: AcceptQueue<StreamSocket<At>> | undefined
  #stream: ConnectionStream | undefined
  #connection: HostConnection<At> | undefined

  /** @param kernel - the kernel that the socket belongs to */
  protected constructor(domain: Domain, kernel: SocketContext) {
    super(domain, 'both')
    this.options = new StreamOptions(domain !== 'unix')
    this.kernel = kernel
  }

  /** Binds a local address for a socket that listens without one. */
  protected abstract takeAny(): HostBoundSocket<At> | ErrnoName
  /** The local address that an unbound socket reports. */
  protected abstract unnamed(): At
  /** A new socket of the same kind. */
  protected abstract fresh(): StreamSocket<At>

  /** Which directions of a connection have ended. */
  get ended(): { readonly receive: boolean; readonly send: boolean } | undefined {
    return this.#stream?.ended
  }

  /** The current state of the socket. */
  get state(): SocketState {
    if (this.#stream !== undefined) return this.#stream.state
    if (this.#accepts !== undefined) return 'listening'
    return this.port === undefined ? 'unbound' : 'bound'
  }

  override readiness(asked: number): number {
    if (this.#stream !== undefined) return this.#stream.readiness(asked)
    if (this.#accepts !== undefined) return this.#accepts.ready ? Poll.IN : 0
    return Poll.OUT | Poll.HUP
  }

  get gauges(): KernelGauges {
    return this.kernel.gauges
  }

  changed(bytes: number): void {
    this.kernel.changed(this, bytes)
  }

  leave(connection: HostConnection<SocketAddress>): void {
    this.kernel.orphans.add(connection)
  }

  override listen(backlog: number): Result {
    const refusal = this.refusal('listen')
    if (refusal !== undefined) return refusal
    if (this.#accepts !== undefined) {
      this.#accepts.backlog = backlog
      return 0
    }
    const accepts = new AcceptQueue<StreamSocket<At>>(backlog)
    const port = this.port ?? this.takeAny()
    if (typeof port === 'string') return port
    this.port = port
    this.#listener = port.listen(accepts.backlog, {
      onConnection: (connection) => {
        if (!accepts.offer(connection, this.kernel.iteration, () => this.#adopt(connection))) return
        const { pendingAccepts } = this.kernel.gauges
        pendingAccepts.mark(accepts.length)
        if (pendingAccepts.full) pendingAccepts.reach()
        this.kernel.changed(this)
      },
      onError: (code) => {
        accepts.fail(code)
        this.kernel.changed(this)
      },
    })
    this.#accepts = accepts
    this.port = undefined
    return 0
  }

  override stopListening(): PromiseLike<void> | undefined {
    const listener = this.#listener
    this.#listener = undefined
    listener?.close()
    for (const waiting of this.#accepts?.drain() ?? []) waiting.#stream?.abort()
    return listener?.freed
  }

  override accept(): StreamSocket<At> | ErrnoName {
    return this.refusal('accept') ?? this.#accepts?.take(this.kernel.iteration) ?? 'EAGAIN'
  }

  override start(): void {
    this.#stream?.start()
  }

  override localAddress(): At {
    const named = this.#connection ?? this.#listener ?? this.port
    return named?.local ?? this.former ?? this.unnamed()
  }

  override peerAddress(): At | ErrnoName {
    return this.refusal('getpeername') ?? this.origin() ?? 'ENOTCONN'
  }

  override origin(): At | undefined {
    return this.#connection?.remote
  }

  override arrived(): Result {
    return this.refusal('read') ?? this.#stream?.arrived() ?? 'ENOTCONN'
  }

  override take(heap: Uint8Array, address: number, length: number, peek: boolean): number {
    return this.#stream?.take(heap, address, length, peek) ?? 0
  }

  override takePayload(max: number): Uint8Array {
    return this.#stream?.takePayload(max) ?? NO_BYTES
  }

  override recycle(chunk: Uint8Array): void {
    this.#stream?.connection.recycle(chunk)
  }

  override write(bytes: Uint8Array): Result {
    return this.#writeRefusal() ?? this.#stream?.write(bytes) ?? 'EPIPE'
  }

  override sendPayload(payload: Payload, length: number): Result {
    return this.#writeRefusal() ?? this.#stream?.sendPayload(payload, length) ?? 'EPIPE'
  }

  override queued(which: 'received' | 'sent'): Result {
    if (this.#accepts !== undefined) return 'EINVAL'
    return this.#stream?.queued(which) ?? 0
  }

  override shutdown(receive: boolean, send: boolean): Result {
    const refusal = this.refusal('shutdown')
    if (refusal !== undefined) return refusal
    if (this.#stream !== undefined) return this.#stream.shutdown(receive, send)
    if (receive) this.#listenNoMore()
    return 0
  }

  override getOption(name: OptionName): Result {
    if (name === 'acceptsConnections') return this.#accepts === undefined ? 0 : 1
    // Linux has no pending error during a connect. But libuv, when a shutdown is requested in that time, would take 0
    // for success.
    if (name === 'error') return this.#stream?.takeError() ?? (this.state === 'connecting' ? 'EINPROGRESS' : 0)
    return this.options.get(name)
  }

  override setOption(name: OptionName, value: number): Result {
    if (name === 'reusePort' && value !== 0 && !this.sharesPorts) return 'ENOPROTOOPT'
    const before = this.options.get(name)
    const result = this.options.set(name, value)
    const connection = this.#connection
    if (result !== 0 || connection === undefined || this.state !== 'connected') return result
    try {
      this.options.update(connection, name)
    } catch (error) {
      // An option that the host refuses must not be remembered as if it had been set.
      if (typeof before === 'number') this.options.set(name, before)
      throw error
    }
    return 0
  }

  override close(): void {
    this.port?.close()
    void this.stopListening()
    this.#stream?.close()
  }

  /** Whether it may share its port with other sockets. */
  protected abstract get sharesPorts(): boolean

  /** Starts to connect. */
  protected connectTo(from: Connector<At>, address: At): Result {
    const stream = this.#newStream('connecting')
    const connection = from.connect(address, stream)
    stream.attach(connection)
    this.#connection = connection
    this.#stream = stream
    this.port = undefined
    return 'EINPROGRESS'
  }

  /**
   * The error of a failed connect, if it has not been reported yet. After that the socket may try again, as on Linux.
   */
  protected takeRefusal(): ErrnoName | undefined {
    const stream = this.#stream
    if (stream?.state !== 'refused') return undefined
    this.#stream = undefined
    this.#connection = undefined
    this.kernel.changed(this)
    return stream.takeError()
  }

  /** The error for an operation that the current state forbids. */
  protected refusal(operation: SocketOperation): ErrnoName | undefined {
    const { state } = this
    // Reads and writes happen for every message; this skips the table lookup for them.
    if (state === 'connected' && (operation === 'read' || operation === 'write')) return undefined
    const answer = LEGAL_CALLS[operation][state]
    return answer === 'ok' ? undefined : answer
  }

  /** Makes the socket for an incoming connection; it inherits the listener's options, as on Linux. */
  #adopt(connection: HostConnection<At>): StreamSocket<At> {
    const socket = this.fresh()
    socket.options.inherit(this.options)
    const stream = socket.#newStream('connected')
    connection.events = stream
    stream.attach(connection)
    socket.#connection = connection
    socket.#stream = stream
    return socket
  }

  /** Ends the listening, as Linux does when a listener is shut down; it may listen again, at the same address. */
  #listenNoMore(): void {
    this.former = this.localAddress()
    void this.stopListening()
    this.#accepts = undefined
    this.kernel.changed(this)
  }

  #newStream(state: 'connecting' | 'connected'): ConnectionStream {
    return new ConnectionStream(state, this.options, this)
  }

  /** A failed connection reports its error before it becomes a broken pipe. */
  #writeRefusal(): ErrnoName | undefined {
    return this.#stream?.takeError() ?? this.refusal('write')
  }
}
