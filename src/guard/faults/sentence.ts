/** When faults end a connection. */
import type { Affliction } from './affliction.js'

/** How a fault ends a connection, and when, in milliseconds of the host's clock. */
export interface Sentence {
  readonly how: 'close' | 'reset'
  readonly at: number
  readonly one: Affliction
}

/** The first end of a connection until then. @param active - the faults that are active */
export function sentenceOf(active: readonly Affliction[], until: number): Sentence | undefined {
  let first: Sentence | undefined
  for (const one of active) {
    const at = endOf(one)
    const how = one.fault.toxic === 'reset_peer' ? 'reset' : 'close'
    if (at !== undefined && at <= until && (first === undefined || at < first.at)) first = { how, at, one }
  }
  return first
}

function endOf({ fault, since = 0, passed }: Affliction): number | undefined {
  switch (fault.toxic) {
    case 'reset_peer':
      return since + (fault.timeout ?? 0)
    case 'timeout':
      return fault.timeout === 0 ? undefined : since + fault.timeout
    case 'limit_data': {
      const direction = fault.direction ?? 'downstream'
      const amounts = direction === 'both' ? [passed.upstream, passed.downstream] : [passed[direction]]
      return amounts.some((amount) => amount >= fault.bytes) ? since : undefined
    }
    default:
      return undefined
  }
}
