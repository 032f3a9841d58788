/**
 * The import module `uv_pump_1`, and what a guest exports that lets its host run its loop. Owners, and whether a callback may run
 * before a call returns, stand in `libuv-port/include/uv_pump.h`, which `make check` compares with this.
 */
import type { Signature } from './signature.js'

/** The import module's name, with its version. */
export const UV_PUMP_MODULE = 'uv_pump_1'

/** What a guest asks of its host. `loop` is the address of its `uv_loop_t`. */
export interface UvPump {
  leave(loop: number): void
  run(loop: number): number
}

/** The types of these functions. */
export const UV_PUMP_TYPES: Readonly<Record<keyof UvPump, Signature>> = { leave: 'i', run: 'i:i' }

/** What a guest exports. `uvp_turn` returns {@link RunResult}; times are milliseconds. */
export interface PumpedExports {
  uvp_turn(loop: number): number
  uvp_turn_timeout(loop: number): number
  uvp_turn_alive(loop: number): number
  uvp_end(loop: number): void
}
