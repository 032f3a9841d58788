/** Lookups of a guest in another thread; its parent's host answers them. */
import type { CancelLookup, LookupEvents } from '../../host/contract/lookup.js'
import { type Call, decodeText, errnoOf, type NewObject, ToGuest, ToParent } from '../protocol.js'
import type { ClientChannel } from './channel.js'

/** The separator of the texts of an answer, none of which can contain it. */
const BETWEEN = '\n'

/** Starts a lookup in the parent. @throws {HostError} the parent's error */
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

/** Joins the texts of an answer into one payload text. */
export function joinAnswer(texts: readonly string[]): string {
  return texts.join(BETWEEN)
}
