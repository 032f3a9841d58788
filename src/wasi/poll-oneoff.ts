/**
 * `poll_oneoff` of preview 1: a guest waits for clocks, and learns of its files and standard streams, which are always ready.
 * Its sockets are not preview 1's: `poll()` and libuv wait for them.
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

/** How long to wait at most before the clock is looked at again, in ms: what a timer can do. */
const LONGEST = 2 ** 31 - 1

/** What a call waits with, when its answer is not there yet. */
export interface Waiter {
  /**
   * Asks until the answer is not 0 or the time is over.
   *
   * @param ask - never waits
   * @param timeout - milliseconds; 0 does not wait, a negative one waits for ever
   */
  wait(ask: () => number, timeout: number): number | Promise<number>
}

/** What a guest waits for. */
interface Subscription {
  readonly userdata: bigint
  readonly type: number
  /** When it is due, by which clock; `undefined` where the answer is known: `error`. */
  readonly due: { readonly clock: number; readonly at: bigint } | undefined
  readonly error: number
}

/** Answers for one guest. */
export class Subscriptions {
  readonly #host: Host
  readonly #waiter: Waiter
  readonly #given: Arguments
  readonly #isOpen: (fd: number) => boolean

  /**
   * @param waiter - waits
   * @param given - reads what the guest says
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
    // Only the waiter may throw, by which a guest ends.
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

  /** Tells what is due, or how long that takes, in ms. */
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
    // How many bytes can be read or written is not known, but that it is more than none.
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
