/**
 * The parent's end of the worker driver.
 */

import type { Address, SocketAddress } from '../../base/address.js'
import type { Gauge } from '../../base/gauge.js'
import { Orphans } from '../../host/connection/orphans.js'
import { abort } from '../../host/contract/abort.js'
import { HostBoundSocket, type HostConnection, type HostListener } from '../../host/contract/connection.js'
import type { DatagramEvents } from '../../host/contract/datagram.js'
import { HostError } from '../../host/contract/error.js'
import type { Host } from '../../host/contract/host.js'
import type { CancelLookup, LookupEvents } from '../../host/contract/lookup.js'
import type { HostUnix } from '../../host/contract/unix.js'
import { joinAnswer } from '../client/lookup.js'
import {
  type Call,
  decode,
  encode,
  encodeText,
  errnoValue,
  FIRST_OF_GUEST,
  type NewObject,
  type Reply,
  ToGuest,
  ToParent,
  type Wires,
} from '../protocol.js'
import type { OnRecord } from '../ring.js'
import { ServerChannel } from './channel.js'
import { ServedConnection, type ServedObject, type ServerContext } from './connection.js'
import { ServedDatagram } from './datagram.js'

/** The receiver of everything that does not concern sockets. */
export interface HostServerEvents {
  /** Counts the closed connections that still have bytes to send; see {@link Orphans}. */
  readonly lingering?: Gauge
  /** Receives the records of the standard streams and of the guest's state. */
  readonly onRecord: OnRecord
  /** Called when the host, or this server, threw an error that no contract allows; the guest receives EIO. */
  readonly onDefect: (error: unknown) => void
}

/** A lookup that a guest waits for. */
interface PendingLookup {
  /** Cancels the lookup. */
  close: CancelLookup
}

/**
 * Serves one guest: performs the requests of its {@link RemoteHost} with a real host, and sends it the host's events.
 * Errors are never thrown: they are reported to the guest, or to `onDefect`.
 */
export class HostServer {
  /** The channel to the guest. */
  readonly wire: ServerChannel
  readonly #host: Host
  readonly #events: HostServerEvents
  /** The guest's objects, by id. */
  readonly #objects = new Map<
    number,
    HostBoundSocket<SocketAddress> | HostListener<SocketAddress> | ServedConnection | ServedDatagram | PendingLookup
  >()
  /** The connections and sockets that are not read because the guest does not read its ring. */
  readonly #held = new Set<ServedObject>()
  /** Connections that are closed but still sending. */
  readonly #orphans: Orphans
  readonly #context: ServerContext
  #lastId = 0

  /**
   * @param host - the real host
   * @param wires - the rings, from the guest and to it
   */
  constructor(host: Host, wires: Wires, events: HostServerEvents) {
    this.#host = host
    this.#events = events
    this.#orphans = new Orphans(host, events.lingering)
    this.#context = {
      orphans: this.#orphans,
      post: (kind, id, value, payload) => this.wire.post(kind, id, value, payload),
      tell: (kind, id, payload, answered) => this.wire.tell(kind, id, payload, answered),
      hold: (served) => void this.#held.add(served),
      forget: (id, served) => {
        this.#objects.delete(id)
        this.#held.delete(served)
      },
      onDefect: events.onDefect,
    }
    this.wire = new ServerChannel(host, wires, { onRecord: this.#receive, onRoom: () => this.#release() })
    this.wire.start()
  }

  /** Closes everything that the guest has left open, like a kernel at the end of a process. */
  close(): void {
    this.wire.close()
    for (const object of this.#objects.values()) this.#attempt(() => object.close())
    this.#objects.clear()
    this.#held.clear()
    this.#orphans.end()
  }

  readonly #receive: OnRecord = (kind, id, value, payload) => {
    if (kind === ToParent.CALL) this.#answer(decode<Call>(payload))
    else if (kind >= ToParent.READY) this.#attempt(() => this.#events.onRecord(kind, id, value, payload))
    else if (kind === ToParent.CLOSE) this.#close(id, value)
    else if (kind === ToParent.CONNECT) this.#connect(id, decode<Address>(payload))
    else {
      const served = this.#objects.get(id)
      // An object that has failed in the meantime is gone, and the guest will be notified.
      if (served instanceof ServedConnection) served.perform(kind, value, payload)
      else if (served instanceof ServedDatagram) this.#attempt(() => served.perform(kind, value, payload))
    }
  }

  #close(id: number, value: number): void {
    const object = this.#objects.get(id)
    this.#objects.delete(id)
    this.#attempt(() => {
      if (object instanceof ServedConnection || object instanceof ServedDatagram) this.#held.delete(object)
      object?.close(value)
    })
  }

  #answer(call: Call): void {
    let reply: Reply
    try {
      reply = this.#perform(call)
    } catch (error) {
      if (!(error instanceof HostError)) this.#events.onDefect(error)
      reply =
        error instanceof HostError
          ? { error: error.code, message: error.message.replace(`${error.code}: `, '') }
          : { error: 'EIO', message: String(error) }
    }
    this.wire.post(ToGuest.REPLY, 0, 0, encode(reply))
    // The guest does nothing until it has the reply.
    this.wire.publish()
  }

  #perform(call: Call): Reply {
    const id = this.#newId()
    if (call.call === 'bind') {
      const port = this.#host.bind(call.local, call.options)
      this.#objects.set(id, port)
      return { id, local: port.local, remote: port.local }
    }
    if (call.call === 'listen') {
      const listener = this.#port(call.port).listen(call.backlog, {
        onConnection: (connection) => this.#arrive(id, call.backlog, connection),
        onError: (code) => void this.wire.post(ToGuest.ERROR, id, errnoValue(code)),
      })
      this.#objects.delete(call.port)
      this.#objects.set(id, listener)
      return { id, local: listener.local, remote: listener.local }
    }
    if (call.call === 'bindDatagram') {
      const bind = (events: DatagramEvents) => this.#host.bindDatagram(call.local, call.options, events)
      const served = new ServedDatagram(id, this.#context, bind)
      this.#objects.set(id, served)
      return served.arrival
    }
    if (call.call === 'datagram') return this.#datagram(call.socket).act(call.action)
    if (call.call === 'lookup') return this.#look(id, (events) => this.#host.lookup(call.name, call.family, events))
    if (call.call === 'reverse') return this.#look(id, (events) => this.#host.reverse(call.address, events))
    if (call.call === 'interfaces') return { id, interfaces: [...this.#host.interfaces()] }
    if (call.call === 'bindPath') {
      const port = this.#unix.bind(call.local)
      this.#objects.set(id, port)
      return { id, local: port.local, remote: port.local }
    }
    if (call.call === 'path') return { id: this.#askPath(call) }
    if (call.call === 'name') return this.#connection(call.connection).arrival()
    const served = this.#begin(id, (events) => this.#dial(call, events))
    if (call.port !== undefined) this.#objects.delete(call.port)
    return served.arrival()
  }

  /** Starts to connect without a reply. */
  #connect(id: number, remote: Address): void {
    try {
      this.#begin(id, (events) => this.#host.connect(remote, events))
    } catch (error) {
      if (!(error instanceof HostError)) this.#events.onDefect(error)
      this.wire.post(ToGuest.ERROR, id, errnoValue(error instanceof HostError ? error.code : 'EIO'))
    }
  }

  #begin(id: number, dial: (events: ServedConnection) => HostConnection<SocketAddress>): ServedConnection {
    const served = new ServedConnection(id, this.#context)
    served.attach(dial(served))
    this.#objects.set(id, served)
    return served
  }

  #dial({ remote, port }: Extract<Call, { call: 'connect' }>, served: ServedConnection): HostConnection<SocketAddress> {
    if (port !== undefined) return this.#port(port).connect(remote, served)
    return remote.family === 'unix' ? this.#unix.connect(remote, served) : this.#host.connect(remote, served)
  }

  #askPath({ does, path, mode }: Extract<Call, { call: 'path' }>): number {
    if (does === 'mode') return this.#unix.mode(path)
    if (does === 'chmod') this.#unix.chmod(path, mode)
    else this.#unix.unlink(path)
    return 0
  }

  get #unix(): HostUnix {
    const { unix } = this.#host
    if (unix === undefined) throw new HostError('ENOTSUP', 'the host does not support sockets with paths')
    return unix
  }

  #look(id: number, begin: (events: LookupEvents) => CancelLookup): NewObject {
    const answer = (kind: number, value: number, text: string): void => {
      this.#objects.delete(id)
      this.wire.post(kind, id, value, encodeText(text))
    }
    const close = begin({
      onAnswer: (texts) => answer(ToGuest.ANSWER, 0, joinAnswer(texts)),
      onError: (code) => answer(ToGuest.ERROR, errnoValue(code), ''),
    })
    this.#objects.set(id, { close })
    return { id }
  }

  #arrive(listener: number, backlog: number, connection: HostConnection<SocketAddress>): void {
    // While the guest does not read its ring, the records that wait for it must not grow without limit.
    if (this.wire.waiting > backlog) {
      this.#attempt(() => abort(connection))
      return
    }
    const id = this.#newId()
    const served = new ServedConnection(id, this.#context)
    connection.events = served
    served.attach(connection)
    this.#objects.set(id, served)
    this.wire.post(ToGuest.CONNECTION, listener, 0, encode(served.arrival()))
  }

  #port(id: number): HostBoundSocket<SocketAddress> {
    const port = this.#objects.get(id)
    if (port instanceof HostBoundSocket) return port
    throw new HostError('EINVAL', `${id} is not a bound socket`)
  }

  #connection(id: number): ServedConnection {
    const served = this.#objects.get(id)
    if (served instanceof ServedConnection) return served
    throw new HostError('EINVAL', `${id} is not a connection`)
  }

  #datagram(id: number): ServedDatagram {
    const socket = this.#objects.get(id)
    if (socket instanceof ServedDatagram) return socket
    throw new HostError('EINVAL', `${id} is not a datagram socket`)
  }

  #newId(): number {
    do this.#lastId = (this.#lastId + 1) % FIRST_OF_GUEST
    while (this.#lastId === 0 || this.#objects.has(this.#lastId))
    return this.#lastId
  }

  #release(): void {
    const held = [...this.#held]
    this.#held.clear()
    for (const served of held) served.release()
  }

  #attempt(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#events.onDefect(error)
    }
  }
}
