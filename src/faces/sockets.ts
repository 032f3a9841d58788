/**
 * TCP connections with WinterTC's sockets API, which several runtimes share, over libuv in WebAssembly.
 *
 * @see https://sockets-api.proposal.wintertc.org
 */
import type { LookupFunction } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { formatHostPort } from '../base/endpoint.js'
import { readHost } from '../base/host-text.js'
import type { Loop } from '../uv/loop/loop.js'
import { type DuplexStreams, duplexStreams } from './duplex-streams.js'
import type { Socket as NetSocket } from './net/socket.js'
import { createNet, type Net, connect as netConnect } from './net.js'

/** The address to connect to. */
export interface SocketAddress {
  /** A host name or an IP address. */
  readonly hostname: string
  /** The port, 1 to 65,535. */
  readonly port: number
}

/** How to connect. */
export interface SocketOptions {
  /** `on` for TLS from the start, `starttls` to allow TLS later; `off` by default. */
  readonly secureTransport?: 'off' | 'on' | 'starttls' | undefined
  /** Whether the writable side stays open after the peer has ended (half-open); `false` by default. */
  readonly allowHalfOpen?: boolean | undefined
}

/** The two ends of a connection, each as `address:port`. */
export interface SocketInfo {
  /** The peer's address. */
  readonly remoteAddress: string
  /** The local address. */
  readonly localAddress: string
  /** The protocol negotiated within TLS (ALPN), if there is one. */
  readonly alpn: string | undefined
}

/** The failure of a socket. Its message says what went wrong, and its cause has the details. */
export class SocketError extends TypeError {
  /** Creates an error. @param message - what went wrong @param cause - the underlying error, with its `code` */
  constructor(message: string, cause?: unknown) {
    super(`SocketError: ${message}`, cause === undefined ? undefined : { cause })
    this.name = 'SocketError'
  }
}

/** A connection, as a pair of Web streams. */
export class Socket {
  /** The received bytes; supports reading into the caller's buffers. */
  readonly readable: ReadableStream<Uint8Array>
  /** Takes the bytes to send. */
  readonly writable: WritableStream<Uint8Array>
  /** Resolves when the connection is established; rejects with a {@link SocketError} when it cannot be. */
  readonly opened: Promise<SocketInfo>
  /** Resolves when the connection has ended; rejects with a {@link SocketError} when it failed. */
  readonly closed: Promise<undefined>
  /** Whether TLS is used, or may be. */
  readonly secureTransport: 'off' | 'on' | 'starttls'
  /** Whether {@link Socket.startTls} was called. */
  get upgraded(): boolean {
    return this.#upgraded
  }
  #upgraded = false
  readonly #hostname: string
  readonly #options: SocketOptions
  /** The TCP connection, and the stream to use: that connection, or TLS over it. */
  readonly #transport: NetSocket
  readonly #duplex: NetSocket | TLSSocket
  readonly #streams: DuplexStreams

  /** @internal */
  constructor(transport: NetSocket, hostname: string, options: SocketOptions) {
    const { secureTransport = 'off', allowHalfOpen = false } = options
    const duplex = secureTransport === 'on' ? connectTls({ socket: transport, host: hostname }) : transport
    duplex.allowHalfOpen = allowHalfOpen
    this.#options = options
    this.#transport = transport
    this.#duplex = duplex
    this.#hostname = hostname
    this.secureTransport = secureTransport
    this.#streams = duplexStreams(duplex, asSocketError)
    this.readable = this.#streams.readable
    this.writable = this.#streams.writable
    let failure: unknown
    duplex.on('error', (error) => {
      failure = error
    })
    const ready = secureTransport === 'on' ? 'secureConnect' : 'connect'
    this.opened = new Promise((resolve, reject) => {
      duplex.once(ready, () => resolve(infoOf(transport, duplex)))
      duplex.once('close', () => reject(asSocketError(failure ?? new Error('Cannot connect: the socket was closed'))))
    })
    this.closed = new Promise((resolve, reject) => {
      duplex.once('close', () => (failure === undefined ? resolve(undefined) : reject(asSocketError(failure))))
    })
    // Avoids unhandled rejections when the program uses neither promise.
    this.opened.catch(() => {})
    this.closed.catch(() => {})
  }

  /** Sends what was written, and ends the connection. @returns {@link Socket.closed} */
  close(): Promise<undefined> {
    if (this.#duplex.connecting) this.#duplex.destroy()
    else this.#duplex.destroySoon()
    return this.closed
  }

  /**
   * Starts TLS on the connection. This socket's streams end; the new socket's streams replace them.
   *
   * @throws {SocketError} when the socket was not created for it (`secureTransport: 'starttls'`), uses TLS already,
   *   or has a locked stream
   */
  startTls(): Socket {
    if (this.secureTransport !== 'starttls') {
      throw new SocketError(
        "Cannot start TLS: the socket was not created for it; connect with { secureTransport: 'starttls' }",
      )
    }
    if (this.#upgraded) {
      throw new SocketError('Cannot start TLS: startTls() was called already; use the socket that it returned')
    }
    if (this.readable.locked || this.writable.locked) {
      throw new SocketError('Cannot start TLS: a stream of the socket is locked; release the locks on both first')
    }
    this.#upgraded = true
    this.#streams.release()
    // TLS handles the peer's end itself.
    this.#transport.allowHalfOpen = true
    return new Socket(this.#transport, this.#hostname, { ...this.#options, secureTransport: 'on' })
  }
}

/**
 * Connects, on the background loop.
 *
 * @param address - `host:port`, or an object with both
 * @returns the socket, immediately; its `opened` resolves when the connection is established
 * @throws {SocketError} when the address or an option is not valid
 */
export function connect(address: SocketAddress | string, options: SocketOptions = {}): Socket {
  return connectOver(netConnect, address, options)
}

/**
 * Creates the API on the caller's own loop, which the caller runs. @throws {ArgumentError} when `loop` is not a loop
 */
export function createSockets({ loop }: { readonly loop: Loop }): { connect: typeof connect } {
  const net = createNet({ loop })
  return { connect: (address, options = {}) => connectOver(net.connect, address, options) }
}

function connectOver(dial: Net['connect'], address: SocketAddress | string, options: SocketOptions): Socket {
  const { hostname, port } = parse(address)
  const { secureTransport = 'off', allowHalfOpen = false } = options
  if (secureTransport !== 'off' && secureTransport !== 'on' && secureTransport !== 'starttls') {
    throw new SocketError(
      `Cannot use secureTransport '${String(secureTransport)}': it is neither 'off' nor 'on' nor 'starttls'`,
    )
  }
  const host = readHost(hostname)
  const name = host?.kind === 'name' ? host.name : hostname
  const socket = dial({
    host: name,
    port,
    allowHalfOpen: allowHalfOpen || secureTransport === 'on',
    ...(host === undefined ? { lookup: refuse } : undefined),
  })
  return new Socket(socket, name, options)
}

/** Replaces the resolver for a text that is neither an address nor a name; a resolver could take one for an address. */
const refuse: LookupFunction = (hostname, _options, callback) => {
  const error = new Error(`Cannot look up ${JSON.stringify(hostname)}: it is neither an IP address nor a name`)
  process.nextTick(callback, Object.assign(error, { code: 'ENOTFOUND', hostname }), [])
}

/** Parses an address. @throws {SocketError} when it is not valid */
function parse(address: SocketAddress | string): SocketAddress {
  const whole = typeof address === 'string' ? address.match(/^(?:\[(.+)\]|([^:]+)):(\d+)$/) : undefined
  const { hostname, port } =
    typeof address === 'string'
      ? { hostname: whole?.[1] ?? whole?.[2] ?? '', port: Number(whole?.[3]) }
      : { hostname: address.hostname, port: address.port }
  if (typeof hostname !== 'string' || hostname === '' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new SocketError(
      `Cannot connect to ${JSON.stringify(address)}: it is not an address; give 'example.org:80' or { hostname, port }`,
    )
  }
  return { hostname, port }
}

function infoOf(transport: NetSocket, duplex: NetSocket | TLSSocket): SocketInfo {
  const alpn = 'alpnProtocol' in duplex ? duplex.alpnProtocol : undefined
  return {
    remoteAddress: formatHostPort(String(transport.remoteAddress), Number(transport.remotePort)),
    localAddress: formatHostPort(String(transport.localAddress), Number(transport.localPort)),
    alpn: typeof alpn === 'string' ? alpn : undefined,
  }
}

function asSocketError(error: unknown): SocketError {
  return error instanceof SocketError
    ? error
    : new SocketError(error instanceof Error ? error.message : String(error), error)
}
