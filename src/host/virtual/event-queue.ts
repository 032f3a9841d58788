/** The events of the virtual network, in the order in which they occurred. */
import { Fifo } from '../../base/fifo.js'
import type { Queue } from './queue.js'

/** The parts that differ between JavaScript runtimes. */
interface Runtime {
  readonly setImmediate?: (callback: () => void) => unknown
  readonly MessageChannel?: typeof MessageChannel
}

/** Runs a callback in a separate macrotask, after those requested before. */
type Macrotask = (callback: () => void) => void

/**
 * The only queue for everything that happens on a network: strictly first in, first out, with a separate macrotask
 * for each event, so that reactions to promises settled by one event run before the next. An empty queue has nothing
 * scheduled.
 */
export class EventQueue implements Queue {
  readonly #soon: Macrotask = macrotask()
  readonly #events = new Fifo<() => void>()
  #keepers = 0
  #posted = 0

  /** The number of events in the queue. */
  get length(): number {
    return this.#events.length
  }

  /** The number of events posted so far. As long as it is unchanged, nothing has happened. */
  get posted(): number {
    return this.#posted
  }

  /** Appends an event. It never runs before this call has returned. */
  post(event: () => void): void {
    this.#posted++
    this.#events.push(event)
    // One wakeup per event. Any wakeup may deliver any event: the queue determines the order.
    if (this.#keepers > 0) this.#soon(this.#next)
    else unreferenced(setTimeout(this.#next, 0))
  }

  /** Keeps the process alive until the returned function is called; further calls of it have no effect. */
  keepAlive(): () => void {
    this.#keepers++
    // The longest possible interval: it only has to exist.
    const interval = setInterval(() => {}, LONGEST_DELAY)
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#keepers--
      clearInterval(interval)
    }
  }

  readonly #next = (): void => {
    this.#events.shift()?.()
  }
}

/** The longest delay that timers support, in milliseconds: 24.8 days. */
export const LONGEST_DELAY = 2 ** 31 - 1

/** Lets the process end despite this pending timer or port, if the runtime supports that. */
export function unreferenced<T>(waiting: T): T {
  if (typeof waiting === 'object' && waiting !== null && 'unref' in waiting && typeof waiting.unref === 'function') {
    waiting.unref()
  }
  return waiting
}

/**
 * Uses `setImmediate` if available; otherwise a `MessageChannel`, since browsers delay timers by milliseconds;
 * otherwise a timer. An immediate keeps the process alive, and an unreferenced one does not run while the process
 * sleeps; so it is used only while the process is kept alive anyway.
 */
export function macrotask(): Macrotask {
  const runtime: Runtime = globalThis
  const { setImmediate, MessageChannel } = runtime
  if (setImmediate !== undefined) return (callback) => void setImmediate(callback)
  if (MessageChannel === undefined) return (callback) => void setTimeout(callback, 0)
  const { port1, port2 } = new MessageChannel()
  const callbacks = new Fifo<() => void>()
  port1.addEventListener('message', () => callbacks.shift()?.())
  port1.start()
  unreferenced(port1)
  return (callback) => {
    callbacks.push(callback)
    port2.postMessage(undefined)
  }
}
