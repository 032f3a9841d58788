/** Connections and listeners with a host in another thread. */
import type { SocketAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import { LARGE_READ, ReadPool } from '../../host/common/read-buffers.js'
import { WritableWatch } from '../../host/common/writable-watch.js'
import { StreamConnection } from '../../host/connection/stream-connection.js'
import { UnsentBytes } from '../../host/connection/unsent-bytes.js'
import {
  type ConnectionEvents,
  HostBoundSocket,
  type HostConnection,
  HostListener,
  type ListenerEvents,
} from '../../host/contract/connection.js'
import { HostError } from '../../host/contract/error.js'
import type { KeepAliveProbes } from '../../host/contract/keep-alive.js'
import { decode, encode, errnoOf, type NewConnection, ToGuest, ToParent, WINDOW } from '../protocol.js'
import type { ClientChannel, SelfReader } from './channel.js'
import { readFrom, writeTo } from './fd-io.js'

/** The maximum length of a read, as suggested by libuv. */
const READ_SIZE = 65_536

const pool = new ReadPool()

/** Copies bytes from the ring, which is overwritten as soon as they have been read, into a chunk for the receiver. */
const copied = (payload: Uint8Array): Uint8Array => {
  if (payload.length < LARGE_READ) return payload.slice()
  const buffer = pool.fresh(payload.length)
  buffer.set(payload)
  return pool.lend(buffer, payload.length)
}

/** A local address that is bound in the parent's thread. */
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
 * A connection with a socket in the parent's thread. Sent bytes that the parent's thread holds count as sent, up to
 * {@link WINDOW}: they correspond to the socket's buffer, which outlives the guest for a while. If the operating
 * system's descriptor is exposed, bytes are written to it directly, and none are held.
 */
export class RemoteConnection<At extends SocketAddress> extends StreamConnection<At> implements SelfReader {
  remote: At
  #local: At
  #named: boolean
  readonly #wire: ClientChannel
  readonly #id: number
  /** See {@link HostConnection.exposeDescriptor}. */
  #descriptor: number | undefined
  /** The bytes that wait for room, in the writer's own buffers. */
  readonly #waiting = new UnsentBytes()
  /** Whether an attempt to write was incomplete. */
  #choked = false
  /** The number of bytes sent to the parent that the host has not reported as accepted. */
  #underWay = 0
  #readsItself = false
  /** The total number of bytes received, modulo 2^32. */
  #come = 0
  /** The error of a failed write in the parent, until a write here reports it. */
  #refused: ErrnoName | undefined
  /** Whether the parent's part of the connection still exists. */
  #attached = true
  #room: WritableWatch | undefined

  /** @param named - whether the local address is known; if not, the parent is asked on first use */
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

  /** Reads directly from the descriptor; see {@link ToGuest.READ_ON}. */
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

  /** Hands reading back to the parent, which will report later data and the end. */
  giveBack(): void {
    if (!this.flowing) return
    this.#setReadsItself(false)
    this.#post(ToParent.READ_START, 1)
  }

  override setNoDelay(enable: boolean): void {
    this.#post(ToParent.NO_DELAY, enable ? 1 : 0)
  }

  override setKeepAlive(enable: boolean, idle: number, probes?: KeepAliveProbes): void {
    this.#post(ToParent.KEEP_ALIVE, enable ? idle : 0, probes && encode(probes))
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

  /** The count tells the parent whether bytes are still in transit. */
  protected override release(): void {
    this.#detach(ToParent.CLOSE, this.#come)
  }

  protected override abort(): void {
    this.#detach(ToParent.RESET)
  }

  protected override fail(code: ErrnoName): void {
    // The exposed descriptor belongs to the parent again, which may close it now.
    this.#detach(ToParent.RESET)
    super.fail(code)
  }

  #askName(): void {
    this.#named = true
    try {
      this.#local = this.#wire.call<NewConnection<At>>({ call: 'name', connection: this.#id }).local
    } catch (error) {
      // The connection has failed, which will be reported. Its address is no longer known.
      if (!(error instanceof HostError)) throw error
    }
  }

  /** @throws {HostError} the error that prevents bytes from being sent */
  #requireSound(): void {
    this.requireWritable()
    if (this.#refused !== undefined) this.refuse(new HostError(this.#refused, 'the connection has failed'))
  }

  /** @returns the number of bytes accepted, by the operating system or by the parent */
  #send(data: Uint8Array): number {
    if (this.#descriptor !== undefined) return this.#sendPast(this.#descriptor, data)
    const count = Math.min(data.length, WINDOW - this.#underWay)
    if (count <= 0) return 0
    this.#post(ToParent.WRITE, 0, data.subarray(0, count))
    this.#underWay += count
    return count
  }

  #sendPast(descriptor: number, data: Uint8Array): number {
    // Earlier records of the guest must take effect first: it may just have closed the other end of this connection.
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

  /** Waits for room in the operating system, which does not report it; the parent does. */
  #awaitRoom(taken: boolean): void {
    this.#room ??= new WritableWatch(
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
        // A reset of the peer that a write has met first is not an end of the stream.
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

  /** Releases the parent's part; no event follows. */
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
