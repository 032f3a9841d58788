/** A datagram socket whose calls and events are recorded. */
import type { Address } from '../../base/address.js'
import type { Value } from '../../base/trace/value.js'
import {
  type DatagramBuffer,
  type DatagramEvents,
  HostDatagram,
  type Membership,
} from '../../host/contract/datagram.js'
import type { Recorder } from './recorder.js'

/** Passes calls to the socket below, and events to the program, and records both. */
export class RecordedDatagram extends HostDatagram {
  readonly #recorder: Recorder
  readonly #inner: HostDatagram
  readonly #number: number

  /** @param make - makes the socket below, with the receiver of its events */
  constructor(
    recorder: Recorder,
    number: number,
    events: DatagramEvents,
    make: (events: DatagramEvents) => HostDatagram,
  ) {
    super()
    this.#recorder = recorder
    this.#number = number
    this.#inner = make({
      onMessage: (bytes, from) =>
        recorder.event('message', number, [bytes, { ...from }], () => events.onMessage(bytes, from)),
      onDrain: () => recorder.event('drain', number, [], () => events.onDrain()),
      onError: (code) => recorder.event('error', number, [code], () => events.onError(code)),
    })
  }

  get local(): Address {
    return this.#inner.local
  }

  /** Its number and address. */
  get traits(): Value {
    return [this.#number, { ...this.local }]
  }

  send(bytes: Uint8Array, to: Address | undefined): boolean {
    const args = [this.#recorder.sent(bytes), to && { ...to }]
    return this.#recorder.call(
      'send',
      this.#number,
      args,
      () => this.#inner.send(bytes, to),
      (accepted) => accepted,
    )
  }

  readStart(): void {
    this.#call('readStart', [], () => this.#inner.readStart())
  }

  readStop(): void {
    this.#call('readStop', [], () => this.#inner.readStop())
  }

  close(): void {
    this.#call('close', [], () => this.#inner.close())
  }

  override connect(remote: Address): void {
    this.#move('connect', [{ ...remote }], () => this.#inner.connect(remote))
  }

  override disconnect(): void {
    this.#move('disconnect', [], () => this.#inner.disconnect())
  }

  override setBroadcast(enable: boolean): void {
    this.#call('setBroadcast', [enable], () => this.#inner.setBroadcast(enable))
  }

  override setTtl(ttl: number): void {
    this.#call('setTtl', [ttl], () => this.#inner.setTtl(ttl))
  }

  override setMulticastTtl(ttl: number): void {
    this.#call('setMulticastTtl', [ttl], () => this.#inner.setMulticastTtl(ttl))
  }

  override setMulticastLoop(enable: boolean): void {
    this.#call('setMulticastLoop', [enable], () => this.#inner.setMulticastLoop(enable))
  }

  override setMulticastInterface(on: string | number): void {
    this.#call('setMulticastInterface', [on], () => this.#inner.setMulticastInterface(on))
  }

  override setMembership(membership: Membership, join: boolean): void {
    this.#call('setMembership', [{ ...membership }, join], () => this.#inner.setMembership(membership, join))
  }

  override setBufferSize(which: DatagramBuffer, bytes: number): void {
    this.#call('setBufferSize', [which, bytes], () => this.#inner.setBufferSize(which, bytes))
  }

  #call(name: string, args: readonly Value[], act: () => void): void {
    this.#recorder.call(name, this.#number, args, act)
  }

  /** A call that may change the local address. */
  #move(name: string, args: readonly Value[], act: () => void): void {
    this.#recorder.call(name, this.#number, args, act, () => ({ ...this.local }))
  }
}
