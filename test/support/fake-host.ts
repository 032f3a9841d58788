/**
 * A host without a world: it does what a test says, when the test says it, and writes down what it was asked for.
 * Nothing happens by itself; time stands still until the test moves it.
 */
import type { Address } from '../../src/base/address.js'
import type { ErrnoName } from '../../src/base/errno.js'
import {
  type ConnectionEvents,
  HostBoundSocket,
  HostConnection,
  HostListener,
  type ListenerEvents,
} from '../../src/host/contract/connection.js'
import type { DatagramBindOptions, DatagramEvents } from '../../src/host/contract/datagram.js'
import type { BindOptions } from '../../src/host/contract/error.js'
import { Host, type HostTimer } from '../../src/host/contract/host.js'
import type { CancelLookup, LookupEvents, LookupFamily } from '../../src/host/contract/lookup.js'
import { FakeDatagram } from './fake-datagram.js'
import { failAs, loopback, type Wish } from './wishes.js'

/** One end of a connection whose other end is the test. */
export class FakeConnection extends HostConnection {
  local: Address
  remote: Address
  pending = 0
  /** Whether a write is taken at once. */
  takesAtOnce = true
  /** Whether it can send at once, and how many bytes more it takes so. */
  sendsAtOnce = true
  room = Number.POSITIVE_INFINITY
  /** What a call shall throw, by the call's name. */
  readonly fails: Partial<
    Record<'write' | 'tryWrite' | 'shutdown' | 'close' | 'reset' | 'setNoDelay' | 'setKeepAlive', Wish>
  > = {}
  /** What was asked for, in order. */
  readonly log: string[] = []
  /** Every buffer that was written, as it was handed over, and what stood in it then. */
  readonly written: Uint8Array[] = []
  readonly sent: Uint8Array[] = []
  /** Every buffer that was to be sent at once, as it was handed over. */
  readonly tried: Uint8Array[] = []
  /** Called when bytes are to be sent at once. */
  onTry = (): void => {}
  reading = false
  /** What is lent to who asks. */
  descriptor: number | undefined
  /** Whether it is connected, and whether the peer's last byte was told. */
  stands = false
  peerEnded = false
  /** How it ended, when it did. */
  ended: 'closed' | 'reset' | 'failed' | undefined

  constructor(local: Address, remote: Address) {
    super()
    this.local = local
    this.remote = remote
  }

  write(data: Uint8Array): boolean {
    this.#asked('write', String(data.length))
    this.written.push(data)
    // What is taken at once is the caller's again, who may write over it.
    this.sent.push(data.slice())
    if (!this.takesAtOnce) this.pending += data.length
    return this.pending === 0
  }

  override get writesAtOnce(): boolean {
    return this.sendsAtOnce
  }

  override tryWrite(data: Uint8Array): number {
    if (!this.sendsAtOnce || this.pending > 0) throw new Error('tryWrite() was called where it must not be')
    this.#asked('tryWrite', String(data.length))
    this.onTry()
    this.tried.push(data)
    const taken = data.slice(0, this.room)
    this.room -= taken.length
    if (taken.length > 0) this.sent.push(taken)
    return taken.length
  }

  shutdown(): void {
    this.#asked('shutdown')
  }

  override exposeDescriptor(): number | undefined {
    return this.descriptor
  }

  readStart(): void {
    this.log.push('readStart')
    this.reading = true
  }

  readStop(): void {
    this.log.push('readStop')
    this.reading = false
  }

  close(): void {
    this.#asked('close')
    this.ended = 'closed'
  }

  override reset(): void {
    this.#asked('reset')
    this.ended = 'reset'
  }

  override setNoDelay(enable: boolean): void {
    this.#asked('setNoDelay', String(enable))
  }

  override setKeepAlive(enable: boolean, idle: number): void {
    this.#asked('setKeepAlive', `${enable} ${idle}`)
  }

  /** The connection stands. */
  connect(): void {
    this.stands = true
    this.#live().onConnect()
  }

  /** Bytes come from the peer. */
  receive(data: Uint8Array | string): void {
    if (!this.reading) throw new Error('the test sent bytes to a connection that does not read')
    this.#live().onData(typeof data === 'string' ? new TextEncoder().encode(data) : data)
  }

  /** The peer's last byte has come. */
  end(): void {
    if (!this.reading) throw new Error('the test ended a connection that does not read')
    this.peerEnded = true
    this.#live().onEnd()
  }

  /** The outside takes bytes again, so many at once. */
  makeRoom(bytes = Number.POSITIVE_INFINITY): void {
    this.room = bytes
    this.#live().onDrain()
  }

  /** The outside takes what is pending: all of it, or all but `left` bytes. */
  drain(left = 0): void {
    this.pending = left
    if (left === 0) this.#live().onDrain()
  }

  /** The connection fails. */
  fail(code: ErrnoName): void {
    const events = this.#live()
    this.ended = 'failed'
    this.pending = 0
    events.onError(code)
  }

  #asked(call: keyof FakeConnection['fails'], value = ''): void {
    this.log.push(`${call} ${value}`.trim())
    failAs(this.fails[call])
  }

  #live(): ConnectionEvents {
    if (this.ended !== undefined) throw new Error(`the test told something of a connection that is ${this.ended}`)
    if (this.events === undefined) throw new Error('nobody listens to this connection')
    return this.events
  }
}

/** A listener whose connections the test makes. */
export class FakeListener extends HostListener {
  readonly local: Address
  readonly backlog: number
  closed = false
  /** Connections that came in. */
  readonly arrived: FakeConnection[] = []
  /** What {@link HostListener.freed} shall be. */
  frees: Promise<void> | undefined
  readonly #events: ListenerEvents
  #next = 50_000

  constructor(local: Address, backlog: number, events: ListenerEvents) {
    super()
    this.local = local
    this.backlog = backlog
    this.#events = events
  }

  close(): void {
    if (this.closed) throw new Error('a listener was closed twice')
    this.closed = true
  }

  override get freed(): Promise<void> | undefined {
    return this.frees
  }

  /** A peer connects. @param descriptor - what the connection lends */
  arrive(descriptor?: number): FakeConnection {
    if (this.closed) throw new Error('the test connected to a closed listener')
    const connection = new FakeConnection(this.local, loopback(this.#next, this.local.family))
    this.#next += 1
    connection.stands = true
    connection.descriptor = descriptor
    this.arrived.push(connection)
    this.#events.onConnection(connection)
    return connection
  }

  /** Accepting fails. */
  fail(code: ErrnoName): void {
    this.#events.onError(code)
  }
}

/** An address that was taken. */
export class FakePort extends HostBoundSocket {
  readonly local: Address
  readonly options: BindOptions
  /** What became of it. */
  state: 'taken' | 'used' | 'closed' = 'taken'
  readonly #host: FakeHost

  constructor(host: FakeHost, local: Address, options: BindOptions) {
    super()
    this.#host = host
    this.local = local
    // The kernel's own object may change later; what counts is what it said now.
    this.options = { ipv6Only: options.ipv6Only, reusePort: options.reusePort }
  }

  close(): void {
    this.state = 'closed'
  }

  override listen(backlog: number, events: ListenerEvents): HostListener {
    failAs(this.#host.fails.listen)
    this.state = 'used'
    const listener = new FakeListener(this.local, backlog, events)
    this.#host.listeners.push(listener)
    return listener
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    const connection = this.#host.connectFrom(this.local, remote, events)
    this.state = 'used'
    return connection
  }
}

/** A timer that ends when the test moves the clock. */
class FakeTimer implements HostTimer {
  /** Nanoseconds; `undefined` while it is not set. */
  due: number | undefined
  readonly callback: () => void
  readonly #host: FakeHost

  constructor(host: FakeHost, callback: () => void) {
    this.#host = host
    this.callback = callback
  }

  set(ms: number): void {
    this.due = this.#host.now + ms * 1e6
  }

  clear(): void {
    this.due = undefined
  }
}

/** A lookup that was asked for. */
export interface FakeLookup {
  /** The name and the family, or the address and the port. */
  readonly question: string
  readonly events: LookupEvents
  cancelled: boolean
}

/** See the top of the file. */
export class FakeHost extends Host {
  readonly name = 'fake'
  /** The clock, in nanoseconds. */
  now = 1e9
  /** What a call shall throw, by the call's name. */
  readonly fails: Partial<Record<'bind' | 'listen' | 'connect' | 'clock' | 'lookup', Wish>> = {}
  readonly ports: FakePort[] = []
  readonly listeners: FakeListener[] = []
  /** Outgoing connections. */
  readonly connections: FakeConnection[] = []
  readonly datagrams: FakeDatagram[] = []
  readonly timers: FakeTimer[] = []
  /** Lookups that were asked for; the test answers them. */
  readonly lookups: FakeLookup[] = []
  /** How many hold the process. */
  keepers = 0
  override deliversInline = false
  #deferred: (() => void)[] = []
  #nextPort = 40_000

  clock(): number {
    failAs(this.fails.clock)
    return this.now
  }

  wallClock(): number {
    return 1_700_000_000_000 + this.now / 1e6
  }

  defer(callback: () => void): void {
    this.#deferred.push(callback)
  }

  timer(callback: () => void): HostTimer {
    const timer = new FakeTimer(this, callback)
    this.timers.push(timer)
    return timer
  }

  override keepAlive(): () => void {
    this.keepers++
    return () => {
      this.keepers--
    }
  }

  override bind(local: Address, options: BindOptions): HostBoundSocket {
    failAs(this.fails.bind)
    const port = new FakePort(this, { ...local, port: local.port || this.#nextPort++ }, options)
    this.ports.push(port)
    return port
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    return this.connectFrom(loopback(this.#nextPort++, remote.family), remote, events)
  }

  override interfaces(): ReadonlyMap<string, number> {
    return new Map([
      ['lo', 1],
      ['eth0', 2],
    ])
  }

  override lookup(name: string, family: LookupFamily, events: LookupEvents): CancelLookup {
    return this.#look(`${name} ${family}`, events)
  }

  override reverse({ host, port }: Address, events: LookupEvents): CancelLookup {
    return this.#look(`${host} ${port}`, events)
  }

  #look(question: string, events: LookupEvents): CancelLookup {
    failAs(this.fails.lookup)
    const lookup: FakeLookup = { question, events, cancelled: false }
    this.lookups.push(lookup)
    return () => {
      lookup.cancelled = true
    }
  }

  override bindDatagram(local: Address, options: DatagramBindOptions, events: DatagramEvents): FakeDatagram {
    failAs(this.fails.bind)
    const socket = new FakeDatagram({ ...local, port: local.port || this.#nextPort++ }, options, events)
    this.datagrams.push(socket)
    return socket
  }

  /** An outgoing connection; the test decides what comes of it. */
  connectFrom(local: Address, remote: Address, events: ConnectionEvents): FakeConnection {
    failAs(this.fails.connect)
    const connection = new FakeConnection(local, remote)
    connection.events = events
    this.connections.push(connection)
    return connection
  }

  /** How many callbacks wait for the end of this turn. */
  get deferred(): number {
    return this.#deferred.length
  }

  /** One turn of the host's event loop: calls back who waits at this moment. @returns how many there were */
  turn(): number {
    const callbacks = this.#deferred
    this.#deferred = []
    for (const callback of callbacks) callback()
    return callbacks.length
  }

  /** The timers that are set, by how many milliseconds are left of each. */
  get waits(): number[] {
    return this.timers.flatMap(({ due }) => (due === undefined ? [] : [(due - this.now) / 1e6]))
  }

  /** Lets time go by; timers that are due call back, in order. */
  advance(ms: number): void {
    const end = this.now + ms * 1e6
    for (;;) {
      const [next] = this.timers
        .filter(({ due }) => due !== undefined && due <= end)
        .sort((a, b) => (a.due ?? 0) - (b.due ?? 0))
      if (next === undefined) break
      this.now = Math.max(this.now, next.due ?? 0)
      next.due = undefined
      next.callback()
    }
    this.now = end
  }

  /** The connections that are not over, those that came in too. */
  live(): FakeConnection[] {
    const arrived = this.listeners.flatMap((listener) => listener.arrived)
    return [...this.connections, ...arrived].filter(({ ended }) => ended === undefined)
  }

  /** What the kernel has not let go of, a line each. */
  open(): string[] {
    return [
      ...this.ports.filter(({ state }) => state === 'taken').map(({ local }) => `port ${local.port}`),
      ...this.listeners.filter(({ closed }) => !closed).map(({ local }) => `listener ${local.port}`),
      ...this.datagrams.filter(({ closed }) => !closed).map(({ local }) => `udp ${local.port}`),
      ...this.live().map(({ local, remote }) => `connection ${local.port} - ${remote.port}`),
    ]
  }
}
