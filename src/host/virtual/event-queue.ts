/** What the virtual network has to tell, in the order it came about. */
import { Fifo } from '../../base/fifo.js'

/** What differs from one JavaScript runtime to the next. */
interface Runtime {
  readonly setImmediate?: (callback: () => void) => unknown
  readonly MessageChannel?: typeof MessageChannel
}

/** Runs a callback in a macrotask of its own, after those asked for before. */
type Macrotask = (callback: () => void) => void

/**
 * One queue for everything that happens on a network: strictly first in, first out, each event in a macrotask of its own, so
 * that promises settled by one event are seen before the next one. An empty queue has nothing scheduled.
 */
export class EventQueue {
  readonly #soon: Macrotask = macrotask()
  readonly #events = new Fifo<() => void>()
  #keepers = 0
  #posted = 0

  /** Events that wait. */
  get length(): number {
    return this.#events.length
  }

  /** How many events there have been. The same as before: nothing has happened since. */
  get posted(): number {
    return this.#posted
  }

  /** Appends an event. It never runs before this call has returned. */
  post(event: () => void): void {
    this.#posted++
    this.#events.push(event)
    // One wake per event. Which wake delivers which event does not matter: the order is the queue's.
    if (this.#keepers > 0) this.#soon(this.#next)
    else unreferenced(setTimeout(this.#next, 0))
  }

  /** Keeps the process alive until the returned function is called, once or again. */
  keepAlive(): () => void {
    this.#keepers++
    // The longest interval there is: it only has to exist.
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

/** The longest delay that timers know, in milliseconds: 24.8 days. */
export const LONGEST_DELAY = 2 ** 31 - 1

/** Lets the process end although this waits, where the runtime can say so. */
export function unreferenced<T>(waiting: T): T {
  if (typeof waiting === 'object' && waiting !== null && 'unref' in waiting && typeof waiting.unref === 'function') {
    waiting.unref()
  }
  return waiting
}

/**
 * `setImmediate` where there is one, else a `MessageChannel`, since browsers delay timers by milliseconds; else a timer.
 * An immediate keeps the process alive, and one that does not is not run while the process sleeps: so it serves only while
 * somebody keeps the process alive anyway.
 */
function macrotask(): Macrotask {
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
