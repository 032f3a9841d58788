/** Random numbers for guests. They are the platform's, for want of a host that has some. */
import type { WasmImports } from '../base/platform-types.js'
import type { Arguments } from './arguments.js'
import { answer, FileError } from './errno.js'

/** How many bytes the platform gives at once. */
const PIECE = 65_536

/** How many a guest gets at once: as `getrandom()` of Linux has it, and some 50 ms of work. */
const MOST = 2 ** 25 - 1

/**
 * `random_get` of preview 1, which has no short answers: more than 32 MiB are EINVAL.
 *
 * @param given - reads what the guest says
 */
export function randomCalls(given: Arguments): WasmImports {
  return {
    random_get: answer((at = 0, length = 0) => {
      if (length >>> 0 > MOST) throw new FileError('INVAL')
      const bytes = given.bytes(at, length)
      for (let start = 0; start < bytes.length; start += PIECE)
        globalThis.crypto.getRandomValues(bytes.subarray(start, start + PIECE))
    }),
  }
}
