import type { Description } from '../../../abi/description.js'
import { EPOLL_EVENT, EpollCommand, EpollFlag, EventFlag, TIMER, TimerFlag } from '../../../abi/events.js'
import type { Memory } from '../../../abi/memory.js'
import type { Descriptor, Result } from '../../descriptor.js'
import { Epoll, type Interest } from '../../events/epoll.js'
import { EventCounter } from '../../events/event-counter.js'
import { Timer, type TimerSetting } from '../../events/timer.js'
import type { Kernel } from '../../kernel.js'
import type { SyscallContext } from '../context.js'
import { PollMask } from '../poll-mask.js'

/** The longest time of a timer, in nanoseconds, as on Linux. */
const LONGEST = 2 ** 63

/** The most events that one call may ask for: those whose size a signed number of 32 bits can hold. */
const MOST_EVENTS = Math.floor((2 ** 31 - 1) / EPOLL_EVENT.size)

/** The calls about descriptors that report events: `epoll`, `eventfd` and `timerfd`. */
export class EventCalls {
  readonly #kernel: Kernel
  readonly #memory: Memory
  readonly #abi: Description
  readonly #mask: PollMask
  /** Where `wait` stores the events. */
  #events = 0
  readonly #report = (index: number, data: bigint, events: number): void => {
    const at = this.#events + index * EPOLL_EVENT.size
    this.#memory.setU32(at + EPOLL_EVENT.events, this.#mask.toGuest(events))
    this.#memory.setU64(at + EPOLL_EVENT.data, data)
  }

  constructor({ kernel, memory, abi }: SyscallContext) {
    this.#kernel = kernel
    this.#memory = memory
    this.#abi = abi
    this.#mask = new PollMask(abi)
  }

  /** `epoll_create`. */
  createEpoll(flags: number): Result {
    if ((flags & ~this.#abi.constants.O_CLOEXEC) !== 0) return 'EINVAL'
    return this.#open(new Epoll(this.#kernel), flags)
  }

  /** `epoll_ctl`. */
  control(epoll: number, command: number, fd: number, event: number): Result {
    const instance = this.#kernel.get(epoll)
    const descriptor = this.#kernel.get(fd)
    if (instance === undefined || descriptor === undefined) return 'EBADF'
    if (!descriptor.watchable) return 'EPERM'
    if (!(instance instanceof Epoll) || descriptor === instance) return 'EINVAL'
    if (command === EpollCommand.DELETE) return instance.delete(descriptor, fd)
    if (command !== EpollCommand.ADD && command !== EpollCommand.MODIFY) return 'EINVAL'
    if (!this.#memory.contains(event, EPOLL_EVENT.size)) return 'EFAULT'
    const interest = this.#interestAt(event)
    if (command === EpollCommand.ADD) return instance.add(descriptor, fd, interest)
    // Decided once, when the watch begins. One program is woken by one instance or by all: there is no other to spare.
    const exclusive = (this.#memory.u32(event + EPOLL_EVENT.events) & EpollFlag.EXCLUSIVE) !== 0
    return exclusive ? 'EINVAL' : instance.modify(descriptor, fd, interest)
  }

  /** `epoll_wait`, which never waits. */
  collect(epoll: number, events: number, max: number): Result {
    const instance = this.#kernel.get(epoll)
    if (instance === undefined) return 'EBADF'
    if (!(instance instanceof Epoll) || max <= 0 || max > MOST_EVENTS) return 'EINVAL'
    // No more descriptors than exist can be ready; the array may end after them.
    const most = Math.min(max, this.#kernel.numbers)
    if (!this.#memory.contains(events, most * EPOLL_EVENT.size)) return 'EFAULT'
    this.#events = events
    return instance.collect(most, this.#report)
  }

  /** `eventfd`. */
  createCounter(value: number, flags: number): Result {
    const { O_CLOEXEC, O_NONBLOCK } = this.#abi.constants
    if ((flags & ~(O_CLOEXEC | O_NONBLOCK | EventFlag.SEMAPHORE)) !== 0) return 'EINVAL'
    const semaphore = (flags & EventFlag.SEMAPHORE) !== 0
    return this.#open(new EventCounter(BigInt(value >>> 0), semaphore, this.#changed), flags)
  }

  /** `timerfd_create`. */
  createTimer(realtime: number, flags: number): Result {
    const { O_CLOEXEC, O_NONBLOCK } = this.#abi.constants
    if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) !== 0) return 'EINVAL'
    if (this.#kernel.lacks()) return 'EMFILE'
    return this.#open(new Timer(this.#kernel.host, realtime !== 0, this.#changed), flags)
  }

  /** `timerfd_settime`. */
  setTimer(fd: number, flags: number, setting: number, old: number): Result {
    const timer = this.#timer(fd)
    if (typeof timer === 'string') return timer
    if ((flags & ~(TimerFlag.ABSOLUTE | TimerFlag.CANCEL_ON_SET)) !== 0) return 'EINVAL'
    if (!this.#memory.contains(setting, TIMER.size) || (old !== 0 && !this.#memory.contains(old, TIMER.size)))
      return 'EFAULT'
    const value = Math.trunc(this.#memory.f64(setting + TIMER.value))
    const interval = Math.trunc(this.#memory.f64(setting + TIMER.interval))
    // Also refuses what is not a number.
    if (!(value >= 0 && interval >= 0)) return 'EINVAL'
    if (old !== 0) this.#put(old, timer.setting())
    timer.set(
      { value: Math.min(value, LONGEST), interval: Math.min(interval, LONGEST) },
      (flags & TimerFlag.ABSOLUTE) !== 0,
    )
    return 0
  }

  /** `timerfd_gettime`. */
  readTimer(fd: number, setting: number): Result {
    const timer = this.#timer(fd)
    if (typeof timer === 'string') return timer
    if (!this.#memory.contains(setting, TIMER.size)) return 'EFAULT'
    this.#put(setting, timer.setting())
    return 0
  }

  readonly #changed = (descriptor: Descriptor): void => this.#kernel.changed(descriptor)

  #open(descriptor: Descriptor, flags: number): Result {
    const { O_CLOEXEC, O_NONBLOCK } = this.#abi.constants
    descriptor.nonBlocking = (flags & O_NONBLOCK) !== 0
    const fd = this.#kernel.add(descriptor)
    if (typeof fd === 'number') this.#kernel.setClosedOnExec(fd, (flags & O_CLOEXEC) !== 0)
    return fd
  }

  #interestAt(event: number): Interest {
    const events = this.#memory.u32(event + EPOLL_EVENT.events)
    const edge = (events & EpollFlag.EDGE) !== 0
    return {
      events: this.#mask.fromGuest(events),
      trigger: (events & EpollFlag.ONE_SHOT) !== 0 ? 'once' : edge ? 'edge' : 'level',
      data: this.#memory.u64(event + EPOLL_EVENT.data),
    }
  }

  #timer(fd: number): Timer | 'EBADF' | 'EINVAL' {
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return 'EBADF'
    return descriptor instanceof Timer ? descriptor : 'EINVAL'
  }

  #put(at: number, { value, interval }: TimerSetting): void {
    this.#memory.setF64(at + TIMER.value, value)
    this.#memory.setF64(at + TIMER.interval, interval)
  }
}
