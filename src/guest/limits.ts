/** The limits of a guest, from the options of its embedder to what counts them. */
import { type Lane, Ledger, type LimitHooks, tableOf, type Usage } from '../guard/limits/ledger.js'
import { type GuestLimitOptions, type LimitName, type Limits, readGuestLimits } from '../guard/limits/limits.js'
import type { KernelGauges, QueueGauges } from '../kernel/gauges.js'
import { ArgumentError } from '../uv/errors.js'

export { DEFAULT_LIMITS, type GuestLimitOptions, type LimitName, type Limits } from '../guard/limits/limits.js'

/** What is used of each limit of a guest. */
export type GuestUsage = Readonly<Record<LimitName, Usage>>

/** What an embedder gives for limits. */
export interface LimitOptions extends LimitHooks<LimitName> {
  /** The limits that differ from their defaults; see {@link Limits}. */
  readonly limits?: GuestLimitOptions
  /** The same as the limit `descriptors`. */
  readonly maxDescriptors?: number
}

/** The limits of one guest, as far as they are decided before it starts. */
export interface GuestLimits {
  readonly ledger: Ledger<Limits>
  /** Whether a limit of memory was given: what begins with more is not started then. */
  readonly isMemoryGiven: boolean
}

/**
 * Reads the limits of a guest.
 *
 * @throws {ArgumentError} when one is not valid
 */
export function openLimits({ limits = {}, maxDescriptors, onWarning, onLimit }: LimitOptions): GuestLimits {
  for (const [name, hook] of Object.entries({ onWarning, onLimit })) {
    if (hook !== undefined && typeof hook !== 'function')
      throw new ArgumentError(`Cannot start the guest: ${name} is a ${typeof hook}; give a function`)
  }
  const hooks = { ...(onWarning && { onWarning }), ...(onLimit && { onLimit }) }
  const all = complete({ ...(maxDescriptors !== undefined && { descriptors: maxDescriptors }), ...limits })
  // A page without SharedArrayBuffer has no driver that needs to share it either.
  const Shared: typeof SharedArrayBuffer | undefined = globalThis.SharedArrayBuffer
  const table = tableOf(all, Shared ?? ArrayBuffer)
  return { ledger: new Ledger(all, hooks, table), isMemoryGiven: limits.memory !== undefined }
}

function complete(given: GuestLimitOptions): Limits {
  try {
    return readGuestLimits(given)
  } catch (error) {
    throw error instanceof TypeError ? new ArgumentError(error.message) : error
  }
}

/** @throws {TypeError} when a program begins with more than the limit that was given */
export function requireBeginning(size: number, limit: number): void {
  if (size > limit)
    throw new TypeError(
      `Cannot run the module: it begins with ${size} bytes of memory, and its limit is ${limit}; raise the limit memory`,
    )
}

/** What a kernel counts of the limits of its guest. */
export function kernelGauges(ledger: Ledger<Limits>): KernelGauges {
  const queue = (lane: Lane): QueueGauges => ({
    bytes: ledger.gauge('queuedBytes', lane),
    chunks: ledger.gauge('queuedChunks', lane),
  })
  return {
    descriptors: ledger.gauge('descriptors'),
    lingering: ledger.gauge('lingering'),
    received: queue(0),
    sent: queue(1),
    pipeBytes: ledger.gauge('pipeBytes'),
    pollDescriptors: ledger.gauge('pollDescriptors'),
    pendingAccepts: ledger.gauge('pendingAccepts'),
  }
}
