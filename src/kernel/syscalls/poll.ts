import type { Description } from '../../abi/description.js'
import type { Memory } from '../../abi/memory.js'
import type { Arrivals } from '../arrivals.js'
import type { Result } from '../descriptor.js'
import type { Kernel } from '../kernel.js'
import type { Watch } from '../readiness.js'
import type { SyscallContext, Turns } from './context.js'
import { PollMask } from './poll-mask.js'

/** The calls that wait, and the clock: the beginning and the end of libuv's iteration. */
export class PollCalls {
  readonly #kernel: Kernel
  readonly #memory: Memory
  readonly #abi: Description
  readonly #onDefect: (error: unknown) => void
  readonly #turns: Turns
  readonly #arrivals: Arrivals | undefined
  readonly #mask: PollMask
  readonly #event: Description['layout']['uvh_event']
  readonly #moment: (() => number) | undefined
  #time = 0
  /** The epoch in which the host's clock was last read. */
  #asked = -1
  /** Whether the next `clock` call may return the last answer. */
  #timely = false
  /** Where `wait` stores the events. */
  #events = 0
  readonly #report = (index: number, { fd }: Watch, events: number): void => {
    const at = this.#events + index * this.#event.size
    this.#memory.setI32(at + this.#event.fd, fd)
    this.#memory.setI32(at + this.#event.events, this.#mask.toGuest(events))
  }

  constructor({ kernel, memory, abi, turns, signals, epoch: moment, onDefect }: SyscallContext) {
    this.#kernel = kernel
    this.#memory = memory
    this.#abi = abi
    this.#onDefect = onDefect
    this.#turns = turns
    this.#arrivals = signals?.arrivals
    this.#moment = moment
    this.#mask = new PollMask(abi)
    this.#event = abi.layout.uvh_event
  }

  /** `poll_ctl`. */
  watch(fd: number, events: number): Result {
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return 'EBADF'
    if (!descriptor.watchable) return 'EPERM'
    this.#kernel.readiness.watch(descriptor, fd, this.#mask.fromGuest(events))
    return 0
  }

  /** `poll_wait`. */
  wait(events: number, max: number, timeout: number): Result {
    if (max <= 0) return 'EINVAL'
    if (!this.#memory.contains(events, max * this.#abi.layout.uvh_event.size)) return 'EFAULT'
    if (this.#arrivals?.some) return 'EINTR'
    this.#kernel.beginIteration()
    this.#timely = this.#moment !== undefined && this.#moment() === this.#asked
    if (!this.#turns.takePass()) return 'EAGAIN'
    this.#events = events
    const count = this.#kernel.readiness.collect(max, this.#report)
    return count > 0 ? count : this.#turns.park(timeout)
  }

  /** `poll`. */
  poll(fds: number, nfds: number, timeout: number): Result {
    const { size, fd: fdAt, events: eventsAt, revents: reventsAt } = this.#abi.layout.pollfd
    // The limit is the number of possible descriptors, as on Linux.
    if (nfds >>> 0 > this.#kernel.numbers || !this.#mayPoll(nfds >>> 0)) return 'EINVAL'
    if (!this.#memory.contains(fds, nfds * size)) return 'EFAULT'
    if (this.#arrivals?.some) return 'EINTR'
    let ready = 0
    for (let at = fds; at < fds + nfds * size; at += size) {
      const revents = this.#revents(this.#memory.i32(at + fdAt), this.#memory.u16(at + eventsAt))
      this.#memory.setU16(at + reventsAt, revents)
      if (revents !== 0) ready++
    }
    return ready > 0 ? ready : this.#turns.park(timeout)
  }

  #mayPoll(count: number): boolean {
    const { pollDescriptors } = this.#kernel.gauges
    if (count > pollDescriptors.limit) pollDescriptors.reach()
    else pollDescriptors.mark(count)
    return count <= pollDescriptors.limit
  }

  /** The answer for one entry of `poll()`, in the guest's bits. */
  #revents(fd: number, events: number): number {
    const { POLLERR, POLLHUP, POLLNVAL } = this.#abi.constants
    if (fd < 0) return 0
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return POLLNVAL
    return this.#mask.toGuest(descriptor.readiness(this.#mask.fromGuest(events))) & (events | POLLERR | POLLHUP)
  }

  /** Reads the clock. If the host fails, the last time is returned again: libuv's time must never go back. */
  readClock(): number {
    if (this.#timely) {
      this.#timely = false
      return this.#time
    }
    if (this.#moment !== undefined) this.#asked = this.#moment()
    try {
      this.#time = this.#kernel.host.clock()
    } catch (error) {
      this.#onDefect(error)
    }
    return this.#time
  }
}
