/** The guest's end of what connects and listens, when that is in another thread. */
import type { SocketAddress } from '../abi/address.js'
import type { ErrnoName } from '../abi/errno.js'
import {
  type ConnectionEvents,
  HostConnection,
  HostError,
  HostListener,
  HostPort,
  type ListenerEvents,
} from '../host/host.js'
import { behind, TAIL } from '../host/node/send-now.js'
import { Buffers, SMALLEST } from '../kernel/buffers.js'
import { readFrom, writeTo } from './direct.js'
import type { GuestWire, SelfReader } from './guest-wire.js'
import { type Arrival, decode, errnoOf, ToGuest, ToParent, WINDOW } from './protocol.js'

/** How much is read at once, as libuv suggests it. */
const READ_SIZE = 65_536

const buffers = new Buffers()

/** A local address that was taken there. */
export class RemotePort<At extends SocketAddress> extends HostPort<At> {
  readonly local: At
  readonly #wire: GuestWire
  readonly #id: number

  constructor(wire: GuestWire, { id, local }: Arrival<At>) {
    super()
    this.#wire = wire
    this.#id = id
    this.local = local
  }

  override close(): void {
    this.#wire.post(ToParent.CLOSE, this.#id)
  }

  override listen(backlog: number, events: ListenerEvents<At>): HostListener<At> {
    return new RemoteListener<At>(this.#wire, this.#wire.call({ call: 'listen', port: this.#id, backlog }), events)
  }

  override connect(remote: At, events: ConnectionEvents): HostConnection<At> {
    return new RemoteConnection<At>(this.#wire, this.#wire.call({ call: 'connect', remote, port: this.#id }), events)
  }
}

class RemoteListener<At extends SocketAddress> extends HostListener<At> {
  readonly local: At
  readonly #wire: GuestWire
  readonly #id: number

  constructor(wire: GuestWire, { id, local }: Arrival<At>, events: ListenerEvents<At>) {
    super()
    this.#wire = wire
    this.#id = id
    this.local = local
    wire.route(id, (kind, value, payload) => {
      if (kind === ToGuest.ERROR) events.onError(errnoOf(value))
      else events.onConnection(new RemoteConnection(wire, decode<Arrival<At>>(payload), undefined))
    })
  }

  override close(): void {
    this.#wire.route(this.#id, undefined)
    this.#wire.post(ToParent.CLOSE, this.#id)
  }
}

/** A connection whose socket is there. */
export class RemoteConnection<At extends SocketAddress> extends HostConnection<At> implements SelfReader {
  remote: At
  #local: At
  #named: boolean
  readonly #wire: GuestWire
  readonly #id: number
  /** What is written goes there, while nothing else is under way; see {@link HostConnection.lend}. */
  #descriptor: number | undefined
  /** Bytes that were sent, and that the host has not said to have taken. */
  #underWay = 0
  #reading = false
  #readsItself = false
  /** Bytes that have come in all, modulo 2^32. */
  #come = 0
  /** What was already on its way when reading was stopped. */
  #unread: Uint8Array[] = []
  /** Whether the peer's end has come, and was told. */
  #fin: 'none' | 'come' | 'told' = 'none'
  /** A write has failed, and how, until somebody is told: the next write, or who reads to the end. */
  #broken = false
  #failure: ErrnoName | undefined
  /** It was closed, was reset or has failed. */
  #over = false

  /** @param named - whether the local address is known; if not, the parent is asked when somebody asks for it */
  constructor(wire: GuestWire, arrival: Arrival<At>, events: ConnectionEvents | undefined, named = true) {
    super()
    const { id, local, remote, descriptor } = arrival
    this.#named = named
    this.#wire = wire
    this.#id = id
    this.#descriptor = descriptor
    this.#local = local
    this.remote = remote
    this.events = events
    wire.route(id, (kind, value, payload) => this.#receive(kind, value, payload))
  }

  get local(): At {
    if (!this.#named) this.#askName()
    return this.#local
  }

  override get pending(): number {
    return Math.max(0, this.#underWay - (this.#descriptor === undefined ? WINDOW : 0))
  }

  /** The operating system has them, or the ring. */
  override get copies(): boolean {
    return true
  }

  override write(data: Uint8Array): boolean {
    this.#requireAlive()
    const sent = this.#send([data])
    this.#queue(sent === 0 ? data : data.subarray(sent))
    return this.pending === 0
  }

  override offer(list: readonly Uint8Array[]): number {
    this.#requireAlive()
    const sent = this.#send(list)
    if (sent === 0) return 0
    const tail = behind(list, sent, TAIL)
    this.#queue(tail)
    return sent + tail.length
  }

  override shutdown(): void {
    if (!this.#broken) this.#post(ToParent.SHUTDOWN)
    // Who has not been told of the failure yet will be when reading; the end is lost with the rest.
    else if (this.#failure === undefined) throw new HostError('ENOTCONN', 'the connection failed')
  }

  override readStart(): void {
    if (this.#reading) return
    this.#reading = true
    if (!this.#readsItself) this.#post(ToParent.READ_START)
    if (this.#unread.length > 0 || this.#fin === 'come') this.#wire.later(() => this.#tell())
  }

  override readStop(): void {
    if (!this.#reading) return
    this.#reading = false
    if (!this.#readsItself) this.#post(ToParent.READ_STOP)
  }

  override recycle(chunk: Uint8Array): void {
    buffers.giveBack(chunk)
  }

  /** Reads past the parent, see {@link ToGuest.READ_ON}. */
  read(): void {
    if (!this.#reading || this.#descriptor === undefined) return
    const buffer = buffers.take(READ_SIZE)
    try {
      const count = readFrom(this.#descriptor, buffer)
      if (count < READ_SIZE) this.giveBack()
      if (count > 0) this.#arrive(buffer.subarray(0, count))
      else buffers.giveBack(buffer)
    } catch (error) {
      this.#failOrEnd(error instanceof HostError ? error.code : 'EIO')
    }
  }

  /** The parent is to see what else comes, an end among it. */
  giveBack(): void {
    if (!this.#reading) return
    this.#setReadsItself(false)
    this.#post(ToParent.READ_START, 1)
  }

  override close(): void {
    // The parent sees from the count whether bytes are still on their way.
    if (this.#unread.length > 0) this.reset()
    else this.#end(ToParent.CLOSE, this.#come)
  }

  override reset(): void {
    this.#end(ToParent.RESET)
  }

  override setNoDelay(enable: boolean): void {
    this.#post(ToParent.NO_DELAY, enable ? 1 : 0)
  }

  override setKeepAlive(enable: boolean, idle: number): void {
    this.#post(ToParent.KEEP_ALIVE, enable ? idle : 0)
  }

  #askName(): void {
    this.#named = true
    try {
      this.#local = this.#wire.call<Arrival<At>>({ call: 'name', connection: this.#id }).local
    } catch (error) {
      // It has failed, as will be told. What it was called nobody knows.
      if (!(error instanceof HostError)) throw error
    }
  }

  #requireAlive(): void {
    if (!this.#broken) return
    const code = this.#failure ?? 'EPIPE'
    this.#failure = undefined
    throw new HostError(code, 'the connection failed')
  }

  /** @returns how many bytes went past the parent */
  #send(list: readonly Uint8Array[]): number {
    if (this.#descriptor === undefined || this.#underWay > 0) return 0
    try {
      return writeTo(this.#descriptor, list)
    } catch (error) {
      this.#broken = true
      throw error
    }
  }

  #queue(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#post(ToParent.WRITE, 0, bytes)
    this.#underWay += bytes.length
  }

  #post(kind: number, value?: number, payload?: Uint8Array): void {
    this.#wire.post(kind, this.#id, value, payload)
  }

  #end(kind: number, value?: number): void {
    if (this.#over) return
    this.#post(kind, value)
    this.#forget()
  }

  #receive(kind: number, value: number, payload: Uint8Array): void {
    switch (kind) {
      case ToGuest.DATA:
        this.#come = (this.#come + payload.length) >>> 0
        this.#arrive(payload.length < SMALLEST ? payload.slice() : buffers.copy(payload))
        break
      case ToGuest.READ_ON:
        this.#setReadsItself(true)
        break
      case ToGuest.END:
        this.#finish()
        break
      case ToGuest.TAKEN:
        this.#taken(value)
        break
      case ToGuest.BROKEN:
        this.#broken = true
        this.#failure = errnoOf(value)
        this.#taken(this.#underWay)
        break
      case ToGuest.CONNECT: {
        const { local, remote, descriptor } = decode<Arrival<At>>(payload)
        this.#descriptor = descriptor
        this.#local = local
        this.#named = true
        this.remote = remote
        this.events?.onConnect()
        break
      }
      case ToGuest.ERROR:
        this.#failOrEnd(errnoOf(value))
        break
    }
  }

  #setReadsItself(does: boolean): void {
    this.#readsItself = does
    this.#wire.reads(this, does)
  }

  #arrive(chunk: Uint8Array): void {
    this.#unread.push(chunk)
    this.#tell()
  }

  #finish(): void {
    if (this.#fin === 'none') this.#fin = 'come'
    this.#tell()
  }

  /** Tells what came, as far as it is wanted. */
  #tell(): void {
    while (this.#reading) {
      const chunk = this.#unread.shift()
      if (chunk === undefined) break
      this.events?.onData(chunk)
    }
    if (this.#fin !== 'come' || !this.#reading) return
    this.#fin = 'told'
    // The peer's reset, which a write has met first, is no end of its stream.
    if (this.#failure === 'ECONNRESET') {
      if (this.#descriptor === undefined) this.#post(ToParent.RESET)
      this.#fail(this.#failure)
    } else this.events?.onEnd()
  }

  /** A failure that a write has met and told is no news; then what is left to say is that nothing more comes. */
  #failOrEnd(code: ErrnoName): void {
    if (this.#broken && this.#failure === undefined) {
      this.#setReadsItself(false)
      this.#finish()
    } else this.#fail(code)
  }

  #fail(code: ErrnoName): void {
    const { events } = this
    // It is the parent's again, who may close it now.
    if (this.#descriptor !== undefined) this.#post(ToParent.RESET)
    this.#forget()
    events?.onError(code)
  }

  #taken(bytes: number): void {
    const before = this.pending
    this.#underWay = Math.max(0, this.#underWay - bytes)
    if (before > 0 && this.pending === 0) this.events?.onDrain()
  }

  /** Nothing is told any more. */
  #forget(): void {
    this.#over = true
    this.#reading = false
    this.#setReadsItself(false)
    this.#unread = []
    this.events = undefined
    this.#wire.route(this.#id, undefined)
  }
}
