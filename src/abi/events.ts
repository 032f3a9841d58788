/** The numbers of `epoll`, `eventfd` and `timerfd`: those of Linux and musl; the port's `events.c` asserts them. */

/** The commands of `epoll_ctl()`. */
export const EpollCommand = { ADD: 1, DELETE: 2, MODIFY: 3 } as const

/** The bits of an interest that are not events. */
export const EpollFlag = { EXCLUSIVE: 2 ** 28, ONE_SHOT: 2 ** 30, EDGE: 2 ** 31 } as const

/** `struct epoll_event`. */
export const EPOLL_EVENT = { size: 16, events: 0, data: 8 } as const

/** Bits of `eventfd()`. */
export const EventFlag = { SEMAPHORE: 1 } as const

/** `struct uvh_timer`: nanoseconds, as doubles. */
export const TIMER = { size: 16, value: 0, interval: 8 } as const

/** Bits of `timerfd_settime()`. */
export const TimerFlag = { ABSOLUTE: 1, CANCEL_ON_SET: 2 } as const
