/**
 * Which descriptors are watched, and which of them are ready. Interest is registered once and a descriptor reports
 * when its state changes, so a poll walks the ready descriptors only and idle connections cost nothing.
 */

/**
 * What a descriptor can be ready for, as bits of a mask. The bits are internal; the system call layer maps them
 * to the C library's.
 */
export const Poll = {
  /** Bytes, the end of the stream, or a connection can be taken. */
  IN: 1,
  /** Bytes can be sent. */
  OUT: 2,
  /** An error is pending. Always reported, even if not requested. */
  ERR: 4,
  /** Both directions have ended. Always reported, even if not requested. */
  HUP: 8,
  /** The peer has sent its last byte. */
  RDHUP: 16,
} as const

const UNASKED = Poll.ERR | Poll.HUP

/** What the ready list stores about a descriptor. */
export interface Pollable {
  /** The descriptor's number. */
  readonly fd: number
  /** The requested events; 0 while the descriptor is not watched. */
  interest: number
  /** Whether the descriptor is in the ready list. */
  listed: boolean
  /** What it is ready for now. Only the bits in `asked` must be exact. */
  readiness(asked: number): number
}

/** The list of ready descriptors of one kernel. */
export class Readiness {
  readonly #wake: (bytes: number) => void
  #ready: Pollable[] = []
  #again: Pollable[] = []

  /**
   * @param wake - called when a descriptor has become ready, with the bytes given to `changed()`; cheap to call often
   */
  constructor(wake: (bytes: number) => void) {
    this.#wake = wake
  }

  /** Removes descriptors that are no longer ready from the front of the list. @returns whether a ready one is left */
  dropStale(): boolean {
    // A reported descriptor stays in the list until it is found to be no longer ready, as here.
    for (;;) {
      const first = this.#ready[0]
      if (first === undefined) return false
      if (wanted(first) !== 0) return true
      first.listed = false
      // With a single entry, the front is also the end, and removing from the end is cheap.
      if (this.#ready.length === 1) this.#ready.pop()
      else this.#ready.shift()
    }
  }

  /** Sets the events that a descriptor is watched for; 0 ends the watch. */
  watch(descriptor: Pollable, events: number): void {
    descriptor.interest = events
    this.changed(descriptor)
  }

  /**
   * Called by a descriptor when its state has changed.
   *
   * @param bytes - how many have just arrived from outside; 0 for any other change
   */
  changed(descriptor: Pollable, bytes = 0): void {
    if (descriptor.listed || wanted(descriptor) === 0) return
    descriptor.listed = true
    this.#ready.push(descriptor)
    this.#wake(bytes)
  }

  /**
   * Reports ready descriptors, those that have been ready longest first. Level-triggered: a descriptor that remains
   * ready is reported again, after the others.
   *
   * @param max - how many at most
   * @param report - receives the descriptor's number and what it is ready for
   * @returns how many were reported
   */
  collect(max: number, report: (index: number, fd: number, events: number) => void): number {
    const ready = this.#ready
    const again = this.#again
    let count = 0
    let index = 0
    for (; index < ready.length && count < max; index++) {
      const descriptor = ready[index]
      if (descriptor === undefined) break
      const events = wanted(descriptor)
      if (events === 0) {
        descriptor.listed = false
        continue
      }
      report(count++, descriptor.fd, events)
      again.push(descriptor)
    }
    // Descriptors that did not fit into this answer come first in the next one.
    const next = index < ready.length ? [...ready.slice(index), ...again] : again
    this.#again = next === again ? empty(ready) : empty(again)
    this.#ready = next
    return count
  }
}

/** The requested events that a descriptor is ready for; 0 while it is not watched. */
function wanted(descriptor: Pollable): number {
  const { interest } = descriptor
  return interest === 0 ? 0 : descriptor.readiness(interest | UNASKED) & (interest | UNASKED)
}

/** Empties a list one by one: setting its length is a slow call in the engine. */
function empty(list: Pollable[]): Pollable[] {
  while (list.length > 0) list.pop()
  return list
}
