/** A datagram socket whose results and events come from a trace. */
import type { Address } from '../../base/address.js'
import type { Value } from '../../base/trace/value.js'
import {
  type DatagramBuffer,
  type DatagramEvents,
  HostDatagram,
  type Membership,
} from '../../host/contract/datagram.js'
import type { ValueReader } from './read-values.js'
import type { Replaying } from './replayed-connection.js'
import type { Replayer } from './replayer.js'

/** The counterpart of `RecordedDatagram`. */
export class ReplayedDatagram extends HostDatagram {
  readonly #replayer: Replayer
  readonly #read: ValueReader
  readonly #number: number
  readonly #events: DatagramEvents
  #local: Address

  /** Binds as it was recorded. @param args - the address and the options */
  constructor({ replayer, read }: Replaying, args: readonly Value[], events: DatagramEvents) {
    super()
    this.#number = replayer.newObject()
    const [object, local] = read.list(replayer.call('bindDatagram', 0, args))
    read.object(object, this.#number)
    this.#replayer = replayer
    this.#read = read
    this.#events = events
    this.#local = read.ip(local)
    replayer.receive(this.#number, (name, payload) => this.#receive(name, payload))
  }

  get local(): Address {
    return this.#local
  }

  send(bytes: Uint8Array, to: Address | undefined): boolean {
    return this.#read.boolean(this.#call('send', bytes, to && { ...to }))
  }

  readStart(): void {
    this.#replayer.quiet('readStart', this.#number)
  }

  readStop(): void {
    this.#replayer.quiet('readStop', this.#number)
  }

  close(): void {
    this.#replayer.quiet('close', this.#number)
    this.#replayer.forget(this.#number)
  }

  override connect(remote: Address): void {
    this.#local = this.#read.ip(this.#call('connect', { ...remote }))
  }

  override disconnect(): void {
    this.#local = this.#read.ip(this.#call('disconnect'))
  }

  override setBroadcast(enable: boolean): void {
    this.#call('setBroadcast', enable)
  }

  override setTtl(ttl: number): void {
    this.#call('setTtl', ttl)
  }

  override setMulticastTtl(ttl: number): void {
    this.#call('setMulticastTtl', ttl)
  }

  override setMulticastLoop(enable: boolean): void {
    this.#call('setMulticastLoop', enable)
  }

  override setMulticastInterface(on: string | number): void {
    this.#call('setMulticastInterface', on)
  }

  override setMembership(membership: Membership, join: boolean): void {
    this.#call('setMembership', { ...membership }, join)
  }

  override setBufferSize(which: DatagramBuffer, bytes: number): void {
    this.#call('setBufferSize', which, bytes)
  }

  #call(name: string, ...args: readonly Value[]): Value {
    return this.#replayer.call(name, this.#number, args)
  }

  #receive(name: string, [first, from]: readonly Value[]): () => void {
    switch (name) {
      case 'message': {
        const [bytes, sender] = [this.#read.bytes(first), this.#read.ip(from)]
        return () => this.#events.onMessage(bytes, sender)
      }
      case 'drain':
        return () => this.#events.onDrain()
      case 'error': {
        const code = this.#read.errno(first)
        return () => this.#events.onError(code)
      }
      default:
        return this.#replayer.stop('a datagram socket, which has no such event')
    }
  }
}
