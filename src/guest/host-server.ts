/**
 * The parent's end of the worker driver: does with a real host what the guest's {@link RemoteHost} asks for, and tells it what
 * happens. Events of one turn of the host's event loop arrive at the guest together.
 */
import type { ErrnoName } from '../abi/errno.js'
import {
  type ConnectionEvents,
  type Host,
  type HostConnection,
  HostError,
  type HostListener,
  type HostPort,
} from '../host/host.js'
import { type Call, decodeText, encode, type Reply, ToGuest, ToParent } from './protocol.js'
import { largestPayload, type OnRecord, RingReader, RingWriter } from './ring.js'

/** What the parent does with records that are not about sockets. */
export type OnOther = OnRecord

/** Serves one guest. */
export class HostServer {
  readonly #host: Host
  readonly #out: RingWriter
  readonly #in: RingReader
  readonly #largest: number
  readonly #onOther: OnOther
  readonly #ports = new Map<number, HostPort>()
  readonly #listeners = new Map<number, HostListener>()
  readonly #connections = new Map<number, Served>()
  /** Records that found no room; while there are any, no connection is read. */
  readonly #backlog: { kind: number; id: number; payload: Uint8Array }[] = []
  #nextId = 1
  #flushing = false
  #closed = false

  /**
   * @param host - the real one
   * @param wires - the rings, from the guest and to it
   * @param onOther - receives the records of standard streams and of the end
   */
  constructor(host: Host, wires: { toParent: SharedArrayBuffer; toGuest: SharedArrayBuffer }, onOther: OnOther) {
    this.#host = host
    this.#in = new RingReader(wires.toParent)
    this.#out = new RingWriter(wires.toGuest)
    this.#largest = largestPayload(wires.toGuest)
    this.#onOther = onOther
    void this.#serve()
  }

  /** Tells the guest something; it sees it when the host's present turn is over. */
  post(kind: number, id: number, payload: Uint8Array = NOTHING): void {
    if (this.#closed) return
    for (let at = 0; at < payload.length || at === 0; at += this.#largest) {
      const piece = payload.subarray(at, at + this.#largest)
      if (this.#backlog.length > 0 || !this.#out.write(kind, id, piece)) {
        this.#backlog.push({ kind, id, payload: piece })
        if (this.#backlog.length === 1) for (const connection of this.#connections.values()) connection.hold()
      }
    }
    this.#scheduleFlush()
  }

  /** Lets everything go that the guest left behind, as the end of a process does. */
  close(): void {
    this.#closed = true
    for (const port of this.#ports.values()) port.close()
    for (const listener of this.#listeners.values()) listener.close()
    for (const { connection } of this.#connections.values()) connection.close()
    this.#ports.clear()
    this.#listeners.clear()
    this.#connections.clear()
  }

  /** Reads all records that have come; to be called when the guest's thread has ended, since nobody wakes us then. */
  drain(): void {
    while (this.#in.drain(this.#receive)) {}
  }

  async #serve(): Promise<void> {
    while (!this.#closed) {
      this.drain()
      this.#retry()
      await this.#in.doze()
    }
  }

  #scheduleFlush(): void {
    if (this.#flushing) return
    this.#flushing = true
    this.#host.defer(() => {
      this.#flushing = false
      this.#retry()
      this.#out.publish()
      // The guest makes room without telling anybody.
      if (this.#backlog.length > 0 && !this.#closed) this.#scheduleFlush()
    })
  }

  #retry(): void {
    if (this.#backlog.length === 0) return
    let written = 0
    for (const { kind, id, payload } of this.#backlog) {
      if (!this.#out.write(kind, id, payload)) break
      written++
    }
    this.#backlog.splice(0, written)
    if (this.#backlog.length === 0) for (const connection of this.#connections.values()) connection.release()
  }

  readonly #receive: OnRecord = (kind, id, payload) => {
    if (kind === ToParent.CALL) return this.#answer(JSON.parse(decodeText(payload)) as Call)
    if (kind >= ToParent.OUTPUT) return this.#onOther(kind, id, payload)
    if (kind === ToParent.CLOSE && this.#closePlain(id)) return
    const served = this.#connections.get(id)
    // A connection that has failed meanwhile is gone; the guest will learn of it.
    if (served === undefined) return
    if (kind === ToParent.CLOSE || kind === ToParent.RESET) this.#connections.delete(id)
    served.perform(kind, payload)
  }

  #closePlain(id: number): boolean {
    const plain = this.#ports.get(id) ?? this.#listeners.get(id)
    plain?.close()
    this.#ports.delete(id)
    this.#listeners.delete(id)
    return plain !== undefined
  }

  #answer(call: Call): void {
    let reply: Reply
    try {
      reply = this.#perform(call)
    } catch (error) {
      if (error instanceof HostError) reply = { error: error.code, message: error.message }
      else reply = { error: 'EIO', message: String(error) }
    }
    this.post(ToGuest.REPLY, 0, encode(reply))
    // The guest does nothing until it has this.
    this.#out.publish()
  }

  #perform(call: Call): Reply {
    const id = this.#nextId++
    if (call.call === 'bind') {
      const port = this.#host.bind(call.local, call.options)
      this.#ports.set(id, port)
      return { id, local: port.local }
    }
    const port = call.port === undefined ? undefined : this.#ports.get(call.port)
    if (call.call === 'listen') {
      if (port === undefined) throw new HostError('EINVAL', `${call.port} is no bound port`)
      const listener = port.listen(call.backlog, {
        onConnection: (connection) => this.#arrive(id, connection),
        onError: (code) => this.post(ToGuest.LISTEN_ERROR, id, encoder.encode(code)),
      })
      this.#ports.delete(call.port)
      this.#listeners.set(id, listener)
      return { id, local: listener.local }
    }
    const served = new Served(this, id, () => this.#connections.delete(id))
    const connection = (port ?? this.#host).connect(call.remote, served)
    if (call.port !== undefined) this.#ports.delete(call.port)
    this.#adopt(id, served, connection)
    return { id, local: connection.local, remote: connection.remote }
  }

  #arrive(listener: number, connection: HostConnection): void {
    const id = this.#nextId++
    const served = new Served(this, id, () => this.#connections.delete(id))
    connection.events = served
    this.#adopt(id, served, connection)
    this.post(ToGuest.CONNECTION, listener, encode({ id, local: connection.local, remote: connection.remote }))
  }

  #adopt(id: number, served: Served, connection: HostConnection): void {
    served.connection = connection
    this.#connections.set(id, served)
    if (this.#backlog.length > 0) served.hold()
  }
}

/** One connection of the guest's, as the parent has it. */
class Served implements ConnectionEvents {
  readonly #server: HostServer
  readonly #id: number
  readonly #forget: () => void
  #connection: HostConnection | undefined
  /** Whether the guest wants bytes, and whether there is no room for them. */
  #wanted = false
  #held = false
  /** Bytes that were handed to the host and not told as taken. */
  #untold = 0

  constructor(server: HostServer, id: number, forget: () => void) {
    this.#server = server
    this.#id = id
    this.#forget = forget
  }

  get connection(): HostConnection {
    if (this.#connection === undefined) throw new Error('a connection was used before it was there')
    return this.#connection
  }

  set connection(connection: HostConnection) {
    this.#connection = connection
  }

  perform(kind: number, payload: Uint8Array): void {
    const connection = this.connection
    if (kind === ToParent.WRITE) this.#write(payload)
    else if (kind === ToParent.READ_START) this.#read(true, this.#held)
    else if (kind === ToParent.READ_STOP) this.#read(false, this.#held)
    else if (kind === ToParent.SHUTDOWN) connection.shutdown()
    else if (kind === ToParent.CLOSE) connection.close()
    else if (kind === ToParent.RESET) connection.reset()
    else if (kind === ToParent.NO_DELAY) connection.setNoDelay(payload[0] === 1)
    else if (kind === ToParent.KEEP_ALIVE) {
      const idle = new DataView(payload.buffer, payload.byteOffset).getUint32(0, true)
      connection.setKeepAlive(idle > 0, idle)
    }
  }

  hold(): void {
    this.#read(this.#wanted, true)
  }

  release(): void {
    this.#read(this.#wanted, false)
  }

  onConnect(): void {
    const { local, remote } = this.connection
    this.#server.post(ToGuest.CONNECT, this.#id, encode({ id: this.#id, local, remote }))
  }

  onData(chunk: Uint8Array): void {
    this.#server.post(ToGuest.DATA, this.#id, chunk)
  }

  onEnd(): void {
    this.#server.post(ToGuest.END, this.#id)
  }

  onDrain(): void {
    this.#tellTaken()
  }

  onError(code: ErrnoName): void {
    this.#forget()
    this.#server.post(ToGuest.ERROR, this.#id, encoder.encode(code))
  }

  #write(payload: Uint8Array): void {
    this.#untold += payload.length
    // The bytes lie in the ring, which is written anew as soon as they are read.
    if (this.connection.write(payload.slice())) this.#tellTaken()
  }

  #tellTaken(): void {
    if (this.#untold === 0) return
    this.#server.post(ToGuest.TAKEN, this.#id, new Uint8Array(Uint32Array.of(this.#untold).buffer))
    this.#untold = 0
  }

  #read(wanted: boolean, held: boolean): void {
    const before = this.#wanted && !this.#held
    this.#wanted = wanted
    this.#held = held
    const now = wanted && !held
    if (now && !before) this.connection.readStart()
    if (before && !now) this.connection.readStop()
  }
}

const NOTHING = new Uint8Array(0)
const encoder = new TextEncoder()
