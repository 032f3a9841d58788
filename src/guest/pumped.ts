/**
 * Guests that let the host run their loop (`uv_pump.h`): the pump is the one of TypeScript's own loops, and the driver only
 * gives it what it has from a host otherwise, turns and a timer.
 */
import { isCall, type NumberCall } from '../abi/call.js'
import type { WasmExports, WasmImports } from '../abi/platform-types.js'
import { Host, type HostTimer } from '../host/host.js'
import type { Kernel } from '../kernel/kernel.js'
import type { Turns } from '../kernel/syscalls.js'
import { Pump } from '../runtime/pump.js'
import type { Driver } from './program.js'

/** The import module's name, with its version. */
export const UV_PUMP_MODULE = 'uv_pump_1'

/** What a guest that is pumped exports. */
interface PumpedExports {
  readonly uvp_turn: NumberCall
  readonly uvp_turn_timeout: NumberCall
  readonly uvp_turn_alive: NumberCall
}

/** The numbers of the modes, which are only the pump's own here. */
const UNTIL_EMPTY = 0
const NOWAIT = 2

/** Runs the loops of one guest. */
export class PumpedLoops implements Turns {
  readonly #kernel: Kernel
  readonly #driver: Driver
  #exports: PumpedExports | undefined
  #pump: Pump | undefined

  /**
   * @param kernel - the guest's
   * @param driver - how it waits
   */
  constructor(kernel: Kernel, driver: Driver) {
    this.#kernel = kernel
    this.#driver = driver
  }

  /** Takes what the guest exports, where it exports it. */
  bind({ uvp_turn, uvp_turn_timeout, uvp_turn_alive }: WasmExports): void {
    if (!isCall(uvp_turn) || !isCall(uvp_turn_timeout) || !isCall(uvp_turn_alive)) return
    this.#exports = { uvp_turn, uvp_turn_timeout, uvp_turn_alive }
  }

  /** Whether the guest is in a turn of its loop, where it must not wait. */
  get inTurn(): boolean {
    return this.#pump?.inTurn ?? false
  }

  get spent(): boolean {
    return this.inTurn && (this.#pump?.spent ?? false)
  }

  park(timeout: number): 0 | 'EAGAIN' {
    return this.inTurn ? (this.#pump?.park(timeout) ?? 0) : 0
  }

  /** The functions of the import module. */
  imports(): WasmImports {
    return { run: this.#driver.importOf((loop = 0) => this.#run(loop)) }
  }

  /** Something became ready. */
  wake(): void {
    this.#pump?.wake()
  }

  #run(loop: number): number | Promise<number> {
    const exports = this.#exports
    if (exports === undefined) throw new TypeError('Cannot pump the guest: it does not export uvp_turn')
    const turns = new DriverTurns(this.#kernel.host)
    let trap: { readonly error: unknown } | undefined
    const pump = new Pump({
      module: {
        uvw_loop_run: () => {
          try {
            return exports.uvp_turn(loop)
          } catch (error) {
            trap = { error }
            throw error
          }
        },
        uvw_loop_timeout: () => exports.uvp_turn_timeout(loop),
        uvw_loop_alive: () => exports.uvp_turn_alive(loop),
        // Of a run that is neither stopped from here nor a single round, nobody asks these.
        uvw_loop_stop: () => {},
        uvw_loop_now: () => 0,
      },
      untilEmpty: UNTIL_EMPTY,
      nowait: NOWAIT,
      host: turns,
      ready: () => this.#kernel.readiness.any,
      onTurn: () => {},
      onThrow: () => {},
      trace: undefined,
    })
    this.#pump = pump
    // How the run ended is seen from the pump, since nobody may get to hear of a promise before the guest goes on.
    pump.run(UNTIL_EMPTY).catch(() => {})
    const wait = (timeout: number): number | Promise<number> =>
      this.#driver.wait(() => (turns.due || this.#kernel.readiness.any ? 1 : 0), timeout)
    return drive(
      turns.play(() => pump.running && trap === undefined, wait),
      () => exports.uvp_turn_alive(loop),
    )
  }
}

/** What a pump has of a host, played by a driver's waits: turns, and one timer. */
class DriverTurns extends Host {
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

  /** Plays until `running` says no. What is yielded is to be waited for. */
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

/** Goes through all waits, at once where none is a promise. */
function drive(waits: Generator<number | Promise<number>>, result: () => number): number | Promise<number> {
  for (;;) {
    const { done, value } = waits.next()
    if (done) return result()
    if (typeof value === 'object') return value.then(() => drive(waits, result))
  }
}
