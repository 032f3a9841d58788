/**
 * The guest's end of the worker driver: a host whose sockets are in another thread. What the contract wants at once (bind,
 * listen, connect) waits for the parent's answer; everything else is a record in a ring, and costs no waiting.
 */
import type { Address } from '../abi/address.js'
import type { ErrnoName } from '../abi/errno.js'
import {
  type BindOptions,
  type ConnectionEvents,
  Host,
  HostConnection,
  HostError,
  HostListener,
  HostPort,
  type HostTimer,
  type ListenerEvents,
} from '../host/host.js'
import { type Arrival, type Call, decodeText, encode, type Reply, ToGuest, ToParent } from './protocol.js'
import { largestPayload, type OnRecord, RingReader, RingWriter } from './ring.js'

/** The two rings of a guest, as its thread sees them. */
export interface Wires {
  readonly toParent: SharedArrayBuffer
  readonly toGuest: SharedArrayBuffer
}

interface Waiting {
  readonly kind: number
  readonly id: number
  readonly payload: Uint8Array
}

/** Sends and receives records; blocks where an answer or room is waited for. */
export class Wire {
  readonly #out: RingWriter
  readonly #in: RingReader
  readonly #largest: number
  readonly #objects = new Map<number, (kind: number, payload: Uint8Array) => void>()
  /** Records that came while an answer was waited for. */
  #late: Waiting[] = []
  #reply: Reply | undefined

  /** @param wires - the rings */
  constructor({ toParent, toGuest }: Wires) {
    this.#out = new RingWriter(toParent)
    this.#in = new RingReader(toGuest)
    this.#largest = largestPayload(toParent)
  }

  /** Sends a record; long payloads go in pieces. */
  post(kind: number, id: number, payload: Uint8Array = NOTHING): void {
    for (let at = 0; at < payload.length || at === 0; at += this.#largest) {
      const piece = payload.length <= this.#largest ? payload : payload.subarray(at, at + this.#largest)
      while (!this.#out.write(kind, id, piece)) this.#out.waitForRoom()
    }
  }

  /** Asks the parent and waits. @throws {HostError} its refusal */
  call(call: Call): { readonly id: number; readonly local: Address; readonly remote?: Address } {
    this.post(ToParent.CALL, 0, encode(call))
    this.#out.publish()
    let reply = this.#takeReply()
    while (reply === undefined) {
      if (!this.#in.drain(this.#keep)) this.#in.sleep(Number.POSITIVE_INFINITY)
      reply = this.#takeReply()
    }
    if ('error' in reply) throw new HostError(reply.error, reply.message)
    return reply
  }

  /** Says who is told of an object's records; `undefined` ends it. */
  route(id: number, receive: ((kind: number, payload: Uint8Array) => void) | undefined): void {
    if (receive === undefined) this.#objects.delete(id)
    else this.#objects.set(id, receive)
  }

  /** Delivers what has come. @returns whether there was anything */
  deliver(): boolean {
    const late = this.#late
    this.#late = []
    for (const { kind, id, payload } of late) this.#dispatch(kind, id, payload)
    return this.#in.drain(this.#dispatch) || late.length > 0
  }

  /** Lets the parent see what was sent, and sleeps until something comes. @param timeout - milliseconds */
  sleep(timeout: number): void {
    this.#out.publish()
    if (this.#late.length === 0) this.#in.sleep(timeout)
  }

  /** Lets the parent see what was sent. */
  flush(): void {
    this.#out.publish()
  }

  #takeReply(): Reply | undefined {
    const reply = this.#reply
    this.#reply = undefined
    return reply
  }

  readonly #dispatch: OnRecord = (kind, id, payload) => {
    this.#objects.get(id)?.(kind, payload)
  }

  readonly #keep: OnRecord = (kind, id, payload) => {
    if (kind === ToGuest.REPLY) this.#reply = JSON.parse(decodeText(payload)) as Reply
    else this.#late.push({ kind, id, payload: payload.slice() })
  }
}

/** A host over a {@link Wire}. */
export class RemoteHost extends Host {
  readonly name = 'remote'
  readonly #wire: Wire

  /** @param wire - to the thread that has the sockets */
  constructor(wire: Wire) {
    super()
    this.#wire = wire
  }

  override clock(): number {
    return performance.now() * 1e6
  }

  override wallClock(): number {
    return Date.now()
  }

  override defer(): void {
    throw new HostError('ENOTSUP', 'a thread that blocks has no turns')
  }

  override timer(): HostTimer {
    throw new HostError('ENOTSUP', 'a thread that blocks has no timers')
  }

  override bind(local: Address, { ipv6Only, reusePort }: BindOptions): HostPort {
    const reply = this.#wire.call({ call: 'bind', local, options: { ipv6Only, reusePort } })
    return new RemotePort(this.#wire, reply.id, reply.local)
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    return connect(this.#wire, { call: 'connect', remote }, events)
  }
}

function connect(wire: Wire, call: Call & { call: 'connect' }, events: ConnectionEvents): HostConnection {
  const { id, local, remote } = wire.call(call)
  const connection = new RemoteConnection(wire, id, local, remote ?? call.remote)
  connection.events = events
  return connection
}

class RemotePort extends HostPort {
  readonly local: Address
  readonly #wire: Wire
  readonly #id: number

  constructor(wire: Wire, id: number, local: Address) {
    super()
    this.#wire = wire
    this.#id = id
    this.local = local
  }

  override close(): void {
    this.#wire.post(ToParent.CLOSE, this.#id)
  }

  override listen(backlog: number, events: ListenerEvents): HostListener {
    const { id, local } = this.#wire.call({ call: 'listen', port: this.#id, backlog })
    return new RemoteListener(this.#wire, id, local, events)
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    return connect(this.#wire, { call: 'connect', remote, port: this.#id }, events)
  }
}

class RemoteListener extends HostListener {
  readonly local: Address
  readonly #wire: Wire
  readonly #id: number

  constructor(wire: Wire, id: number, local: Address, events: ListenerEvents) {
    super()
    this.#wire = wire
    this.#id = id
    this.local = local
    wire.route(id, (kind, payload) => {
      const text = decodeText(payload)
      if (kind === ToGuest.LISTEN_ERROR) return events.onError(text as ErrnoName)
      const { id: peer, local: here, remote } = JSON.parse(text) as Arrival
      events.onConnection(new RemoteConnection(wire, peer, here, remote))
    })
  }

  override close(): void {
    this.#wire.route(this.#id, undefined)
    this.#wire.post(ToParent.CLOSE, this.#id)
  }
}

class RemoteConnection extends HostConnection {
  local: Address
  remote: Address
  pending = 0
  readonly #wire: Wire
  readonly #id: number

  constructor(wire: Wire, id: number, local: Address, remote: Address) {
    super()
    this.#wire = wire
    this.#id = id
    this.local = local
    this.remote = remote
    wire.route(id, (kind, payload) => this.#receive(kind, payload))
  }

  override write(data: Uint8Array): boolean {
    this.#wire.post(ToParent.WRITE, this.#id, data)
    this.pending += data.length
    return data.length === 0
  }

  override shutdown(): void {
    this.#wire.post(ToParent.SHUTDOWN, this.#id)
  }

  override readStart(): void {
    this.#wire.post(ToParent.READ_START, this.#id)
  }

  override readStop(): void {
    this.#wire.post(ToParent.READ_STOP, this.#id)
  }

  override close(): void {
    this.#end(ToParent.CLOSE)
  }

  override reset(): void {
    this.#end(ToParent.RESET)
  }

  override setNoDelay(enable: boolean): void {
    this.#wire.post(ToParent.NO_DELAY, this.#id, Uint8Array.of(enable ? 1 : 0))
  }

  override setKeepAlive(enable: boolean, idle: number): void {
    this.#wire.post(ToParent.KEEP_ALIVE, this.#id, new Uint8Array(Uint32Array.of(enable ? idle : 0).buffer))
  }

  #end(kind: number): void {
    this.#wire.route(this.#id, undefined)
    this.#wire.post(kind, this.#id)
  }

  #receive(kind: number, payload: Uint8Array): void {
    const events = this.events
    if (kind === ToGuest.DATA) events?.onData(payload.slice())
    else if (kind === ToGuest.TAKEN) {
      this.pending -= new DataView(payload.buffer, payload.byteOffset).getUint32(0, true)
      if (this.pending === 0) events?.onDrain()
    } else if (kind === ToGuest.CONNECT) {
      const { local, remote } = JSON.parse(decodeText(payload)) as Arrival
      this.local = local
      this.remote = remote
      events?.onConnect()
    } else if (kind === ToGuest.END) events?.onEnd()
    else if (kind === ToGuest.ERROR) {
      this.#wire.route(this.#id, undefined)
      events?.onError(decodeText(payload) as ErrnoName)
    }
  }
}

const NOTHING = new Uint8Array(0)
