/** The times of a trace's entries. */
import type { TraceEntry } from '../../base/trace/value.js'

/** Follows the clocks of a trace: events have a time, and calls happen after the last time that was told. */
export class Clock {
  #first: number | undefined
  #last = 0

  /** Nanoseconds since the first time. */
  get now(): number {
    return this.#last - (this.#first ?? this.#last)
  }

  /** Takes the next entry. */
  take(entry: TraceEntry): void {
    const time = entry.kind === 'event' ? entry.time : entry.name === 'clock' ? entry.outcome : undefined
    if (typeof time !== 'number') return
    this.#first ??= time
    this.#last = Math.max(this.#last, time)
  }
}
