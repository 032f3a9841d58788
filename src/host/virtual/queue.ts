/** What a virtual network needs of a queue of events. */

/** Where everything that happens on a network is queued: in real time, or in virtual time. */
export interface Queue {
  /** The number of events in the queue. */
  readonly length: number
  /** The number of events posted so far. As long as it is unchanged, nothing has happened. */
  readonly posted: number
  /** The milliseconds of virtual time that have passed; `undefined` in real time. */
  readonly elapsed?: number
  /** Appends an event that happens now. It never runs before this call has returned. */
  post(event: () => void): void
}
