/** The clocks of preview 1, based on the host's. */
import type { Memory } from '../abi/memory.js'
import type { WasmImports } from '../base/platform-types.js'
import type { Host } from '../host/contract/host.js'
import { Errno } from './errno.js'
import { Clock } from './layouts.js'

/**
 * The time of a clock that one can wait for, in nanoseconds.
 *
 * @param clock - `REALTIME` or `MONOTONIC`
 */
export function timeOf(host: Host, clock: number): bigint {
  return nanoseconds(clock === Clock.REALTIME ? host.wallClock() * 1e6 : host.clock())
}

/**
 * The processor time of a guest: the time since it was created, without the time that it has waited. A guest has one
 * thread, so both clocks of processor time show this.
 *
 * @param waited - returns the time that the guest has waited, in nanoseconds of the host's clock
 */
export function processorTime(host: Host, waited: () => number): () => number {
  const start = host.clock()
  return () => host.clock() - start - waited()
}

/**
 * The calls about clocks, for all four clocks.
 *
 * @param memory - returns the instance's memory; called for each system call, since the memory does not exist yet
 * @param busy - returns the processor time in nanoseconds; by default it is not known, and its clocks return the
 *   monotonic time
 * @see WASI preview 1, `clock_time_get`
 */
export function clockCalls(host: Host, memory: () => Memory, busy = () => host.clock()): WasmImports {
  /** Stores the value of a clock; an exception must not propagate through the module. */
  const store = (clock: number, out: number, value: () => bigint): number => {
    if (clock < 0 || clock > Clock.THREAD) return Errno.INVAL
    if (!memory().contains(out, 8)) return Errno.FAULT
    try {
      memory().setU64(out, value())
      return Errno.SUCCESS
    } catch {
      return Errno.IO
    }
  }
  return {
    clock_time_get: (clock: number, _precision: bigint, out: number): number =>
      store(clock, out, () => (clock <= Clock.MONOTONIC ? timeOf(host, clock) : nanoseconds(busy()))),
    clock_res_get: (clock: number, out: number): number => store(clock, out, () => 1n),
  }
}

/** @throws {RangeError} when the time is not a number */
function nanoseconds(time: number): bigint {
  return BigInt(Math.round(time))
}
