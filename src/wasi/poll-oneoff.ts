/**
 * `poll_oneoff` of preview 1, which waits for clocks and for files and standard streams, which are always ready. A
 * guest's sockets do not belong to preview 1: `poll()` and libuv wait for them.
 *
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */
import { IOV_MAX } from '../abi/limits.js'
import type { Host } from '../host/contract/host.js'
import type { Arguments } from './arguments.js'
import { timeOf } from './clock.js'
import { Errno, errnoOf, FileError } from './errno.js'
import { LAST } from './fs/descriptors.js'
import { ABSOLUTE_TIME, Clock, EventType, Size } from './layouts.js'
import type { SlowCall } from './stdio.js'

/** The longest wait before the clock is read again, in ms: the limit of a timer. */
const LONGEST = 2 ** 31 - 1

/** Waits on behalf of a call that has no answer yet. */
export interface Waiter {
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
  /** When it is due, and by which clock; `undefined` if the answer, `error`, is known already. */
  readonly due: { readonly clock: number; readonly at: bigint } | undefined
  readonly error: number
}

/** Answers `poll_oneoff` for one guest. */
export class Subscriptions {
  readonly #host: Host
  readonly #waiter: Waiter
  readonly #given: Arguments
  readonly #isOpen: (fd: number) => boolean

  /**
   * @param waiter - waits on behalf of a call
   * @param given - reads the guest's arguments
   * @param isOpen - whether a descriptor is a file's or a standard stream's
   */
  constructor(host: Host, waiter: Waiter, given: Arguments, isOpen: (fd: number) => boolean) {
    this.#host = host
    this.#waiter = waiter
    this.#given = given
    this.#isOpen = isOpen
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
    const look = (): number | Promise<number> => {
      for (;;) {
        const left = this.#look(all, to, out)
        if (left.errno !== undefined) return left.errno
        const waited = this.#waiter.wait(nothing, left.wait)
        if (typeof waited !== 'number') return waited.then(look)
      }
    }
    return look()
  }

  /** Reports the events that are due, or the time until the first one, in ms. */
  #look(all: readonly Subscription[], to: number, out: number): { errno: number } | { errno: undefined; wait: number } {
    try {
      const now = [timeOf(this.#host, Clock.REALTIME), timeOf(this.#host, Clock.LAST)] as const
      const left = ({ due }: Subscription): number =>
        due === undefined ? 0 : Number(due.at - now[due.clock === Clock.REALTIME ? 0 : 1])
      const ready = all.filter((one) => left(one) <= 0)
      if (ready.length === 0) {
        return { errno: undefined, wait: Math.min(Math.ceil(Math.min(...all.map(left)) / 1e6), LONGEST) }
      }
      for (const [index, one] of ready.entries()) this.#tell(one, to + index * Size.EVENT)
      this.#given.memory.setU32(out, ready.length)
      return { errno: Errno.SUCCESS }
    } catch (error) {
      return { errno: errnoOf(error) }
    }
  }

  #tell({ userdata, type, error }: Subscription, at: number): void {
    const { memory } = this.#given
    memory.clear(at, Size.EVENT)
    memory.setU64(at, userdata)
    memory.setU16(at + 8, error)
    memory.setU8(at + 10, type)
    // The number of bytes that can be read or written is unknown, except that it is not 0.
    if (type !== EventType.CLOCK && error === Errno.SUCCESS) memory.setU64(at + 16, 1n)
  }

  #read(from: number, count: number): Subscription[] {
    if (count <= 0 || count > IOV_MAX) throw new FileError('INVAL')
    this.#given.bytes(from, count * Size.SUBSCRIPTION)
    return Array.from({ length: count }, (_, index) => this.#subscription(from + index * Size.SUBSCRIPTION))
  }

  #subscription(at: number): Subscription {
    const { memory } = this.#given
    const [userdata, type] = [memory.u64(at), memory.u8(at + 8)]
    if (type > EventType.FD_WRITE) throw new FileError('INVAL')
    if (type !== EventType.CLOCK) return { userdata, type, due: undefined, error: this.#stateOf(memory.u32(at + 16)) }
    const clock = memory.u32(at + 16)
    if (clock > Clock.LAST) return { userdata, type, due: undefined, error: Errno.INVAL }
    const timeout = memory.u64(at + 24)
    const start = memory.u16(at + 40) & ABSOLUTE_TIME ? 0n : timeOf(this.#host, clock)
    return { userdata, type, due: { clock, at: start + timeout }, error: Errno.SUCCESS }
  }

  #stateOf(fd: number): number {
    if (this.#isOpen(fd)) return Errno.SUCCESS
    return fd > LAST ? Errno.NOTSUP : Errno.BADF
  }
}

const nothing = (): number => 0
