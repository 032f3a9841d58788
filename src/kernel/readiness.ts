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

/**
 * When a ready descriptor is reported: with every poll while it is ready, once for each change (`EPOLLET`), or once
 * until it is watched again (`EPOLLONESHOT`).
 */
export type Trigger = 'level' | 'edge' | 'once'

/** A descriptor that is watched, under one of its numbers, in one list. */
export abstract class Watch {
  /** The requested events; 0 while the descriptor is not watched. */
  interest = 0
  /** Whether it is in the ready list. */
  enlisted = false
  /** The next watch of the same descriptor. */
  next: Watch | undefined
  /** The list; `undefined` for none. */
  abstract readonly list: Readiness | undefined
  /** The number. */
  abstract readonly fd: number

  /** When it is reported. */
  get trigger(): Trigger {
    return 'level'
  }

  /** What the descriptor is ready for now. Only the bits in `asked` must be exact. */
  abstract readiness(asked: number): number

  /** The requested events that the descriptor is ready for; 0 while it is not watched. */
  wanted(): number {
    const { interest } = this
    return interest === 0 ? 0 : this.readiness(interest | UNASKED) & (interest | UNASKED)
  }
}

/**
 * What can be watched. It is its own first watch, by which most are watched and no other, so that an idle connection
 * has no object for it.
 */
export abstract class Pollable extends Watch {
  /** The list of its own watch; `undefined` while that is not in use. */
  list: Readiness | undefined
  abstract override fd: number
}

/** One more watch: under another number, or in another list. */
export class FurtherWatch extends Watch {
  readonly list: Readiness
  readonly fd: number
  readonly #descriptor: Pollable

  constructor(list: Readiness, descriptor: Pollable, fd: number) {
    super()
    this.list = list
    this.fd = fd
    this.#descriptor = descriptor
    this.next = descriptor.next
    descriptor.next = this
  }

  override readiness(asked: number): number {
    return this.#descriptor.readiness(asked)
  }
}

/**
 * Reports to all lists that a descriptor's state has changed.
 *
 * @param bytes - how many have just arrived from outside; 0 for any other change
 */
export function reportChange(descriptor: Pollable, bytes = 0): void {
  for (let one: Watch | undefined = descriptor; one !== undefined; one = one.next) one.list?.offer(one, bytes)
}

/** A list of watched descriptors, of which it keeps those that are ready. */
export class Readiness {
  readonly #wake: (bytes: number) => void
  #ready: Watch[] = []
  #again: Watch[] = []

  /**
   * @param wake - called when a descriptor has become ready, with the bytes given to `offer()`; cheap to call often
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
      if (first.wanted() !== 0) return true
      first.enlisted = false
      // With a single entry, the front is also the end, and removing from the end is cheap.
      if (this.#ready.length === 1) this.#ready.pop()
      else this.#ready.shift()
    }
  }

  /** The watch of a descriptor under one of its numbers, if there is one. */
  find(descriptor: Pollable, fd: number): Watch | undefined {
    let one: Watch | undefined = descriptor
    while (one !== undefined && (one.list !== this || one.fd !== fd)) one = one.next
    return one
  }

  /** Sets the events that a descriptor is watched for, under one of its numbers; 0 ends the interest. */
  watch(descriptor: Pollable, fd: number, events: number): void {
    this.change(this.find(descriptor, fd) ?? this.#begin(descriptor, fd), events)
  }

  #begin(descriptor: Pollable, fd: number): Watch {
    if (descriptor.list !== undefined || descriptor.fd !== fd) return new FurtherWatch(this, descriptor, fd)
    descriptor.list = this
    return descriptor
  }

  /** Sets the events of a watch of this list. */
  change(watch: Watch, events: number): void {
    watch.interest = events
    this.offer(watch)
  }

  /** Called when the state of a watched descriptor has changed; see {@link reportChange}. */
  offer(watch: Watch, bytes = 0): void {
    if (watch.enlisted || watch.wanted() === 0) return
    watch.enlisted = true
    this.#ready.push(watch)
    this.#wake(bytes)
  }

  /**
   * Reports ready descriptors, those that have been ready longest first. A level-triggered one that remains ready is
   * reported again, after the others.
   *
   * @param max - how many at most
   * @param report - receives the watch, and what its descriptor is ready for
   * @returns how many were reported
   */
  collect(max: number, report: (index: number, watch: Watch, events: number) => void): number {
    const ready = this.#ready
    const again = this.#again
    let count = 0
    let index = 0
    for (; index < ready.length && count < max; index++) {
      const watch = ready[index]
      if (watch === undefined) break
      const events = watch.wanted()
      if (events !== 0) report(count++, watch, events)
      if (events !== 0 && watch.trigger === 'level') {
        again.push(watch)
        continue
      }
      watch.enlisted = false
      if (events !== 0 && watch.trigger === 'once') watch.interest = 0
    }
    // Descriptors that did not fit into this answer come first in the next one.
    const next = index < ready.length ? [...ready.slice(index), ...again] : again
    this.#again = next === again ? empty(ready) : empty(again)
    this.#ready = next
    return count
  }
}

/**
 * Ends the watches of a descriptor.
 *
 * @param of - which ones; all by default
 */
export function endWatches(descriptor: Pollable, of: (watch: Watch) => boolean = () => true): void {
  let kept: Watch = descriptor
  for (let watch = kept.next; watch !== undefined; watch = watch.next) {
    if (!of(watch)) kept = watch
    else {
      watch.interest = 0
      kept.next = watch.next
    }
  }
  if (descriptor.list === undefined || !of(descriptor)) return
  descriptor.interest = 0
  descriptor.list = undefined
}

/** Empties a list one by one: setting its length is a slow call in the engine. */
function empty(list: Watch[]): Watch[] {
  while (list.length > 0) list.pop()
  return list
}
