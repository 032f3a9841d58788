/** The import module `uv_pump_1`: the file's name is the module's. See `libuv-port/include/uv_pump.h`. */

/** Unwinds the stack if the host runs the loop, and returns without effect if it does not. */
export declare function leave(loop: i32): void
