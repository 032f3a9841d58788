/**
 * An environment for testing a host. It watches every connection and notes what the contract always forbids (an event
 * before the call that caused it has returned, data while reading is stopped, an event after the end); such a violation
 * fails the test when it ends.
 */

import type { Address, SocketAddress } from '../../../src/base/address.js'
import type { HostBoundSocket, HostListener } from '../../../src/host/contract/connection.js'
import type { BindOptions } from '../../../src/host/contract/error.js'
import { HostError } from '../../../src/host/contract/error.js'
import type { Host } from '../../../src/host/contract/host.js'
import { soon } from '../../support/deadline.js'
import { expect, refuse, test } from '../../support/harness.js'
import { Socket } from './socket.js'

/** A host to test, and how to list what it has not released. */
export interface Subject {
  readonly host: Host
  /** What is still held, a line each; must be empty in the end. */
  leaks?(): string[]
}

/** Makes a host for one test. */
export type MakeHost = () => Subject

/** The features that a host may refuse. */
export type Feature =
  | 'ipv6'
  | 'reusePort'
  | 'connectFromPort'
  | 'localAtOnce'
  | 'ipv6Only'
  | 'quietPort'
  | 'reset'
  | 'noDelay'
  | 'keepAlive'
  | 'lookup'
  | 'datagrams'
  | 'shareDatagrams'
  | 'unix'

/** What a test file states about its host. */
export interface ContractOptions {
  /** The features it refuses, with the reason; the refusal itself is tested. */
  readonly refuses?: Partial<Record<Feature, string>>
}

/** Registers tests of one host. */
export interface Contract {
  /** Registers a test that every host must pass. */
  test(name: string, body: (lab: Lab) => Promise<void>): void
  /** Registers a test of a feature. For a host that refuses the feature, the refusal is tested instead. */
  testWith(feature: Feature, name: string, body: (lab: Lab) => Promise<void>): void
  readonly options: ContractOptions
}

/**
 * Binds a contract's tests to a host.
 *
 * @param about - the feature that all of them are about, where there is one
 */
export function contract(make: MakeHost, options: ContractOptions = {}, about?: Feature): Contract {
  const reasonFor = (feature: Feature | undefined) => feature && options.refuses?.[feature]
  const register = (reason: string | undefined, name: string, body: (lab: Lab) => Promise<void>): void => {
    if (reason === undefined) test(name, () => Lab.try(make, body))
    else refuse(name, reason)
  }
  return {
    options,
    test: (name, body) => register(reasonFor(about), name, body),
    testWith: (feature, name, body) => register(reasonFor(about) ?? reasonFor(feature), name, body),
  }
}

/** The options of bind() unless a test gives others. */
export const PLAIN: BindOptions = { ipv6Only: false, reusePort: false }

/** `127.0.0.1` or another IPv4 address. */
export const v4 = (port = 0, host = '127.0.0.1'): Address => ({ family: 'ipv4', host, port })

/** `::1` or another IPv6 address. */
export const v6 = (port = 0, host = '::1'): Address => ({ family: 'ipv6', host, port, flowInfo: 0, scopeId: 0 })

/**
 * The code of the {@link HostError} that `call` throws. If it throws none, returns `otherwise`, or fails without it.
 */
export function refusal(call: () => unknown, otherwise?: string): string {
  try {
    call()
  } catch (error) {
    if (error instanceof HostError) return error.code
    throw error
  }
  if (otherwise !== undefined) return otherwise
  throw new Error('expected a refusal, but the call succeeded')
}

/** An environment for one test of a host. */
export class Lab {
  readonly host: Host
  readonly #leaks: () => string[]
  readonly #violations: string[] = []
  readonly #sockets: Socket<SocketAddress>[] = []
  readonly #closers: (() => void)[] = []
  #inCall = false

  private constructor({ host, leaks }: Subject) {
    this.host = host
    this.#leaks = leaks ?? (() => [])
  }

  /** Runs a test in a lab of its own; afterwards everything must be released. */
  static async try(make: MakeHost, body: (lab: Lab) => Promise<void>): Promise<void> {
    const lab = new Lab(make())
    const release = lab.host.keepAlive()
    try {
      await body(lab)
      lab.#closeAll()
      await lab.#released()
      expect(lab.#violations).toEqual([])
    } finally {
      lab.#closeAll()
      release()
    }
  }

  /** Notes what the contract forbids. */
  violation(text: string): void {
    this.#violations.push(text)
  }

  /** What the host holds, a line each, without the bytes that a network still carries to a peer. */
  held(): string[] {
    return this.#leaks().filter((line) => !line.endsWith(' leaving'))
  }

  /** Registers a function to call at the end of the test. */
  atEnd(close: () => void): void {
    this.#closers.push(close)
  }

  /** Calls the host; no event may come before the call has returned. */
  call<T>(call: () => T): T {
    const outer = this.#inCall
    this.#inCall = true
    try {
      return call()
    } finally {
      this.#inCall = outer
    }
  }

  /** Whether a call of the host has not returned yet. */
  get inCall(): boolean {
    return this.#inCall
  }

  /** Binds an address; the socket is closed at the end of the test. */
  bind(local: Address = v4(), options: Partial<BindOptions> = {}): HostBoundSocket {
    const port = this.call(() => this.host.bind(local, { ...PLAIN, ...options }))
    this.#closers.push(() => port.close())
    return port
  }

  /** Listens, by default on a free IPv4 port. */
  listen(on: Address | HostBoundSocket = v4(), options: Partial<BindOptions> = {}): Listener {
    const port = 'family' in on ? this.bind(on, options) : on
    const listener = new Listener(this, port)
    this.#closers.push(() => listener.close())
    return listener
  }

  /**
   * A port that is free in IPv6 and in IPv4. An IPv6-only socket that asks for any port may get one that another
   * program has in IPv4.
   */
  freePort(): number {
    const both = this.bind(v6(0, '::'))
    const { port } = both.local
    both.close()
    return port
  }

  /** Starts to connect, from a bound address if one is given. */
  connect(remote: Address, from?: HostBoundSocket): Socket {
    const socket = this.socket('client')
    socket.connection = this.call(() => (from ?? this.host).connect(remote, socket))
    return socket
  }

  /** Two ends of an established connection; neither reads yet. */
  async pair(listener: Listener = this.listen()): Promise<{ client: Socket; server: Socket }> {
    const client = this.connect(listener.local)
    const server = await listener.accept()
    await client.until('onConnect', () => client.saw('connect'))
    return { client, server }
  }

  /** A watched socket that has no connection yet. */
  socket<At extends SocketAddress = Address>(name: string): Socket<At> {
    const socket = new Socket<At>(this, `${name} ${this.#sockets.length}`)
    this.#sockets.push(socket)
    return socket
  }

  /** A turn of the host's event loop. */
  turn(): Promise<void> {
    return soon(new Promise((resolve) => this.host.defer(resolve)), 'defer() to call back')
  }

  /** Returns a few turns later, when the addresses of closed sockets are free again. */
  async soon(): Promise<void> {
    for (let turns = 0; turns < 3; turns++) await this.turn()
  }

  /**
   * Returns when all bytes sent before must have arrived: another connection was opened, used in both directions and
   * closed, and the event loop has turned.
   */
  async settle(): Promise<void> {
    const listener = this.listen()
    const { client, server } = await this.pair(listener)
    server.readStart()
    client.readStart()
    client.write(new Uint8Array(1))
    await server.until('a byte', () => server.received === 1)
    server.write(new Uint8Array(1))
    await client.until('a byte', () => client.received === 1)
    client.close()
    server.close()
    listener.close()
    await this.soon()
  }

  #closeAll(): void {
    for (const socket of this.#sockets) socket.close()
    for (const close of this.#closers.splice(0)) close()
  }

  async #released(): Promise<void> {
    let waiting = true
    const empty = async (): Promise<void> => {
      // Late events would come within these turns.
      for (let turns = 0; turns < 5; turns++) await this.turn()
      while (waiting && this.#leaks().length > 0) await this.turn()
    }
    try {
      await soon(empty(), 'everything to be released')
    } catch (error) {
      throw new Error(`still held: ${this.#leaks().join(', ')}`, { cause: error })
    } finally {
      waiting = false
    }
  }
}

/** A listener, and the connections that it accepted. */
export class Listener<At extends SocketAddress = Address> {
  readonly #lab: Lab
  readonly #listener: HostListener<At>
  readonly #accepted: Socket<At>[] = []
  readonly #waiting: ((socket: Socket<At>) => void)[] = []
  #closed = false
  /** Called with a connection within the call that reports it. */
  onAccept: (socket: Socket<At>) => void = () => {}

  constructor(lab: Lab, port: HostBoundSocket<At>) {
    this.#lab = lab
    this.#listener = lab.call(() =>
      port.listen(1024, {
        onConnection: (connection) => {
          if (lab.inCall) lab.violation('onConnection during a call')
          if (this.#closed) lab.violation('onConnection after close()')
          const socket = lab.socket<At>('server')
          socket.connection = connection
          connection.events = socket
          this.onAccept(socket)
          const waiting = this.#waiting.shift()
          if (waiting === undefined) this.#accepted.push(socket)
          else waiting(socket)
        },
        onError: (code) => lab.violation(`the listener failed with ${code}`),
      }),
    )
  }

  /** Its address. */
  get local(): At {
    return this.#listener.local
  }

  /** The next connection. */
  async accept(): Promise<Socket<At>> {
    const next = this.#accepted.shift()
    return next ?? soon(new Promise((resolve) => this.#waiting.push(resolve)), 'onConnection')
  }

  /** Stops listening; a second call does nothing. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#lab.call(() => this.#listener.close())
  }
}
