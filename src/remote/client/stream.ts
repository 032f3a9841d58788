/** The guest's end of what connects and listens, when that is in another thread. */
import type { SocketAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import { LARGE_READ, ReadPool } from '../../host/common/read-buffers.js'
import { RoomWatch } from '../../host/common/room-watch.js'
import { StreamConnection } from '../../host/connection/stream-connection.js'
import { Waiting } from '../../host/connection/waiting.js'
import {
  type ConnectionEvents,
  HostBoundSocket,
  type HostConnection,
  HostListener,
  type ListenerEvents,
} from '../../host/contract/connection.js'
import { HostError } from '../../host/contract/error.js'
import { decode, errnoOf, type NewConnection, ToGuest, ToParent, WINDOW } from '../protocol.js'
import type { ClientChannel, SelfReader } from './channel.js'
import { readFrom, writeTo } from './fd-io.js'

/** How much is read at once, as libuv suggests it. */
const READ_SIZE = 65_536

const pool = new ReadPool()

/** What lies in the ring, which is written anew as soon as it is read, as a chunk for the receiver. */
const copied = (payload: Uint8Array): Uint8Array => {
  if (payload.length < LARGE_READ) return payload.slice()
  const buffer = pool.fresh(payload.length)
  buffer.set(payload)
  return pool.lend(buffer, payload.length)
}

/** A local address that was taken there. */
export class RemoteBoundSocket<At extends SocketAddress> extends HostBoundSocket<At> {
  readonly local: At
  readonly #wire: ClientChannel
  readonly #id: number

  constructor(wire: ClientChannel, { id, local }: NewConnection<At>) {
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
  readonly #wire: ClientChannel
  readonly #id: number

  constructor(wire: ClientChannel, { id, local }: NewConnection<At>, events: ListenerEvents<At>) {
    super()
    this.#wire = wire
    this.#id = id
    this.local = local
    wire.route(id, (kind, value, payload) => {
      if (kind === ToGuest.ERROR) events.onError(errnoOf(value))
      else events.onConnection(new RemoteConnection(wire, decode<NewConnection<At>>(payload), undefined))
    })
  }

  override close(): void {
    this.#wire.route(this.#id, undefined)
    this.#wire.post(ToParent.CLOSE, this.#id)
  }
}

/**
 * A connection whose socket is there. What the parent's thread holds of what was sent counts as sent, up to {@link WINDOW}: it
 * is the socket's buffer, which outlives the guest for a while. Where the operating system's descriptor was lent, bytes go
 * straight there and none are held.
 */
export class RemoteConnection<At extends SocketAddress> extends StreamConnection<At> implements SelfReader {
  remote: At
  #local: At
  #named: boolean
  readonly #wire: ClientChannel
  readonly #id: number
  /** See {@link HostConnection.exposeDescriptor}. */
  #descriptor: number | undefined
  /** What waits for room, in the writer's own buffers. */
  readonly #waiting = new Waiting()
  /** A try to write fell short. */
  #choked = false
  /** Bytes that were sent to the parent, and that the host has not said to have taken. */
  #underWay = 0
  #readsItself = false
  /** Bytes that have come in all, modulo 2^32. */
  #come = 0
  /** How a write has failed there, until a write here is told. */
  #refused: ErrnoName | undefined
  /** The parent's part is there. */
  #attached = true
  #room: RoomWatch | undefined

  /** @param named - whether the local address is known; if not, the parent is asked when it is wanted */
  constructor(wire: ClientChannel, arrival: NewConnection<At>, events: ConnectionEvents | undefined, named = true) {
    super(events === undefined)
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

  get pending(): number {
    return this.#waiting.length
  }

  write(data: Uint8Array): boolean {
    this.#requireSound()
    const sent = this.pending > 0 ? 0 : this.#send(data)
    if (sent < data.length) this.#waiting.push(data.subarray(sent))
    return this.pending === 0
  }

  override get writesAtOnce(): boolean {
    return true
  }

  override tryWrite(data: Uint8Array): number {
    this.#requireSound()
    if (this.pending > 0) return 0
    const sent = this.#send(data)
    this.#choked = sent < data.length
    return sent
  }

  override recycle(chunk: Uint8Array, sole?: boolean): void {
    pool.recycle(chunk, sole)
  }

  /** Reads past the parent, see {@link ToGuest.READ_ON}. */
  read(): void {
    if (!this.flowing || this.#descriptor === undefined) return
    const buffer = pool.fresh(READ_SIZE)
    try {
      const count = readFrom(this.#descriptor, buffer)
      if (count < READ_SIZE) this.giveBack()
      if (count > 0) this.arrive(pool.lend(buffer, count))
      else pool.keep(buffer)
    } catch (error) {
      this.#lost(error instanceof HostError ? error.code : 'EIO')
    }
  }

  /** The parent is to see what else comes, an end among it. */
  giveBack(): void {
    if (!this.flowing) return
    this.#setReadsItself(false)
    this.#post(ToParent.READ_START, 1)
  }

  override setNoDelay(enable: boolean): void {
    this.#post(ToParent.NO_DELAY, enable ? 1 : 0)
  }

  override setKeepAlive(enable: boolean, idle: number): void {
    this.#post(ToParent.KEEP_ALIVE, enable ? idle : 0)
  }

  protected override resume(): void {
    if (!this.#readsItself) this.#post(ToParent.READ_START)
  }

  protected override pause(): void {
    if (!this.#readsItself) this.#post(ToParent.READ_STOP)
  }

  protected override sendFin(): void {
    this.#post(ToParent.SHUTDOWN)
  }

  protected override soon(callback: () => void): void {
    this.#wire.later(callback)
  }

  /** The parent sees from the count whether bytes are still on their way. */
  protected override release(): void {
    this.#detach(ToParent.CLOSE, this.#come)
  }

  protected override abort(): void {
    this.#detach(ToParent.RESET)
  }

  protected override fail(code: ErrnoName): void {
    // What is lent is the parent's again, which may close it now.
    this.#detach(ToParent.RESET)
    super.fail(code)
  }

  #askName(): void {
    this.#named = true
    try {
      this.#local = this.#wire.call<NewConnection<At>>({ call: 'name', connection: this.#id }).local
    } catch (error) {
      // It has failed, as will be told. What it was called is not known any more.
      if (!(error instanceof HostError)) throw error
    }
  }

  /** @throws {HostError} what keeps bytes from being sent */
  #requireSound(): void {
    this.requireWritable()
    if (this.#refused !== undefined) this.refuse(new HostError(this.#refused, 'the connection failed'))
  }

  /** @returns how many bytes have gone, to the operating system or to the parent */
  #send(data: Uint8Array): number {
    if (this.#descriptor !== undefined) return this.#sendPast(this.#descriptor, data)
    const count = Math.min(data.length, WINDOW - this.#underWay)
    if (count <= 0) return 0
    this.#post(ToParent.WRITE, 0, data.subarray(0, count))
    this.#underWay += count
    return count
  }

  #sendPast(descriptor: number, data: Uint8Array): number {
    // What the guest did before comes before: it may just have closed the other end of this connection.
    this.#wire.publish()
    let sent: number
    try {
      sent = writeTo(descriptor, data)
    } catch (error) {
      if (error instanceof HostError) this.refuse(error)
      throw error
    }
    if (sent < data.length) this.#awaitRoom(sent > 0)
    return sent
  }

  /** The parent says when it has room; the operating system does not. */
  #awaitRoom(taken: boolean): void {
    this.#room ??= new RoomWatch(
      (ms, callback) => this.#wire.after(ms, callback),
      () => this.#onRoom(),
    )
    this.#room.wait(taken)
  }

  #onRoom(): void {
    if (!this.open) return
    if (!this.sendWaiting(this.#waiting, (data) => this.#send(data))) return
    this.#choked = false
    this.drain()
  }

  #post(kind: number, value?: number, payload?: Uint8Array): void {
    this.#wire.post(kind, this.#id, value, payload)
  }

  #receive(kind: number, value: number, payload: Uint8Array): void {
    switch (kind) {
      case ToGuest.DATA:
        this.#come = (this.#come + payload.length) >>> 0
        this.arrive(copied(payload))
        break
      case ToGuest.READ_ON:
        this.#setReadsItself(true)
        break
      case ToGuest.END:
        // The peer's reset, which a write has met first, is no end of its stream.
        if (this.#refused === 'ECONNRESET') this.arriveFailure(this.#refused)
        else this.arriveEnd()
        break
      case ToGuest.TAKEN:
        this.#underWay = Math.max(0, this.#underWay - value)
        if (this.pending > 0 || this.#choked) this.#onRoom()
        break
      case ToGuest.BROKEN:
        this.#refused = errnoOf(value)
        if (this.pending > 0) this.fail(this.#refused)
        else if (this.#choked) this.#onRoom()
        break
      case ToGuest.CONNECT: {
        const { local, remote, descriptor } = decode<NewConnection<At>>(payload)
        this.#descriptor = descriptor
        this.#local = local
        this.#named = true
        this.remote = remote
        this.establish()
        break
      }
      case ToGuest.ERROR:
        this.#lost(errnoOf(value))
        break
    }
  }

  #lost(code: ErrnoName): void {
    this.#setReadsItself(false)
    this.arriveFailure(code)
  }

  #setReadsItself(does: boolean): void {
    this.#readsItself = does
    this.#wire.reads(this, does)
  }

  /** Lets the parent's part go; nothing is told any more. */
  #detach(kind: number, value?: number): void {
    if (!this.#attached) return
    this.#attached = false
    this.#post(kind, value)
    this.#room?.stop()
    this.#setReadsItself(false)
    this.#waiting.clear()
    this.#wire.route(this.#id, undefined)
  }
}
