import type { StreamRelay } from '../../host/contract/stream.js'
import { outcomeValue, streamOf, streamValue, ToGuest, ToParent } from '../protocol.js'
import type { ServerChannel } from './channel.js'

/** The numbers of the standard streams. */
const STREAMS = [0, 1, 2] as const

/** The relays by the numbers of their streams. */
interface Relays {
  relay(stream: number): StreamRelay | undefined
}

/** Serves the standard streams of a guest in another thread, by their relays in this one. */
export class StreamServer {
  readonly #relays: Relays

  /** @param wire - sends records to the guest */
  constructor(relays: Relays, wire: ServerChannel) {
    this.#relays = relays
    for (const stream of STREAMS) {
      const relay = relays.relay(stream)
      if (relay === undefined) continue
      relay.events = {
        onInput: (bytes) => {
          if (typeof bytes === 'string') wire.post(ToGuest.INPUT, 0, streamValue(stream, outcomeValue(bytes)))
          else wire.post(ToGuest.INPUT, 0, stream, bytes)
        },
        onNothing: () => void wire.post(ToGuest.NOTHING, 0, stream),
        onSent: (error) => void wire.post(ToGuest.SENT, 0, streamValue(stream, outcomeValue(error))),
      }
    }
  }

  /** Serves a record of the guest. @returns whether it concerned a stream */
  serve(kind: number, value: number, payload: Uint8Array): boolean {
    const [stream, max] = streamOf(value)
    const relay = this.#relays.relay(stream)
    if (kind === ToParent.INPUT) relay?.want(max)
    else if (kind === ToParent.OUTPUT) relay?.send(payload.slice())
    else if (kind === ToParent.CLOSE_STREAM) relay?.close(false)
    else return false
    return true
  }
}
