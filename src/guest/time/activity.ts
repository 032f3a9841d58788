/** What a guest is doing. */
export interface Activity {
  /** How often it has made a call that may wait, as an event loop does in each turn; counted modulo 2^32. */
  readonly turns: number
  /** Whether it waits, so that it will answer what happens next. */
  readonly isWaiting: boolean
  /** The processor time that it has used, in milliseconds. */
  readonly processorTime: number
}
