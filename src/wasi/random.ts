/** Random numbers for guests. */
import type { WasmImports } from '../base/platform-types.js'
import type { Arguments } from './arguments.js'
import { answer, FileError } from './errno.js'

/** The most bytes that a guest gets at once: the limit of `getrandom()` on Linux, and about 50 ms of work. */
const MOST = 2 ** 25 - 1

/**
 * `random_get` of preview 1, which cannot return fewer bytes than requested: more than 32 MiB fail with EINVAL.
 *
 * @param given - reads the guest's arguments
 * @param fill - fills an array with random bytes
 */
export function randomCalls(given: Arguments, fill: (bytes: Uint8Array) => void): WasmImports {
  return {
    random_get: answer((at = 0, length = 0) => {
      if (length >>> 0 > MOST) throw new FileError('INVAL')
      fill(given.bytes(at, length))
    }),
  }
}
