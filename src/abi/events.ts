/**
 * The numbers of `epoll`, `eventfd`, `timerfd` and `inotify`: those of Linux and musl; the port's `events.c` and
 * `inotify.c` assert them.
 */

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

/** The events of `inotify`. */
export const FileEvent = {
  ACCESS: 0x1,
  MODIFY: 0x2,
  ATTRIB: 0x4,
  CLOSE_WRITE: 0x8,
  CLOSE_NOWRITE: 0x10,
  OPEN: 0x20,
  MOVED_FROM: 0x40,
  MOVED_TO: 0x80,
  CREATE: 0x100,
  DELETE: 0x200,
  DELETE_SELF: 0x400,
  MOVE_SELF: 0x800,
} as const

/** What `inotify` reports without being asked. */
export const WatchReport = { UNMOUNT: 0x2000, OVERFLOW: 0x4000, IGNORED: 0x8000, DIRECTORY: 0x4000_0000 } as const

/** How a file is watched. */
export const WatchFlag = {
  ONLY_DIRECTORY: 0x100_0000,
  DO_NOT_FOLLOW: 0x200_0000,
  EXCLUDE_UNLINKED: 0x400_0000,
  CREATE: 0x1000_0000,
  ADD: 0x2000_0000,
  ONE_SHOT: 0x8000_0000,
} as const

/** `struct inotify_event`, without the name. */
export const FILE_EVENT = { size: 16, watch: 0, mask: 4, cookie: 8, length: 12 } as const
