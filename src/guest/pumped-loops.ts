/**
 * Guests that let the host run their loop (`uv_pump.h`), with the same pump as TypeScript's own loops. Either the
 * guest has left its stack, and the pump gets turns and timers from the host; or the guest waits for the pump, and
 * turns and timers come from the driver's waits.
 */

import type { PumpedExports } from '../abi/uv-pump.js'
import { isCall } from '../base/call.js'
import type { WasmExports, WasmImports } from '../base/platform-types.js'
import { Host, type HostTimer } from '../host/contract/host.js'
import type { Kernel } from '../kernel/kernel.js'
import type { Turns } from '../kernel/syscalls/context.js'
import { Pump } from '../runtime/pump.js'
import type { Driver } from './driver.js'

/** The numbers of the run modes; they only have to be consistent within this pump. */
const UNTIL_EMPTY = 0
const NOWAIT = 2

/** Runs the loops of one guest. */
export class PumpedLoops implements Turns {
  readonly #kernel: Kernel
  readonly #driver: Driver
  #exports: PumpedExports | undefined
  #pump: Pump | undefined
  /** The loop with which the guest has left its stack. */
  #left: { readonly loop: number } | undefined
  #closed = false

  /**
   * @param kernel - the guest's kernel
   * @param driver - how the guest waits
   */
  constructor(kernel: Kernel, driver: Driver) {
    this.#kernel = kernel
    this.#driver = driver
  }

  /** Takes the functions that the guest exports for the pump, if it exports them. */
  bind({ uvp_turn, uvp_turn_timeout, uvp_turn_alive, uvp_end }: WasmExports): void {
    if (!isCall(uvp_turn) || !isCall(uvp_turn_timeout) || !isCall(uvp_turn_alive) || !isCall(uvp_end)) return
    this.#exports = { uvp_turn, uvp_turn_timeout, uvp_turn_alive, uvp_end }
  }

  /** Whether the guest is in a turn of its loop, where it must not wait. */
  get inTurn(): boolean {
    return this.#pump?.inTurn ?? false
  }

  takePass(): boolean {
    return !this.inTurn || (this.#pump?.takePass() ?? true)
  }

  park(timeout: number): 0 | 'EAGAIN' {
    return this.inTurn ? (this.#pump?.park(timeout) ?? 0) : 0
  }

  /** The functions of the import module. */
  imports(): WasmImports {
    return {
      /** Whether the guest's frames have to be abandoned. */
      leave: (loop: number): boolean => {
        if (!this.#driver.pumps) return false
        if (this.#left !== undefined || this.inTurn)
          throw new Error('Cannot leave a loop to the host: it runs one already')
        this.#left = { loop }
        return true
      },
      run: (loop = 0) => this.#run(loop),
    }
  }

  /** Calls the guest. @returns the loop with which it has left its stack; `undefined` when it returned */
  leftBy(call: () => unknown): number | undefined {
    try {
      call()
    } catch (trap) {
      if (this.#left === undefined) throw trap
    }
    const loop = this.#left?.loop
    this.#left = undefined
    return loop
  }

  /**
   * Runs a loop that the guest has left to its host, until nothing is left in it or it was stopped.
   *
   * @returns a promise that is rejected with an exception that went through the guest's frames, or when the guest has
   *   ended
   */
  async pump(loop: number): Promise<void> {
    const { uvp_turn } = this.#guest
    await this.#makePump(loop, this.#kernel.host, () => this.#driver.enter(uvp_turn, loop)).run(UNTIL_EMPTY)
  }

  /** Called when the guest has ended: it is not called any more. */
  close(): void {
    this.#closed = true
    this.#pump?.abort(new Error('Cannot run the loop: the guest has ended'))
    this.#pump = undefined
    this.#exports = undefined
  }

  /** Ends the guest after its loop has ended. It throws, like `exit()` in a guest. */
  end(loop: number): void {
    this.#guest.uvp_end(loop)
  }

  /** Reports that something became ready. @param bytes - how many bytes arrived; see {@link Pump.wake} */
  wake(bytes = 0): void {
    this.#pump?.wake(bytes)
  }

  get #guest(): PumpedExports {
    if (this.#exports === undefined)
      throw new TypeError('Cannot pump the guest: it does not export uvp_turn; link it with uvcc')
    return this.#exports
  }

  #run(loop: number): number | Promise<number> {
    const { uvp_turn, uvp_turn_alive } = this.#guest
    const turns = new DriverHost(this.#kernel.host)
    const outer = this.#pump
    let trap: { readonly error: unknown } | undefined
    const pump = this.#makePump(loop, turns, () => {
      try {
        return this.#driver.enter(uvp_turn, loop)
      } catch (error) {
        trap = { error }
        throw error
      }
    })
    // The outcome is read from the pump: in a blocked thread, the guest resumes before a promise could call back.
    pump.run(UNTIL_EMPTY).catch(() => {})
    const wait = (timeout: number): number | Promise<number> =>
      this.#driver.wait(() => (turns.due || this.#kernel.readiness.dropStale() ? 1 : 0), timeout)
    return drive(
      turns.play(() => pump.running && trap === undefined, wait),
      () => {
        this.#pump = outer
        if (trap !== undefined) throw trap.error
        return this.#closed ? 0 : uvp_turn_alive(loop)
      },
    )
  }

  #makePump(loop: number, host: Host, turn: () => number): Pump {
    const { uvp_turn_timeout, uvp_turn_alive } = this.#guest
    this.#pump = new Pump({
      module: {
        // The guest determines the types of its exports, so the results are converted to numbers.
        uvw_loop_run: () => turn() | 0,
        uvw_loop_timeout: () => uvp_turn_timeout(loop) | 0,
        uvw_loop_alive: () => uvp_turn_alive(loop) | 0,
        // Never called: the run is not stopped from here, and it is not a single iteration.
        uvw_loop_stop: () => {},
        uvw_loop_now: () => 0,
      },
      untilEmpty: UNTIL_EMPTY,
      nowait: NOWAIT,
      host,
      ready: () => this.#kernel.readiness.dropStale(),
      onTurn: () => {},
      onThrow: () => {},
      trace: undefined,
    })
    return this.#pump
  }
}

/** The parts of a host that a pump uses, provided by a driver's waits: turns, and one timer. */
class DriverHost extends Host {
  readonly name = 'driver'
  readonly #host: Host
  #deferred: (() => void) | undefined
  #timer: { readonly callback: () => void; deadline: number } | undefined

  constructor(host: Host) {
    super()
    this.#host = host
  }

  /** Whether there is something to do at once. */
  get due(): boolean {
    return this.#deferred !== undefined
  }

  override clock(): number {
    return this.#host.clock()
  }

  override wallClock(): number {
    return this.#host.wallClock()
  }

  override defer(callback: () => void): void {
    this.#deferred = callback
  }

  override timer(callback: () => void): HostTimer {
    const timer = { callback, deadline: Number.POSITIVE_INFINITY }
    this.#timer = timer
    return {
      set: (ms) => {
        timer.deadline = this.#now + ms
      },
      clear: () => {
        timer.deadline = Number.POSITIVE_INFINITY
      },
    }
  }

  get #now(): number {
    return this.#host.clock() / 1e6
  }

  /** Runs turns and the timer while `running` returns true. The caller has to wait for each yielded value. */
  *play(
    running: () => boolean,
    wait: (timeout: number) => number | Promise<number>,
  ): Generator<number | Promise<number>> {
    while (running()) {
      const left = (this.#timer?.deadline ?? Number.POSITIVE_INFINITY) - this.#now
      if (this.#deferred !== undefined) yield wait(0)
      else if (left > 0) yield wait(Number.isFinite(left) ? Math.ceil(left) : -1)
      const deferred = this.#deferred
      this.#deferred = undefined
      if (deferred !== undefined) deferred()
      else this.#expire()
    }
  }

  #expire(): void {
    const timer = this.#timer
    if (timer === undefined || timer.deadline > this.#now) return
    timer.deadline = Number.POSITIVE_INFINITY
    timer.callback()
  }
}

/** Runs through all the waits, synchronously if none of them is a promise. */
function drive(waits: Generator<number | Promise<number>>, result: () => number): number | Promise<number> {
  for (;;) {
    const { done, value } = waits.next()
    if (done) return result()
    if (typeof value === 'object') return value.then(() => drive(waits, result))
  }
}
