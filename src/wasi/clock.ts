/** The clocks of preview 1, based on the host's. */
import type { Memory } from '../abi/memory.js'
import type { WasmImports } from '../base/platform-types.js'
import type { Host } from '../host/contract/host.js'
import { Errno } from './errno.js'
import { Clock } from './layouts.js'

/**
 * The time of a clock, in nanoseconds. Processor time is not available, so its clocks return the same time as the
 * monotonic clock.
 *
 * @param clock - `clockid` of preview 1
 */
export function timeOf(host: Host, clock: number): bigint {
  return BigInt(Math.round(clock === Clock.REALTIME ? host.wallClock() * 1e6 : host.clock()))
}

/**
 * The calls about clocks, for all four clocks.
 *
 * @param memory - returns the instance's memory; called for each system call, since the memory does not exist yet
 * @see WASI preview 1, `clock_time_get`
 */
export function clockCalls(host: Host, memory: () => Memory): WasmImports {
  /** Stores the value of a clock; an exception must not propagate through the module. */
  const store = (clock: number, out: number, nanoseconds: () => bigint): number => {
    if (clock < 0 || clock > Clock.LAST) return Errno.INVAL
    if (!memory().contains(out, 8)) return Errno.FAULT
    try {
      memory().setU64(out, nanoseconds())
      return Errno.SUCCESS
    } catch {
      return Errno.IO
    }
  }
  return {
    clock_time_get: (clock: number, _precision: bigint, out: number): number =>
      store(clock, out, () => timeOf(host, clock)),
    clock_res_get: (clock: number, out: number): number => store(clock, out, () => 1n),
  }
}
