/**
 * The event loop: timers, what is to be called next, and descriptors that became ready. There is one for the program,
 * and it runs after the program's own statements.
 */
import { ALIVE, O_NONBLOCK, PARKED, POLLIN, UNTIMED } from './base/constants'
import { ErrorCode } from './base/errors'
import { vectorOf } from './base/memory'
import { clock, close, eventfd, poll_ctl, poll_wait, readv, writev } from './imports/uv_host_1'

/** Something that the loop calls. Programs use what is derived from it. */
export abstract class Source {
  /** The descriptor, or -1. */
  fd: i32 = -1
  /** The events that are watched. */
  watched: i32 = 0
  /** Whether `onTurn()` will be called. */
  queued: bool = false

  /** Called with the events of the descriptor. */
  onEvents(events: i32): void {}

  /** Called once after `later()`. */
  onTurn(): void {}
}

/** The sources by descriptor. */
const sources = new Map<i32, Source>()

/** The sources whose `onTurn()` is to be called. */
let waiting: Source[] = []

/** How many sources keep the program running. */
let held: i32 = 0

/** The time of this iteration, in milliseconds. */
let time: f64 = 0

/** Whether a turn is on the stack, or none was made yet: then nothing has to wake the host. */
let awake: bool = true

/** Wakes the host when something is added between two turns, by a function that the host has called. */
let waker: Waker | null = null

class Waker extends Source {
  onEvents(events: i32): void {
    readv(this.fd, vectorOf(number, 8), 1, 0)
  }
}

const number = memory.data(8, 8)

const MOST: i32 = 64
const EVENT: usize = 8
const events = memory.data(512, 8)

/** Keeps the program running until `release()`: for a program that only waits for its host to call its functions. */
export function hold(): void {
  held++
  wake()
}

/** The opposite of `hold()`. */
export function release(): void {
  held--
}

/** The time of this iteration in milliseconds, from an arbitrary start. */
export function now(): f64 {
  if (time == 0 || !awake) time = clock() / 1e6
  return time
}

/** Calls the source's `onTurn()` in the next iteration. */
export function later(source: Source): void {
  if (source.queued) return
  source.queued = true
  waiting.push(source)
  wake()
}

/** Watches a descriptor for events; 0 ends it. */
export function watch(source: Source, events: i32): void {
  if (source.watched == events) return
  if (poll_ctl(source.fd, events) < 0) return
  source.watched = events
  if (events == 0) sources.delete(source.fd)
  else sources.set(source.fd, source)
}

/** Closes the descriptor of a source. */
export function closeSource(source: Source): void {
  if (source.fd < 0) return
  if (source.watched != 0) sources.delete(source.fd)
  source.watched = 0
  close(source.fd)
  source.fd = -1
}

/** Lets the host make a turn, if none is on the stack. */
export function wake(): void {
  if (awake) return
  let one = waker
  if (one == null) {
    one = new Waker()
    one.fd = eventfd(0, O_NONBLOCK)
    waker = one
    if (one.fd >= 0) watch(one, POLLIN)
  }
  store<u64>(number, 1)
  if (one.fd >= 0) writev(one.fd, vectorOf(number, 8), 1, 0)
}

/** Whether anything is left to do. */
export function isAlive(): bool {
  return held > 0 || waiting.length > 0
}

/** How long the loop may wait, in milliseconds; -1 until something becomes ready. */
export function waitTime(): i32 {
  if (waiting.length > 0 || held == 0) return 0
  const next = timers.next()
  if (next < 0) return -1
  const left = Math.ceil(next - time)
  return left <= 0 ? 0 : left > 0x7fff_ffff ? 0x7fff_ffff : <i32>left
}

/** Runs the loop until nothing is left to do, or until it would wait on a host that does not. */
export function turn(): i32 {
  awake = true
  let result = 0
  while (isAlive()) {
    time = clock() / 1e6
    timers.run(time)
    runWaiting()
    if (!isAlive()) break
    const count = poll_wait(events, MOST, waitTime())
    if (count == ErrorCode.EAGAIN) {
      result = ALIVE | PARKED | (timers.next() < 0 ? UNTIMED : 0)
      break
    }
    for (let index = 0; index < count; index++) {
      const at = events + <usize>index * EVENT
      const fd = load<i32>(at)
      if (sources.has(fd)) sources.get(fd).onEvents(load<i32>(at, 4))
    }
  }
  awake = false
  return result
}

/** Calls those that were waiting at the beginning: what they add is called in the next iteration. */
function runWaiting(): void {
  if (waiting.length == 0) return
  const now = waiting
  waiting = [] as Source[]
  for (let index = 0; index < now.length; index++) {
    now[index].queued = false
    now[index].onTurn()
  }
}

/** The timers, which register themselves here: this file must not know them. */
export class Timers {
  /** When the first one is due, in milliseconds; -1 without any. */
  next(): f64 {
    return -1
  }

  /** Calls those that are due. */
  run(time: f64): void {}
}

let timers: Timers = new Timers()

/** Sets what has the timers. */
export function useTimers(given: Timers): void {
  timers = given
}
