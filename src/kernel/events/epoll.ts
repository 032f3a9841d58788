import { Descriptor, type Result } from '../descriptor.js'
import { endWatches, FurtherWatch, Poll, Readiness, type Trigger } from '../readiness.js'

/** What an epoll instance needs from its kernel. */
export interface EpollContext {
  /** Everything that is open, once for each number. */
  descriptors(): Iterable<Descriptor>
  /** Reports that the readiness of `descriptor` may have changed. */
  changed(descriptor: Descriptor): void
}

/** How a descriptor is watched. */
export interface Interest {
  /** Bits of {@link Poll}; 0 for errors and hang-ups only. */
  readonly events: number
  readonly trigger: Trigger
  /** Returned with each event. */
  readonly data: bigint
}

/** How many levels of instances may watch each other, as on Linux. */
const LEVELS = 5

/** Bits that are always reported, so that an interest in nothing else is still one. */
const ALWAYS = Poll.ERR | Poll.HUP

/** A watch with what a program has said of it. */
class EpollWatch extends FurtherWatch {
  how: Trigger = 'level'
  data = 0n

  override get trigger(): Trigger {
    return this.how
  }
}

/** An epoll instance: a list of watched descriptors, which is readable while one of them is ready. */
export class Epoll extends Descriptor {
  readonly #kernel: EpollContext
  readonly #list: Readiness
  /** The instances that watch this one. */
  readonly #holders = new Set<Epoll>()
  /** One more than the level of any instance that it has watched; a cycle would raise it without end. */
  #level = 1

  constructor(kernel: EpollContext) {
    super(undefined, 'both')
    this.#kernel = kernel
    this.#list = new Readiness(() => kernel.changed(this))
  }

  override readiness(): number {
    return this.#list.dropStale() ? Poll.IN : 0
  }

  override get anonymous(): boolean {
    return true
  }

  /** Watches a descriptor under one of its numbers. @returns 0; EEXIST, ELOOP */
  add(descriptor: Descriptor, fd: number, interest: Interest): Result {
    if (this.#list.find(descriptor, fd) !== undefined) return 'EEXIST'
    if (descriptor instanceof Epoll) {
      // Added first, so that a cycle is one.
      descriptor.#holders.add(this)
      if (!this.#mayRise(descriptor.#level + 1)) {
        descriptor.#holders.delete(this)
        return 'ELOOP'
      }
      this.#rise(descriptor.#level + 1)
    }
    this.#watch(descriptor, fd, interest)
    return 0
  }

  /** Changes how a descriptor is watched. @returns 0; ENOENT */
  modify(descriptor: Descriptor, fd: number, interest: Interest): Result {
    if (this.#list.find(descriptor, fd) === undefined) return 'ENOENT'
    this.#watch(descriptor, fd, interest)
    return 0
  }

  /** Ends a watch. @returns 0; ENOENT */
  delete(descriptor: Descriptor, fd: number): Result {
    const watch = this.#list.find(descriptor, fd)
    if (watch === undefined) return 'ENOENT'
    endWatches(descriptor, (one) => one === watch)
    if (descriptor instanceof Epoll) descriptor.#holders.delete(this)
    return 0
  }

  /** Reports ready descriptors; see {@link Readiness.collect}. */
  collect(max: number, report: (index: number, data: bigint, events: number) => void): number {
    return this.#list.collect(max, (index, watch, events) => {
      if (watch instanceof EpollWatch) report(index, watch.data, events)
    })
  }

  override close(): void {
    for (const descriptor of this.#kernel.descriptors()) {
      endWatches(descriptor, ({ list }) => list === this.#list)
      if (descriptor instanceof Epoll) descriptor.#holders.delete(this)
    }
  }

  #watch(descriptor: Descriptor, fd: number, { events, trigger, data }: Interest): void {
    const found = this.#list.find(descriptor, fd)
    const watch = found instanceof EpollWatch ? found : new EpollWatch(this.#list, descriptor, fd)
    watch.how = trigger
    watch.data = data
    this.#list.change(watch, events | ALWAYS)
  }

  /** Whether this instance and those that watch it can have such a level. */
  #mayRise(level: number): boolean {
    if (level > LEVELS) return false
    return level <= this.#level || [...this.#holders].every((holder) => holder.#mayRise(level + 1))
  }

  #rise(level: number): void {
    if (level <= this.#level) return
    this.#level = level
    for (const holder of this.#holders) holder.#rise(level + 1)
  }
}
