/**
 * The life of a connection in two halves, as every host has it: what may be sent, and what may be delivered. A half is in one
 * named state, and moves only by the steps of its table.
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
  /** The connection does not stand yet. */
  | 'connecting'
  /** Bytes may be written. */
  | 'open'
  /** `shutdown()` was called; FIN waits for the bytes before it. */
  | 'finishing'
  /** FIN was handed to the platform. */
  | 'finished'
  /** A write has failed and told its caller; what the peer had sent is still to be delivered. */
  | 'broken'
  /** Closed, reset or failed: the platform has nothing of ours any more. */
  | 'closed'

/** The receiving half. */
export type Receiving =
  /** Nothing may be delivered. */
  | 'paused'
  /** Bytes and the end are delivered as they come. */
  | 'flowing'
  /** The end was delivered. */
  | 'ended'
  /** Closed, reset or failed: nothing is delivered any more. */
  | 'closed'

/** What moves the sending half. */
export type SendingStep = 'establish' | 'finish' | 'flush' | 'break' | 'close'

/** What moves the receiving half. */
export type ReceivingStep = 'start' | 'stop' | 'end' | 'close'

type Table<Step extends string, State extends string> = Readonly<Record<Step, Partial<Readonly<Record<State, State>>>>>

/** Where each step leads the sending half; from a state that is not named it is illegal. */
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

/** Where each step leads the receiving half; from a state that is not named it is illegal. */
export const RECEIVING: Table<ReceivingStep, Receiving> = {
  start: { paused: 'flowing' },
  stop: { flowing: 'paused' },
  end: { flowing: 'ended' },
  close: { paused: 'closed', flowing: 'closed', ended: 'closed', closed: 'closed' },
}

/**
 * Takes a step.
 *
 * @param table - the half's
 * @throws {Error} when the step is illegal from there: a defect of the host
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
