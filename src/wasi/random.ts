/** Random numbers for guests. They come from the platform, since hosts have no such function. */
import type { WasmImports } from '../base/platform-types.js'
import type { Arguments } from './arguments.js'
import { answer, FileError } from './errno.js'

/** The most bytes that the platform returns at once. */
const PIECE = 65_536

/** The most bytes that a guest gets at once: the limit of `getrandom()` on Linux, and about 50 ms of work. */
const MOST = 2 ** 25 - 1

/** Fills a buffer, in pieces. */
export function fillRandom(bytes: Uint8Array): void {
  for (let start = 0; start < bytes.length; start += PIECE)
    globalThis.crypto.getRandomValues(bytes.subarray(start, start + PIECE))
}

/**
 * `random_get` of preview 1, which cannot return fewer bytes than requested: more than 32 MiB fail with EINVAL.
 *
 * @param given - reads the guest's arguments
 */
export function randomCalls(given: Arguments): WasmImports {
  return {
    random_get: answer((at = 0, length = 0) => {
      if (length >>> 0 > MOST) throw new FileError('INVAL')
      fillRandom(given.bytes(at, length))
    }),
  }
}
