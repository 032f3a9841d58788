/**
 * A host that a test controls: it reports the events that the test makes, and records its calls. Nothing happens by
 * itself; the clock stops until the test advances it.
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
import type { KeepAliveProbes } from '../../src/host/contract/keep-alive.js'
import type { CancelLookup, LookupEvents, LookupFamily } from '../../src/host/contract/lookup.js'
import { FakeDatagram } from './fake-datagram.js'
import { failAs, loopback, type Wish } from './wishes.js'

/** One end of a connection; the other end is the test. */
export class FakeConnection extends HostConnection {
  local: Address
  remote: Address
  pending = 0
  /** Whether a write completes at once. */
  takesAtOnce = true
  /** Whether it can send within a call, and how many bytes more it accepts then. */
  sendsAtOnce = true
  room = Number.POSITIVE_INFINITY
  /** The errors that calls throw, by their names. */
  readonly fails: Partial<
    Record<'write' | 'tryWrite' | 'shutdown' | 'close' | 'reset' | 'setNoDelay' | 'setKeepAlive', Wish>
  > = {}
  /** The calls, in order. */
  readonly log: string[] = []
  /** The buffers of all writes, and copies of their bytes at that time. */
  readonly written: Uint8Array[] = []
  readonly sent: Uint8Array[] = []
  /** The buffers of all calls of `tryWrite()`. */
  readonly tried: Uint8Array[] = []
  /** Called within `tryWrite()`. */
  onTry = (): void => {}
  reading = false
  /** The result of `exposeDescriptor()`. */
  descriptor: number | undefined
  /** Whether it is connected, and whether the peer's end was reported. */
  stands = false
  peerEnded = false
  /** How it ended, if it has. */
  ended: 'closed' | 'reset' | 'failed' | undefined

  constructor(local: Address, remote: Address) {
    super()
    this.local = local
    this.remote = remote
  }

  write(data: Uint8Array): boolean {
    this.#asked('write', String(data.length))
    this.written.push(data)
    // If the write completes at once, the caller may overwrite its buffer.
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

  override setKeepAlive(enable: boolean, idle: number, probes?: KeepAliveProbes): void {
    const given = probes === undefined ? '' : ` ${probes.interval} ${probes.count}`
    this.#asked('setKeepAlive', `${enable} ${idle}${given}`)
  }

  /** Establishes the connection. */
  connect(): void {
    this.stands = true
    this.#live().onConnect()
  }

  /** Delivers bytes of the peer. */
  receive(data: Uint8Array | string): void {
    if (!this.reading) throw new Error('the test sent bytes to a connection that does not read')
    this.#live().onData(typeof data === 'string' ? new TextEncoder().encode(data) : data)
  }

  /** Reports the peer's end. */
  end(): void {
    if (!this.reading) throw new Error('the test ended a connection that does not read')
    this.peerEnded = true
    this.#live().onEnd()
  }

  /** Makes room for so many bytes. */
  makeRoom(bytes = Number.POSITIVE_INFINITY): void {
    this.room = bytes
    this.#live().onDrain()
  }

  /** Drains the pending bytes, except `left`. */
  drain(left = 0): void {
    this.pending = left
    if (left === 0) this.#live().onDrain()
  }

  /** Makes the connection fail. */
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

/** A listener with connections that the test makes. */
export class FakeListener extends HostListener {
  readonly local: Address
  readonly backlog: number
  closed = false
  /** The connections of peers. */
  readonly arrived: FakeConnection[] = []
  /** The value of {@link HostListener.freed}. */
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

  /**
   * Connects a peer.
   *
   * @param descriptor - the descriptor that the connection exposes
   * @param peer - its address; the next port of the loopback address by default
   */
  arrive(descriptor?: number, peer?: Address): FakeConnection {
    if (this.closed) throw new Error('the test connected to a closed listener')
    peer ??= loopback(this.#next, this.local.family)
    this.#next += 1
    const connection = new FakeConnection(this.local, peer)
    connection.stands = true
    connection.descriptor = descriptor
    this.arrived.push(connection)
    this.#events.onConnection(connection)
    return connection
  }

  /** Makes accepting fail. */
  fail(code: ErrnoName): void {
    this.#events.onError(code)
  }
}

/** A bound address. */
export class FakePort extends HostBoundSocket {
  readonly local: Address
  readonly options: BindOptions
  /** Whether it is only bound, used by a listener or a connection, or closed. */
  state: 'taken' | 'used' | 'closed' = 'taken'
  readonly #host: FakeHost

  constructor(host: FakeHost, local: Address, options: BindOptions) {
    super()
    this.#host = host
    this.local = local
    // A copy, since the kernel may change its object later.
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

/** A timer that fires when the test advances the clock. */
class FakeTimer implements HostTimer {
  /** The time in nanoseconds; `undefined` while it is not set. */
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

/** A lookup that was started. */
export interface FakeLookup {
  /** The name and the family, or the address and the port. */
  readonly question: string
  readonly events: LookupEvents
  cancelled: boolean
}

/** A host with events and a clock that the test controls. */
export class FakeHost extends Host {
  readonly name = 'fake'
  /** The clock, in nanoseconds. */
  now = 1e9
  /** The errors that calls throw, by their names. */
  readonly fails: Partial<Record<'bind' | 'listen' | 'connect' | 'clock' | 'lookup', Wish>> = {}
  readonly ports: FakePort[] = []
  readonly listeners: FakeListener[] = []
  /** Outgoing connections. */
  readonly connections: FakeConnection[] = []
  readonly datagrams: FakeDatagram[] = []
  readonly timers: FakeTimer[] = []
  /** The started lookups; the test answers them. */
  readonly lookups: FakeLookup[] = []
  /** The number of holds on the process. */
  keepers = 0
  override deliversInline = false
  /** Whether its sockets share ports. */
  shares = true
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

  override sharesPorts(): boolean {
    return this.shares
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

  /** Makes an outgoing connection, which the test establishes or fails. */
  connectFrom(local: Address, remote: Address, events: ConnectionEvents): FakeConnection {
    failAs(this.fails.connect)
    const connection = new FakeConnection(local, remote)
    connection.events = events
    this.connections.push(connection)
    return connection
  }

  /** The number of callbacks that wait for the end of this turn. */
  get deferred(): number {
    return this.#deferred.length
  }

  /** Makes one turn of the host's event loop: calls the waiting callbacks. @returns their number */
  turn(): number {
    const callbacks = this.#deferred
    this.#deferred = []
    for (const callback of callbacks) callback()
    return callbacks.length
  }

  /** The milliseconds that are left of each timer that is set. */
  get waits(): number[] {
    return this.timers.flatMap(({ due }) => (due === undefined ? [] : [(due - this.now) / 1e6]))
  }

  /** Advances the clock, and fires the timers that become due, in order. */
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

  /** The open connections, including those of peers. */
  live(): FakeConnection[] {
    const arrived = this.listeners.flatMap((listener) => listener.arrived)
    return [...this.connections, ...arrived].filter(({ ended }) => ended === undefined)
  }

  /** The sockets that the kernel has not closed, a line each. */
  open(): string[] {
    return [
      ...this.ports.filter(({ state }) => state === 'taken').map(({ local }) => `port ${local.port}`),
      ...this.listeners.filter(({ closed }) => !closed).map(({ local }) => `listener ${local.port}`),
      ...this.datagrams.filter(({ closed }) => !closed).map(({ local }) => `udp ${local.port}`),
      ...this.live().map(({ local, remote }) => `connection ${local.port} - ${remote.port}`),
    ]
  }
}
