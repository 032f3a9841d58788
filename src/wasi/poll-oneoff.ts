/**
 * `poll_oneoff` of preview 1, which waits for clocks and descriptors.
 *
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */
import { IOV_MAX } from '../abi/limits.js'
import type { Host } from '../host/contract/host.js'
import type { Kernel } from '../kernel/kernel.js'
import { Poll } from '../kernel/readiness.js'
import type { Arguments } from './arguments.js'
import { timeOf } from './clock.js'
import type { SlowCall } from './descriptor-calls.js'
import { Errno, errnoOf, FileError } from './errno.js'
import { ABSOLUTE_TIME, Clock, EventType, Size } from './layouts.js'

/** The longest wait before the clock is read again, in ms: the limit of a timer. */
const LONGEST = 2 ** 31 - 1

/** Waits on behalf of a call that has no answer yet. */
export interface Waiter {
  /** The time that the guest has spent waiting, in nanoseconds of the host's clock. */
  readonly waited: number
  /**
   * Polls until the answer is not 0 or the time has elapsed.
   *
   * @param ask - the poll; it never waits
   * @param timeout - milliseconds; 0 does not wait, a negative number waits without limit
   */
  wait(ask: () => number, timeout: number): number | Promise<number>
}

/** One event that a guest waits for. */
interface Subscription {
  readonly userdata: bigint
  readonly type: number
  /** When it is due, and by which clock. */
  readonly due?: { readonly clock: number; readonly at: bigint }
  /** The descriptor, and the bit of {@link Poll}. */
  readonly on?: { readonly fd: number; readonly asked: number }
  /** Its error, if it can never happen. */
  readonly error?: number
}

/** What the calls work with. */
interface SubscriptionParts {
  readonly host: Host
  readonly kernel: Kernel
  /** Waits on behalf of a call. */
  readonly waiter: Waiter
  /** Reads the guest's arguments. */
  readonly given: Arguments
}

/** Answers `poll_oneoff` for one guest. */
export class Subscriptions {
  readonly #host: Host
  readonly #kernel: Kernel
  readonly #waiter: Waiter
  readonly #given: Arguments

  constructor({ host, kernel, waiter, given }: SubscriptionParts) {
    this.#host = host
    this.#kernel = kernel
    this.#waiter = waiter
    this.#given = given
  }

  /** See WASI preview 1, `poll_oneoff`. At most 1024 subscriptions. */
  readonly poll: SlowCall = (from = 0, to = 0, count = 0, out = 0) => {
    let all: Subscription[]
    try {
      all = this.#read(from, count)
      this.#given.bytes(to, count * Size.EVENT)
      this.#given.bytes(out, 4)
    } catch (error) {
      return errnoOf(error)
    }
    // Outside of the `try`: only the waiter may throw, which is how a guest is ended.
    const ready = (): number => (all.some((one) => one.on !== undefined && this.#errorOf(one) !== undefined) ? 1 : 0)
    const look = (): number | Promise<number> => {
      for (;;) {
        const left = this.#look(all, to, out)
        if (left.errno !== undefined) return left.errno
        const waited = this.#waiter.wait(ready, left.wait)
        if (typeof waited !== 'number') return waited.then(look)
      }
    }
    return look()
  }

  /** Reports the events that are due, or the time until the first one, in ms; -1 if none has a time. */
  #look(all: readonly Subscription[], to: number, out: number): { errno: number } | { errno: undefined; wait: number } {
    try {
      const now = [timeOf(this.#host, Clock.REALTIME), timeOf(this.#host, Clock.MONOTONIC)] as const
      const left = ({ due }: Subscription): number =>
        due === undefined ? Number.POSITIVE_INFINITY : Number(due.at - now[due.clock === Clock.REALTIME ? 0 : 1])
      const ready = all.filter((one) => left(one) <= 0 || this.#errorOf(one) !== undefined)
      if (ready.length === 0) {
        const first = Math.min(...all.map(left))
        return { errno: undefined, wait: Number.isFinite(first) ? Math.min(Math.ceil(first / 1e6), LONGEST) : -1 }
      }
      for (const [index, one] of ready.entries()) this.#tell(one, to + index * Size.EVENT)
      this.#given.memory.setU32(out, ready.length)
      return { errno: Errno.SUCCESS }
    } catch (error) {
      return { errno: errnoOf(error) }
    }
  }

  #tell(one: Subscription, at: number): void {
    const { memory } = this.#given
    const error = this.#errorOf(one) ?? Errno.SUCCESS
    memory.clear(at, Size.EVENT)
    memory.setU64(at, one.userdata)
    memory.setU16(at + 8, error)
    memory.setU8(at + 10, one.type)
    // The number of bytes that can be read or written is unknown, except that it is not 0.
    if (one.type !== EventType.CLOCK && error === Errno.SUCCESS) memory.setU64(at + 16, 1n)
  }

  #read(from: number, count: number): Subscription[] {
    if (count <= 0 || count > IOV_MAX) throw new FileError('INVAL')
    this.#given.bytes(from, count * Size.SUBSCRIPTION)
    return Array.from({ length: count }, (_, index) => this.#subscription(from + index * Size.SUBSCRIPTION))
  }

  #subscription(at: number): Subscription {
    const { memory } = this.#given
    const [userdata, type, subject] = [memory.u64(at), memory.u8(at + 8), memory.u32(at + 16)]
    if (type > EventType.FD_WRITE) throw new FileError('INVAL')
    if (type !== EventType.CLOCK) {
      return { userdata, type, on: { fd: subject, asked: type === EventType.FD_WRITE ? Poll.OUT : Poll.IN } }
    }
    // Processor time does not pass while a guest waits.
    if (subject > Clock.MONOTONIC) return { userdata, type, error: Errno.INVAL }
    const timeout = memory.u64(at + 24)
    const start = memory.u16(at + 40) & ABSOLUTE_TIME ? 0n : timeOf(this.#host, subject)
    return { userdata, type, due: { clock: subject, at: start + timeout } }
  }

  /** The error of an event that has happened, 0 for none; `undefined` while it has not. */
  #errorOf({ on, error }: Subscription): number | undefined {
    if (on === undefined) return error
    const descriptor = this.#kernel.get(on.fd)
    if (descriptor === undefined) return Errno.BADF
    const asked = on.asked | Poll.ERR | Poll.HUP
    return (descriptor.readiness(asked) & asked) === 0 ? undefined : Errno.SUCCESS
  }
}
