/**
 * The import module `uv_pump_1`, and the exports of a guest that let its host run its loop. Owners, and whether a
 * callback may run before a call returns, are documented in `libuv-port/include/uv_pump.h`; `make check` compares
 * that header with this file.
 */
import type { Signature } from './signature.js'

/** The name of the import module, including its version. */
export const UV_PUMP_MODULE = 'uv_pump_1'

/** The functions that a guest calls in its host. `loop` is the address of its `uv_loop_t`. */
export interface UvPump {
  leave(loop: number): void
  run(loop: number): number
}

/** The signatures of these functions. */
export const UV_PUMP_TYPES: Readonly<Record<keyof UvPump, Signature>> = { leave: 'i', run: 'i:i' }

/** The exports of a guest. `uvp_turn` returns {@link RunResult}; times are in milliseconds. */
export interface PumpedExports {
  uvp_turn(loop: number): number
  uvp_turn_timeout(loop: number): number
  uvp_turn_alive(loop: number): number
  uvp_end(loop: number): void
}
