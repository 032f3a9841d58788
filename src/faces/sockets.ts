/**
 * TCP in the words of WinterTC's sockets API, which several runtimes share, over libuv in WebAssembly.
 *
 * @see https://sockets-api.proposal.wintertc.org
 */
import type { LookupFunction } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { formatHostPort } from '../base/endpoint.js'
import { readHost } from '../base/host-text.js'
import type { Loop } from '../uv/loop.js'
import { type DuplexStreams, duplexStreams } from './duplex-streams.js'
import type { Socket as NetSocket } from './net/socket.js'
import { createNet, type Net, connect as netConnect } from './net.js'

/** Whom to connect to. */
export interface SocketAddress {
  /** A name or an IP address. */
  readonly hostname: string
  /** 1 to 65,535. */
  readonly port: number
}

/** How to connect. */
export interface SocketOptions {
  /** `on` for TLS from the beginning, `starttls` for who will ask for it later; `off` by default. */
  readonly secureTransport?: 'off' | 'on' | 'starttls' | undefined
  /** Whether one may go on writing when the peer has ended; not by default. */
  readonly allowHalfOpen?: boolean | undefined
}

/** Who is connected with whom, each as `address:port`. */
export interface SocketInfo {
  /** The peer. */
  readonly remoteAddress: string
  /** This end. */
  readonly localAddress: string
  /** The protocol that was agreed upon within TLS, if one was. */
  readonly alpn: string | undefined
}

/** What went wrong with a socket, in its message; its cause says it in detail. */
export class SocketError extends TypeError {
  /** @param message - what went wrong @param cause - the error below, with its `code` */
  constructor(message: string, cause?: unknown) {
    super(`SocketError: ${message}`, cause === undefined ? undefined : { cause })
    this.name = 'SocketError'
  }
}

/** A connection that is made, and its two streams. */
export class Socket {
  /** What comes; it can be read into buffers of one's own. */
  readonly readable: ReadableStream<Uint8Array>
  /** What goes. */
  readonly writable: WritableStream<Uint8Array>
  /** Kept when the connection stands; rejected with a {@link SocketError} when it will not. */
  readonly opened: Promise<SocketInfo>
  /** Kept when the connection is over; rejected with a {@link SocketError} when it failed. */
  readonly closed: Promise<undefined>
  /** Whether there is TLS, or may be. */
  readonly secureTransport: 'off' | 'on' | 'starttls'
  /** Whether {@link Socket.startTls} was called. */
  get upgraded(): boolean {
    return this.#upgraded
  }
  #upgraded = false
  readonly #hostname: string
  readonly #options: SocketOptions
  /** The connection, and what is spoken to: the same, or TLS over it. */
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
      duplex.once('close', () => reject(asSocketError(failure ?? new Error('the socket was closed'))))
    })
    this.closed = new Promise((resolve, reject) => {
      duplex.once('close', () => (failure === undefined ? resolve(undefined) : reject(asSocketError(failure))))
    })
    // Who does not look at them does not want to know.
    this.opened.catch(() => {})
    this.closed.catch(() => {})
  }

  /** Sends what was written, and ends the connection. @returns what `closed` is */
  close(): Promise<undefined> {
    if (this.#duplex.connecting) this.#duplex.destroy()
    else this.#duplex.destroySoon()
    return this.closed
  }

  /**
   * Puts TLS over the connection. This socket's streams are over; those of the new one take their place.
   *
   * @throws {SocketError} when the socket was not made for it (`secureTransport: 'starttls'`), has TLS already, or somebody
   *   still holds one of its streams
   */
  startTls(): Socket {
    if (this.secureTransport !== 'starttls') throw new SocketError("connect with { secureTransport: 'starttls' } first")
    if (this.#upgraded) throw new SocketError('startTls() was called already')
    if (this.readable.locked || this.writable.locked) throw new SocketError('release the locks on both streams first')
    this.#upgraded = true
    this.#streams.release()
    // TLS is its own judge of the end.
    this.#transport.allowHalfOpen = true
    return new Socket(this.#transport, this.#hostname, { ...this.#options, secureTransport: 'on' })
  }
}

/**
 * Connects, on the loop that runs by itself.
 *
 * @param address - `host:port`, or both apart
 * @returns at once; `opened` tells when the connection stands
 * @throws {SocketError} when the address or an option is something else
 */
export function connect(address: SocketAddress | string, options: SocketOptions = {}): Socket {
  return connectOver(netConnect, address, options)
}

/** The same API on a loop of one's own, which its owner runs. @throws {ArgumentError} when it is no loop */
export function createSockets({ loop }: { readonly loop: Loop }): { connect: typeof connect } {
  const net = createNet({ loop })
  return { connect: (address, options = {}) => connectOver(net.connect, address, options) }
}

function connectOver(dial: Net['connect'], address: SocketAddress | string, options: SocketOptions): Socket {
  const { hostname, port } = parse(address)
  const { secureTransport = 'off', allowHalfOpen = false } = options
  if (secureTransport !== 'off' && secureTransport !== 'on' && secureTransport !== 'starttls') {
    throw new SocketError(`secureTransport ${String(secureTransport)} is neither 'off' nor 'on' nor 'starttls'`)
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

/** In place of the resolver, for what is neither an address nor a name: a program that reads it may see one in it. */
const refuse: LookupFunction = (hostname, _options, callback) => {
  const error = new Error(`${JSON.stringify(hostname)} is neither an IP address nor a name`)
  process.nextTick(callback, Object.assign(error, { code: 'ENOTFOUND', hostname }), [])
}

/** Takes an address apart. @throws {SocketError} when it is none */
function parse(address: SocketAddress | string): SocketAddress {
  const whole = typeof address === 'string' ? address.match(/^(?:\[(.+)\]|([^:]+)):(\d+)$/) : undefined
  const { hostname, port } =
    typeof address === 'string'
      ? { hostname: whole?.[1] ?? whole?.[2] ?? '', port: Number(whole?.[3]) }
      : { hostname: address.hostname, port: address.port }
  if (typeof hostname !== 'string' || hostname === '' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new SocketError(`${JSON.stringify(address)} is no address; give 'example.org:80' or { hostname, port }`)
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
