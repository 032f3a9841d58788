/**
 * Who waits for what, and who is ready. Interest is told once; a descriptor tells when its state changed; an answer walks the
 * ready ones only, so that idle connections cost nothing.
 */

/** What a descriptor can be ready for, as bits of a mask. They are ours: the boundary translates them to the C library's. */
export const Poll = {
  /** Bytes, the end of the stream, or a connection can be taken. */
  IN: 1,
  /** Bytes can be sent. */
  OUT: 2,
  /** An error waits to be fetched. Reported unasked. */
  ERR: 4,
  /** Both directions are over. Reported unasked. */
  HUP: 8,
  /** The peer has sent its last byte. */
  RDHUP: 16,
} as const

const UNASKED = Poll.ERR | Poll.HUP

/** What the readiness list keeps about a descriptor. */
export interface Pollable {
  /** The descriptor's number. */
  readonly fd: number
  /** What is asked for; 0 while nobody asks. */
  interest: number
  /** Whether the descriptor stands in the list of ready ones. */
  listed: boolean
  /** What it is ready for at this moment, as far as `asked`; the rest need not be found out. */
  readiness(asked: number): number
}

/** The list of ready descriptors of one kernel. */
export class Readiness {
  readonly #wake: (bytes: number) => void
  #ready: Pollable[] = []
  #again: Pollable[] = []

  /** @param wake - called whenever a descriptor became ready, with what `changed()` was told; cheap to call often */
  constructor(wake: (bytes: number) => void) {
    this.#wake = wake
  }

  /** Drops descriptors that are ready no more from the front of the list. @returns whether one is left, which is ready */
  dropStale(): boolean {
    // What was reported stays in the list until it is found to be no longer ready, as here.
    for (;;) {
      const first = this.#ready[0]
      if (first === undefined) return false
      if (wanted(first) !== 0) return true
      first.listed = false
      // Of one that is alone the end is the beginning, and shortening a list at its end is cheap.
      if (this.#ready.length === 1) this.#ready.pop()
      else this.#ready.shift()
    }
  }

  /** Says from now on what a descriptor is watched for; 0 ends it. */
  watch(descriptor: Pollable, events: number): void {
    descriptor.interest = events
    this.changed(descriptor)
  }

  /**
   * To be called by a descriptor whose state changed.
   *
   * @param bytes - how many have just come from outside; 0 where it is something else that changed
   */
  changed(descriptor: Pollable, bytes = 0): void {
    if (descriptor.listed || wanted(descriptor) === 0) return
    descriptor.listed = true
    this.#ready.push(descriptor)
    this.#wake(bytes)
  }

  /**
   * Reports ready descriptors, the longest ready first. Level-triggered: who stays ready is reported again, after the others.
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
    // Whoever found no room in this answer comes first in the next.
    const next = index < ready.length ? [...ready.slice(index), ...again] : again
    this.#again = next === again ? empty(ready) : empty(again)
    this.#ready = next
    return count
  }
}

/** What a descriptor is ready for of what is asked for; nothing while nobody asks. */
function wanted(descriptor: Pollable): number {
  const { interest } = descriptor
  return interest === 0 ? 0 : descriptor.readiness(interest | UNASKED) & (interest | UNASKED)
}

/** Empties a list one by one: shortening it by its length is a slow call of the engine's. */
function empty(list: Pollable[]): Pollable[] {
  while (list.length > 0) list.pop()
  return list
}
