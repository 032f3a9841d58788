/** Which driver a guest is started with. */
import type { WasmModule } from '../../base/platform-types.js'
import type { GuestRun, GuestSetup } from '../setup.js'
import { hasJspi, letsPump } from './available.js'
import { Thread } from './thread.js'

/**
 * How a guest waits. `pump`: not at all, since the program leaves its loop to its host (`uvp_run_and_exit()` of
 * `uv/pump.h`). `jspi`: by suspending WebAssembly, where the engine supports it (Node 24.21 and later, Deno 2.9, Bun
 * 1.4, Chromium 137). `worker`: by blocking a separate thread. `auto` is the first of them that is available.
 */
export type DriverName = 'auto' | 'pump' | 'jspi' | 'worker'

/** A driver that is ready to start a guest. */
export interface PreparedDriver {
  readonly driver: Exclude<DriverName, 'auto'>
  start(setup: GuestSetup): Promise<GuestRun>
  /** Called instead of `start()` when there is no guest to start. */
  cancel(): void
}

/**
 * Prepares each driver, which is loaded on demand: the thread of the host needs little of what is in the thread of the
 * guest.
 *
 * @throws {TypeError} when it is not available
 */
export const DRIVERS = {
  async jspi(): Promise<PreparedDriver> {
    if (!hasJspi()) {
      throw new TypeError(
        "Cannot use the driver 'jspi': this engine cannot suspend WebAssembly; use 'worker', or Node 24.21 or later",
      )
    }
    const { startWithJspi } = await import('./in-this-thread.js')
    return { driver: 'jspi', start: startWithJspi, cancel() {} }
  },

  async worker(): Promise<PreparedDriver> {
    const thread = Thread.take()
    const { startInWorker } = await import('./worker-driver.js')
    return { driver: 'worker', start: (setup) => startInWorker(setup, thread), cancel: thread.terminate }
  },

  async pump(): Promise<PreparedDriver> {
    const { startPumped } = await import('./in-this-thread.js')
    return { driver: 'pump', start: startPumped, cancel() {} }
  },
}

/** Prepares the driver for `auto`. */
export function prepareBest(module: WasmModule): Promise<PreparedDriver> {
  if (letsPump(module)) return DRIVERS.pump()
  return hasJspi() ? DRIVERS.jspi() : DRIVERS.worker()
}
