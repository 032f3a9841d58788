/**
 * The states of a connection, which every host shares. A connection has a sending and a receiving half; each is in
 * one named state and changes it only by the transitions of its table.
 *
 * ```text
 * sending    connecting ─ establish ─▶ open ─ finish ─▶ finishing ─ flush ─▶ finished
 *                                        └───── break ──────┴───────▶ broken
 *
 * receiving  paused ◀─ start, stop ─▶ flowing ─ end ─▶ ended
 *
 * both       any ─ close ─▶ closed
 * ```
 */

/** The sending half. */
export type Sending =
  /** The connection is not established yet. */
  | 'connecting'
  /** Bytes may be written. */
  | 'open'
  /** `shutdown()` was called; FIN waits for the bytes before it. */
  | 'finishing'
  /** FIN was passed to the platform. */
  | 'finished'
  /** A write has failed and reported it to its caller; data that the peer had sent is still to be delivered. */
  | 'broken'
  /** Closed, reset or failed: the platform no longer uses any memory of the caller. */
  | 'closed'

/** The receiving half. */
export type Receiving =
  /** Nothing may be delivered. */
  | 'paused'
  /** Bytes and the end are delivered as they arrive. */
  | 'flowing'
  /** The end was delivered. */
  | 'ended'
  /** Closed, reset or failed: nothing is delivered any more. */
  | 'closed'

/** The transitions of the sending half. */
export type SendingStep = 'establish' | 'finish' | 'flush' | 'break' | 'close'

/** The transitions of the receiving half. */
export type ReceivingStep = 'start' | 'stop' | 'end' | 'close'

type Table<Step extends string, State extends string> = Readonly<Record<Step, Partial<Readonly<Record<State, State>>>>>

/**
 * The new state of the sending half for each transition. From a state that is not listed, the transition is illegal.
 */
export const SENDING: Table<SendingStep, Sending> = {
  establish: { connecting: 'open' },
  finish: { open: 'finishing' },
  flush: { finishing: 'finished' },
  break: { open: 'broken', finishing: 'broken', finished: 'broken', broken: 'broken' },
  close: {
    connecting: 'closed',
    open: 'closed',
    finishing: 'closed',
    finished: 'closed',
    broken: 'closed',
    closed: 'closed',
  },
}

/**
 * The new state of the receiving half for each transition. From a state that is not listed, the transition is illegal.
 */
export const RECEIVING: Table<ReceivingStep, Receiving> = {
  start: { paused: 'flowing' },
  stop: { flowing: 'paused' },
  end: { flowing: 'ended' },
  close: { paused: 'closed', flowing: 'closed', ended: 'closed', closed: 'closed' },
}

/**
 * Performs a transition.
 *
 * @param table - the table of the half
 * @throws {Error} when the transition is illegal from that state: a defect of the host
 */
export function step<Step extends string, State extends string>(
  table: Table<Step, State>,
  from: State,
  by: Step,
): State {
  const to = table[by][from]
  if (to === undefined) throw new Error(`Cannot ${by} a connection: it is ${from}; this is a defect of its host`)
  return to
}
