/**
 * What every program has in addition to its own statements: they are followed by the loop, which runs here or, if the
 * host pumps, in its turns. `asconfig.json` adds this file.
 */
// The names are those of the package, as in the program itself: a relative path would be a second loop.
import 'libuv-wasm/assembly/abort'
import 'libuv-wasm/assembly/date'
import { leave } from 'libuv-wasm/assembly/imports/uv_pump_1'
import { isAlive, turn, waitTime } from 'libuv-wasm/assembly/loop'
import { process } from 'libuv-wasm/assembly/system'

/** Runs one turn of the loop. */
export function uvp_turn(loop: i32): i32 {
  return turn()
}

/** How long the host may wait until the next turn. */
export function uvp_turn_timeout(loop: i32): i32 {
  return waitTime()
}

/** Whether anything is left to do. */
export function uvp_turn_alive(loop: i32): i32 {
  return isAlive() ? 1 : 0
}

/** Ends the program. */
export function uvp_end(loop: i32): void {
  process.exit(process.exitCode)
}

leave(0)
turn()
process.exit(process.exitCode)
