/** A TCP socket as POSIX has it: a life (see `socket-states.ts`), names, options; its bytes are `tcp-stream.ts`. */
import type { Address, SocketAddress } from '../abi/address.js'
import type { ErrnoName } from '../abi/errno.js'
import type { Host, HostConnection, HostListener, HostPort } from '../host/host.js'
import { AcceptQueue } from './accept-queue.js'
import { ByteDescriptor, type Descriptor, type OptionName, type Result } from './descriptor.js'
import { foreign, isOf, wildcard } from './inet.js'
import type { Outbox } from './outbox.js'
import { Poll } from './readiness.js'
import { SocketOptions } from './socket-options.js'
import { type SocketOperation, type SocketState, TRANSITIONS } from './socket-states.js'
import { TcpStream } from './tcp-stream.js'

/** What a socket needs of its kernel. */
export interface SocketSurroundings {
  readonly host: Host
  /** The number of libuv's present turn. */
  readonly turn: number
  /** The readiness of `descriptor` may be another now, for `bytes` that came or whatever else. The last thing a call does. */
  changed(descriptor: Descriptor, bytes?: number): void
}

/** A socket of `AF_INET` or `AF_INET6`. What its host refuses is thrown (`HostError`); it is as it was before, then. */
export class TcpSocket extends ByteDescriptor {
  readonly #kernel: SocketSurroundings
  readonly #family: 'ipv4' | 'ipv6'
  readonly #options = new SocketOptions()
  #port: HostPort | undefined
  #listener: HostListener | undefined
  #accepts: AcceptQueue<TcpSocket> | undefined
  #stream: TcpStream | undefined

  /**
   * @param family - what addresses it takes
   * @param kernel - where it lives
   */
  constructor(family: 'ipv4' | 'ipv6', kernel: SocketSurroundings) {
    super(family, 'both')
    this.#family = family
    this.#kernel = kernel
  }

  /** Where the socket is in its life. */
  get state(): SocketState {
    if (this.#stream !== undefined) return this.#stream.state
    if (this.#listener !== undefined) return 'listening'
    return this.#port === undefined ? 'unbound' : 'bound'
  }

  override readiness(): number {
    if (this.#stream !== undefined) return this.#stream.readiness()
    if (this.#accepts !== undefined) return this.#accepts.ready ? Poll.IN : 0
    return Poll.OUT | Poll.HUP
  }

  override bind(address: SocketAddress): Result {
    const refusal = this.#refusal('bind')
    if (refusal !== undefined) return refusal
    if (!isOf(this.#family, address)) return foreign(address)
    this.#port = this.#kernel.host.bind(address, this.#options)
    return 0
  }

  override listen(backlog: number): Result {
    const refusal = this.#refusal('listen')
    if (refusal !== undefined) return refusal
    if (this.#accepts !== undefined) {
      this.#accepts.backlog = backlog
      return 0
    }
    const accepts = new AcceptQueue<TcpSocket>(backlog)
    this.#port ??= this.#kernel.host.bind(wildcard(this.#family), this.#options)
    this.#listener = this.#port.listen(accepts.backlog, {
      onConnection: (connection) => {
        if (accepts.offer(connection, this.#kernel.turn, () => this.#adopt(connection))) this.#kernel.changed(this)
      },
      onError: (code) => {
        accepts.fail(code)
        this.#kernel.changed(this)
      },
    })
    this.#accepts = accepts
    this.#port = undefined
    return 0
  }

  override accept(): TcpSocket | ErrnoName {
    return this.#refusal('accept') ?? this.#accepts?.take(this.#kernel.turn) ?? 'EAGAIN'
  }

  override start(): void {
    this.#stream?.start()
  }

  override connect(address: SocketAddress): Result {
    const refusal = this.#refusal('connect')
    if (refusal !== undefined) {
      // The outcome of an attempt that nobody fetched yet is told first.
      return (this.state === 'refused' ? this.#stream?.takeError() : undefined) ?? refusal
    }
    if (!isOf(this.#family, address)) return foreign(address)
    const stream = this.#newStream('connecting')
    const from = this.#port ?? this.#kernel.host
    stream.attach(from.connect(address, stream))
    this.#port = undefined
    this.#stream = stream
    return 'EINPROGRESS'
  }

  override localAddress(): Address {
    const named = this.#stream?.connection ?? this.#listener ?? this.#port
    return named?.local ?? wildcard(this.#family)
  }

  override peerAddress(): Address | ErrnoName {
    return this.#refusal('getpeername') ?? this.origin() ?? 'ENOTCONN'
  }

  override origin(): Address | undefined {
    return this.#stream?.connection.remote
  }

  override arrived(): Result {
    return this.#refusal('read') ?? this.#stream?.arrived() ?? 'ENOTCONN'
  }

  override take(heap: Uint8Array, address: number, length: number, peek: boolean): number {
    return this.#stream?.take(heap, address, length, peek) ?? 0
  }

  override takePayload(max: number): Uint8Array {
    return this.#stream?.takePayload(max) ?? NOTHING
  }

  override room(wanted: number): Result {
    return this.#writeRefusal() ?? this.#stream?.room(wanted) ?? 'EPIPE'
  }

  override send(bytes: Uint8Array): void {
    this.#stream?.send(bytes)
  }

  override sendPayload(length: number): Result {
    return this.#writeRefusal() ?? this.#stream?.sendPayload(length) ?? 'EPIPE'
  }

  override outbox(): Outbox | undefined {
    return this.#stream?.outbox
  }

  override shutdown(receive: boolean, send: boolean): Result {
    return this.#refusal('shutdown') ?? this.#stream?.shutdown(receive, send) ?? 'ENOTCONN'
  }

  override getOption(name: OptionName): Result {
    if (name === 'acceptsConnections') return this.#accepts === undefined ? 0 : 1
    // Linux has no error to tell of a connect under way; but libuv, asked for a shutdown meanwhile, takes that for success.
    if (name === 'error') return this.#stream?.takeError() ?? (this.state === 'connecting' ? 'EINPROGRESS' : 0)
    if (name === 'ipv6Only' && this.#family === 'ipv4') return 'ENOPROTOOPT'
    return this.#options.get(name)
  }

  override setOption(name: OptionName, value: number): Result {
    if (name === 'ipv6Only') {
      if (this.#family === 'ipv4') return 'ENOPROTOOPT'
      if (this.state !== 'unbound') return 'EINVAL'
    }
    const before = this.#options.get(name)
    const result = this.#options.set(name, value)
    const stream = this.#stream
    if (result !== 0 || stream?.state !== 'connected') return result
    try {
      this.#options.update(stream.connection, name)
    } catch (error) {
      // What the host refuses is not remembered as if it had been granted.
      if (typeof before === 'number') this.#options.set(name, before)
      throw error
    }
    return 0
  }

  override close(): void {
    this.#port?.close()
    this.#listener?.close()
    for (const waiting of this.#accepts?.drain() ?? []) waiting.#stream?.abort()
    this.#stream?.close()
  }

  /** Makes the socket of a connection that came in; it inherits the listener's options, as on Linux. */
  #adopt(connection: HostConnection): TcpSocket {
    const socket = new TcpSocket(this.#family, this.#kernel)
    socket.#options.inherit(this.#options)
    const stream = socket.#newStream('connected')
    connection.events = stream
    stream.attach(connection)
    socket.#stream = stream
    return socket
  }

  #newStream(state: 'connecting' | 'connected'): TcpStream {
    return new TcpStream(state, this.#options, (bytes) => this.#kernel.changed(this, bytes))
  }

  #refusal(operation: SocketOperation): ErrnoName | undefined {
    const { state } = this
    // What the table says of every message need not be looked up for each.
    if (state === 'connected' && (operation === 'read' || operation === 'write')) return undefined
    const answer = TRANSITIONS[operation][state]
    return answer === 'ok' ? undefined : answer
  }

  /** A failed connection tells its error before it becomes a broken pipe. */
  #writeRefusal(): ErrnoName | undefined {
    return this.#stream?.takeError() ?? this.#refusal('write')
  }
}

const NOTHING = new Uint8Array(0)
