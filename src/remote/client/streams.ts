import type { StreamRelay, StreamRelayEvents } from '../../host/contract/stream.js'
import { outcomeOf, streamOf, streamValue, ToGuest, ToParent } from '../protocol.js'
import type { ClientChannel } from './channel.js'

/** The relay of a standard stream in the guest's thread: passes requests to the one in the parent's. */
class RemoteRelay implements StreamRelay {
  events: StreamRelayEvents = { onInput() {}, onNothing() {}, onSent() {} }
  readonly #wire: ClientChannel
  readonly #stream: number

  constructor(wire: ClientChannel, stream: number) {
    this.#wire = wire
    this.#stream = stream
  }

  want(max: number): void {
    this.#wire.post(ToParent.INPUT, 0, streamValue(this.#stream, max))
  }

  send(bytes: Uint8Array): void {
    this.#wire.post(ToParent.OUTPUT, 0, this.#stream, bytes)
    // At once: the guest takes it for written, and may be ended before it next waits.
    this.#wire.publish()
  }

  close(): void {
    this.#wire.post(ToParent.CLOSE_STREAM, 0, this.#stream)
  }
}

/** The relays of a guest's standard streams, for the guest's end of a channel. */
export function remoteRelays(wire: ClientChannel, count: number): StreamRelay[] {
  const relays = Array.from({ length: count }, (_, stream) => new RemoteRelay(wire, stream))
  wire.route(0, (kind, value, payload) => {
    const [stream, other] = streamOf(value)
    const events = relays[stream]?.events
    if (kind === ToGuest.SENT) events?.onSent(outcomeOf(other))
    else if (kind === ToGuest.NOTHING) events?.onNothing()
    else if (kind === ToGuest.INPUT) events?.onInput(outcomeOf(other) ?? payload.slice())
  })
  return relays
}
