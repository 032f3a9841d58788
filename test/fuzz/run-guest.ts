/** Runs one guest, and keeps what can be seen of it from outside. */
import type { Guest, GuestOptions } from 'libuv-wasm/guest'
import { within } from '../support/deadline.js'
import type { Library } from './library.js'

/** Milliseconds that a guest may need to end, on a busy machine. */
const PATIENCE = 15_000

/** What one guest did. */
export interface Seen {
  /** Its exit code, or what its exit was rejected with. */
  readonly end: { readonly code: number } | { readonly failure: unknown }
  readonly output: Uint8Array
  readonly errors: Uint8Array
  /** Bytes that it printed when it was over. */
  readonly late: () => number
}

/** Thrown by a receiver of output, on purpose. */
export class Unwilling extends Error {}

/** How a guest is disturbed. */
export interface Disturbance {
  /** After how many milliseconds it is ended from outside. */
  readonly terminateAfter?: number
  /** After how many pieces of output its receiver throws. */
  readonly throwAfter?: number
}

/**
 * Runs a guest to its end.
 *
 * @throws what starting it was rejected with; {Error} when it does not end
 */
export async function runGuest(
  { guest: { Guest } }: Library,
  module: WebAssembly.Module | Uint8Array<ArrayBuffer>,
  options: GuestOptions,
  disturbance: Disturbance = {},
): Promise<Seen> {
  const streams: [Uint8Array[], Uint8Array[]] = [[], []]
  let over = false
  let late = 0
  let pieces = 0
  const onOutput = (stream: 1 | 2, bytes: Uint8Array): void => {
    if (over) late += bytes.length
    streams[stream - 1]?.push(bytes)
    if (disturbance.throwAfter !== undefined && pieces++ >= disturbance.throwAfter) throw new Unwilling('no more')
  }
  const guest = await Guest.start(module, { ...options, onOutput })
  const timer = terminateLater(guest, disturbance.terminateAfter)
  const end = await within(
    guest.exit.then(
      (code) => ({ code }),
      (failure: unknown) => ({ failure }),
    ),
    PATIENCE,
    'the guest to end',
  ).catch((error: unknown) => {
    guest.terminate()
    throw error
  })
  over = true
  clearTimeout(timer)
  const [output, errors] = streams.map((list) => new Uint8Array(Buffer.concat(list)))
  return { end, output: output ?? new Uint8Array(), errors: errors ?? new Uint8Array(), late: () => late }
}

function terminateLater(guest: Guest, ms: number | undefined): NodeJS.Timeout | undefined {
  return ms === undefined ? undefined : setTimeout(() => guest.terminate(), ms)
}
