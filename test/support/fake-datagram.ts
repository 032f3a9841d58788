/** A datagram socket that a test controls; see `fake-host.ts`. */
import type { Address } from '../../src/base/address.js'
import {
  type DatagramBindOptions,
  type DatagramBuffer,
  type DatagramEvents,
  HostDatagram,
  type Membership,
} from '../../src/host/contract/datagram.js'
import { failAs, loopback, type Wish } from './wishes.js'

/** A datagram socket with messages that the test makes. */
export class FakeDatagram extends HostDatagram {
  local: Address
  readonly options: DatagramBindOptions
  readonly events: DatagramEvents
  /** Whether there is room for a message. */
  hasRoom = true
  reading = false
  closed = false
  /** The errors that calls throw, by their names. */
  readonly fails: Partial<Record<'send' | 'connect' | 'disconnect' | 'set' | 'setMembership', Wish>> = {}
  /** The calls, in order. */
  readonly log: string[] = []
  readonly sent: { readonly bytes: Uint8Array; readonly to: Address | undefined }[] = []

  constructor(local: Address, { ipv6Only, reusePort, reuseAddress }: DatagramBindOptions, events: DatagramEvents) {
    super()
    this.local = local
    this.options = { ipv6Only, reusePort, reuseAddress }
    this.events = events
  }

  send(bytes: Uint8Array, to: Address | undefined): boolean {
    failAs(this.fails.send)
    if (this.hasRoom) this.sent.push({ bytes, to })
    return this.hasRoom
  }

  readStart(): void {
    this.reading = true
  }

  readStop(): void {
    this.reading = false
  }

  close(): void {
    this.closed = true
  }

  override connect(remote: Address): void {
    this.#asked('connect', `connect ${remote.host} ${remote.port}`)
  }

  override disconnect(): void {
    this.#asked('disconnect', 'disconnect')
  }

  override setBroadcast(enable: boolean): void {
    this.#asked('set', `broadcast ${enable}`)
  }

  override setTtl(ttl: number): void {
    this.#asked('set', `ttl ${ttl}`)
  }

  override setMulticastTtl(ttl: number): void {
    this.#asked('set', `multicastTtl ${ttl}`)
  }

  override setMulticastLoop(enable: boolean): void {
    this.#asked('set', `multicastLoop ${enable}`)
  }

  override setMulticastInterface(on: string | number): void {
    this.#asked('set', `multicastInterface ${on}`)
  }

  override setMembership({ group, on, source = 'all' }: Membership, join: boolean): void {
    this.#asked('setMembership', `${join ? 'join' : 'leave'} ${group} on ${on} from ${source}`)
  }

  override setBufferSize(which: DatagramBuffer, bytes: number): void {
    this.#asked('set', `${which} buffer ${bytes}`)
  }

  /** Delivers a message. */
  receive(data: Uint8Array | string, from = loopback(9)): void {
    if (!this.reading) throw new Error('the test sent a message to a socket that does not read')
    this.events.onMessage(typeof data === 'string' ? new TextEncoder().encode(data) : data, from)
  }

  #asked(call: keyof FakeDatagram['fails'], line: string): void {
    failAs(this.fails[call])
    this.log.push(line)
  }
}
