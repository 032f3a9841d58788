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
import type { GuestWire } from './guest-wire.js'
import { type Arrival, decode, errnoOf, ToGuest, ToParent, WINDOW } from './protocol.js'

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
export class RemoteConnection<At extends SocketAddress> extends HostConnection<At> {
  local: At
  remote: At
  readonly #wire: GuestWire
  readonly #id: number
  /** Bytes that were sent, and that the host has not said to have taken. */
  #underWay = 0
  #reading = false
  /** Bytes that have come in all, modulo 2^32. */
  #come = 0
  /** What was already on its way when reading was stopped. */
  #unread: Uint8Array[] = []
  /** The peer's end has come, and was not told. */
  #ended = false
  /** A write has failed, and how, until somebody is told: the next write, or who reads to the end. */
  #broken = false
  #failure: ErrnoName | undefined
  /** It was closed, was reset or has failed. */
  #over = false

  constructor(wire: GuestWire, { id, local, remote }: Arrival<At>, events: ConnectionEvents | undefined) {
    super()
    this.#wire = wire
    this.#id = id
    this.local = local
    this.remote = remote
    this.events = events
    wire.route(id, (kind, value, payload) => this.#receive(kind, value, payload))
  }

  override get pending(): number {
    return Math.max(0, this.#underWay - WINDOW)
  }

  /** The ring has them. */
  override get copies(): boolean {
    return true
  }

  override write(data: Uint8Array): boolean {
    if (this.#broken) {
      const code = this.#failure ?? 'EPIPE'
      this.#failure = undefined
      throw new HostError(code, 'the connection failed')
    }
    this.#post(ToParent.WRITE, 0, data)
    this.#underWay += data.length
    return this.pending === 0
  }

  override shutdown(): void {
    if (!this.#broken) this.#post(ToParent.SHUTDOWN)
    // Who has not been told of the failure yet will be when reading; the end is lost with the rest.
    else if (this.#failure === undefined) throw new HostError('ENOTCONN', 'the connection failed')
  }

  override readStart(): void {
    if (this.#reading) return
    this.#reading = true
    this.#post(ToParent.READ_START)
    if (this.#unread.length > 0 || this.#ended) this.#wire.later(() => this.#tell())
  }

  override readStop(): void {
    if (!this.#reading) return
    this.#reading = false
    this.#post(ToParent.READ_STOP)
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
        this.#unread.push(payload.slice())
        this.#tell()
        break
      case ToGuest.END:
        this.#ended = true
        this.#tell()
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
        const { local, remote } = decode<Arrival<At>>(payload)
        this.local = local
        this.remote = remote
        this.events?.onConnect()
        break
      }
      case ToGuest.ERROR:
        this.#fail(errnoOf(value))
        break
    }
  }

  /** Tells what came, as far as it is wanted. */
  #tell(): void {
    while (this.#reading) {
      const chunk = this.#unread.shift()
      if (chunk === undefined) break
      this.events?.onData(chunk)
    }
    if (!this.#ended || !this.#reading) return
    this.#ended = false
    // The peer's reset, which a write has met first, is no end of its stream.
    if (this.#failure === 'ECONNRESET') {
      this.#post(ToParent.RESET)
      this.#fail(this.#failure)
    } else this.events?.onEnd()
  }

  #fail(code: ErrnoName): void {
    const { events } = this
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
    this.#unread = []
    this.events = undefined
    this.#wire.route(this.#id, undefined)
  }
}
