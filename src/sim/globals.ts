/** What a scenario's own JavaScript uses of its platform, replaced by the time and the random numbers of its world. */
import type { Random } from '../base/random.js'

/** What the replacements need of a world. */
export interface GlobalsParts {
  /** Milliseconds since the run began. */
  readonly elapsed: () => number
  /** Milliseconds since 1970. */
  readonly wall: () => number
  /** Calls back later. @returns a function that cancels it */
  readonly after: (ms: number, callback: () => void) => () => void
  readonly random: Random
}

/** A timer, with what Node's timers have. None keeps a process alive. */
class SimTimeout {
  #cancel: () => void = () => {}
  readonly #start: () => () => void

  constructor(start: () => () => void) {
    this.#start = start
    this.refresh()
  }

  refresh(): this {
    this.#cancel()
    this.#cancel = this.#start()
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  hasRef(): boolean {
    return true
  }

  close(): this {
    this.#cancel()
    return this
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/** The longest delay of timers, beyond which they take 1 ms. */
const LONGEST = 2 ** 31 - 1

/** As timers everywhere: at least 1 ms. */
const delayOf = (ms: unknown): number => {
  const number = Number(ms)
  return number >= 1 && number <= LONGEST ? number : 1
}

function timersOf({ after }: GlobalsParts) {
  type Callback = (...args: readonly unknown[]) => void
  const setTimeout = (callback: Callback, ms?: number, ...args: readonly unknown[]): SimTimeout =>
    new SimTimeout(() => after(delayOf(ms), () => callback(...args)))
  const setInterval = (callback: Callback, ms?: number, ...args: readonly unknown[]): SimTimeout => {
    const timeout: SimTimeout = new SimTimeout(() =>
      after(delayOf(ms), () => {
        timeout.refresh()
        callback(...args)
      }),
    )
    return timeout
  }
  const clear = (timeout: unknown): void => {
    if (timeout instanceof SimTimeout) timeout.close()
  }
  return { setTimeout, setInterval, clearTimeout: clear, clearInterval: clear }
}

/** `Date`, whose present is that of the world; its instances are those of the platform. */
function dateOf(wall: () => number): DateConstructor {
  const now = (): number => Math.floor(wall())
  return new Proxy(globalThis.Date, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: (target) => new target(now()).toString(),
    get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  })
}

let isReplaced = false

/**
 * Replaces `Date`, timers, `performance.now()`, `Math.random()` and `crypto.getRandomValues()` of this realm.
 *
 * @returns a function that brings them back
 * @throws {Error} while they are replaced for another run
 */
export function replaceGlobals(parts: GlobalsParts): () => void {
  if (isReplaced)
    throw new Error("Cannot simulate: another run has replaced Date and timers; wait for it, or give globals: 'real'")
  isReplaced = true
  const { elapsed, wall, random } = parts
  const bytes = random.branch('crypto')
  const numbers = random.branch('Math.random')
  const restores = [
    replace(globalThis, { ...timersOf(parts), Date: dateOf(wall) }),
    replace(globalThis.performance, { now: elapsed }),
    replace(Math, { random: () => numbers.unit() }),
    replace(globalThis.crypto, {
      getRandomValues: <Into extends ArrayBufferView>(into: Into): Into => {
        bytes.fill(new Uint8Array(into.buffer, into.byteOffset, into.byteLength))
        return into
      },
    }),
  ]
  return () => {
    for (const restore of restores) restore()
    isReplaced = false
  }
}

/** Sets properties of an object. @returns a function that brings the former ones back */
function replace(target: object, values: Readonly<Record<string, unknown>>): () => void {
  const before = Object.keys(values).map((name) => [name, Object.getOwnPropertyDescriptor(target, name)] as const)
  for (const [name, value] of Object.entries(values))
    Object.defineProperty(target, name, { value, configurable: true, writable: true, enumerable: true })
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(target, name)
      else Object.defineProperty(target, name, descriptor)
    }
  }
}
