/** The parent's end of a guest's datagram sockets. */
import type { Address } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import type { DatagramEvents, HostDatagram } from '../../host/contract/datagram.js'
import { HostError } from '../../host/contract/error.js'
import { DatagramDecoder, type DatagramRecord, encodeDatagram } from '../datagram-codec.js'
import {
  type DatagramAction,
  errnoValue,
  MESSAGE_COST,
  type NewConnection,
  ToGuest,
  ToParent,
  WINDOW,
} from '../protocol.js'
import type { ServedObject, ServerContext } from './connection.js'
import { ReadDemand } from './read-demand.js'

/** A datagram socket of a guest in another thread: it passes messages between the host and the channel to the guest. */
export class ServedDatagram implements DatagramEvents, ServedObject {
  readonly #id: number
  readonly #server: ServerContext
  readonly #host: HostDatagram
  readonly #unsealer = new DatagramDecoder()
  /** The messages for which the host had no room, in order. */
  readonly #waiting: DatagramRecord[] = []
  /** The reason why the last message could not be sent, if the guest asks for the outcome. */
  #failure: HostError | undefined
  readonly #reading = new ReadDemand()
  /** The total number of bytes that the host has accepted, and of those that were reported; modulo 2^32. */
  #accepted = 0
  #told = 0

  /** @param bind - binds the host's socket; may throw its error */
  constructor(id: number, server: ServerContext, bind: (events: DatagramEvents) => HostDatagram) {
    this.#id = id
    this.#server = server
    this.#host = bind(this)
  }

  /** The properties that the guest must know. */
  get arrival(): NewConnection {
    const { local } = this.#host
    return { id: this.#id, local, remote: local }
  }

  /** Performs a request of the guest that has no reply. */
  perform(kind: number, value: number, payload: Uint8Array): void {
    if (kind === ToParent.READ_START) this.#reading.want(this.#host, true)
    else if (kind === ToParent.READ_STOP) this.#reading.want(this.#host, false)
    else {
      const message = this.#unsealer.take(payload, value)
      if (message !== undefined) this.#send(message)
    }
  }

  /** Performs a request that the guest waits for. @throws {HostError} the error of the host */
  act(action: DatagramAction): NewConnection {
    const host = this.#host
    switch (action.does) {
      case 'tell':
        this.#tellFailure()
        break
      case 'settle':
        this.#told = this.#accepted
        return { ...this.arrival, accepted: this.#accepted }
      case 'connect':
        host.connect(action.remote)
        break
      case 'disconnect':
        host.disconnect()
        break
      case 'setMembership':
        host.setMembership(action.membership, action.join)
        break
      case 'setBufferSize':
        host.setBufferSize(action.which, action.value)
        break
      case 'setBroadcast':
      case 'setMulticastLoop':
        host[action.does](action.value)
        break
      case 'setTtl':
      case 'setMulticastTtl':
        host[action.does](action.value)
        break
      case 'setMulticastInterface':
        host.setMulticastInterface(action.value)
        break
    }
    return this.arrival
  }

  /** Closes the host's socket. */
  close(): void {
    this.#host.close()
  }

  release(): void {
    this.#reading.hold(this.#host, false)
  }

  onMessage(bytes: Uint8Array, from: Address): void {
    const payload = encodeDatagram({ bytes, address: from, asked: false })
    if (this.#server.post(ToGuest.DATA, this.#id, payload.length, payload)) return
    this.#server.hold(this)
    this.#reading.hold(this.#host, true)
  }

  onDrain(): void {
    // A guest that asked for the outcome already has its reply.
    for (const message of this.#waiting.splice(0)) this.#send({ ...message, asked: false })
  }

  onError(code: ErrnoName): void {
    this.#server.post(ToGuest.ERROR, this.#id, errnoValue(code))
  }

  #send(message: DatagramRecord): void {
    const { bytes, address, asked } = message
    try {
      if (this.#waiting.length > 0 || !this.#host.send(bytes, address)) {
        this.#waiting.push(message)
        return
      }
    } catch (error) {
      if (!(error instanceof HostError)) this.#server.onDefect(error)
      const failure = error instanceof HostError ? error : new HostError('EIO', String(error))
      // A guest that asks for the outcome has not counted the message as sent.
      if (asked) {
        this.#failure = failure
        return
      }
      this.onError(failure.code)
    }
    this.#tellTaken(bytes.length + MESSAGE_COST)
  }

  #tellFailure(): void {
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
  }

  /** Reports accepted bytes in batches. The guest counts smaller amounts as accepted anyway; see {@link WINDOW}. */
  #tellTaken(bytes: number): void {
    this.#accepted = (this.#accepted + bytes) >>> 0
    if ((this.#accepted - this.#told) >>> 0 < WINDOW / 2) return
    this.#told = this.#accepted
    this.#server.post(ToGuest.TAKEN, this.#id, this.#told)
  }
}
