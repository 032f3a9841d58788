/** Names, as a guest in another thread asks for them: its parent's host answers. */
import type { CancelLookup, LookupEvents } from '../../host/contract/lookup.js'
import { type Call, decodeText, errnoOf, type NewObject, ToGuest, ToParent } from '../protocol.js'
import type { ClientChannel } from './channel.js'

/** Between two texts of an answer, none of which can have it. */
const BETWEEN = '\n'

/** Asks the parent. @throws {HostError} its refusal */
export function remoteLookup(wire: ClientChannel, call: Call, events: LookupEvents): CancelLookup {
  const { id } = wire.call<NewObject>(call)
  const forget = (): void => wire.route(id, undefined)
  wire.route(id, (kind, value, payload) => {
    forget()
    if (kind === ToGuest.ERROR) events.onError(errnoOf(value))
    else events.onAnswer(decodeText(payload).split(BETWEEN))
  })
  return () => {
    forget()
    wire.post(ToParent.CLOSE, id)
  }
}

/** An answer as a payload's text. */
export function joinAnswer(texts: readonly string[]): string {
  return texts.join(BETWEEN)
}
