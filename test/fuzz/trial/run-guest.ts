/** Runs one guest, and records its behaviour that is visible from outside. */
import type { Guest, GuestOptions } from 'libuv-wasm/guest'
import { within } from '../../support/deadline.js'
import type { Library } from './library.js'

/** Milliseconds in which a guest must end, on a busy machine. */
const PATIENCE = 15_000

/** The behaviour of one guest. */
export interface Seen {
  /** Its exit code, or the error that its exit was rejected with. */
  readonly end: { readonly code: number } | { readonly failure: unknown }
  readonly output: Uint8Array
  readonly errors: Uint8Array
  /** Bytes that it printed after its end. */
  readonly late: () => number
}

/** Thrown deliberately by a receiver of output. */
export class Unwilling extends Error {}

/** How a guest is disturbed. */
export interface Disturbance {
  /** The milliseconds after which it is ended from outside. */
  readonly terminateAfter?: number
  /** The number of pieces of output after which its receiver throws. */
  readonly throwAfter?: number
}

/**
 * Runs a guest to its end.
 *
 * @throws the error that its start was rejected with; {Error} if it does not end
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
