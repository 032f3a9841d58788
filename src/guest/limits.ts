/** The limits of a guest, from the options of its embedder to what counts them. */
import { type Lane, Ledger, type LimitHooks, tableOf, type Usage } from '../guard/limits/ledger.js'
import {
  type Limits as CountedLimits,
  DEFAULT_LIMITS as DEFAULT_COUNTED_LIMITS,
  LIMIT_NAMES,
  readGuestLimits,
} from '../guard/limits/limits.js'
import type { KernelGauges, QueueGauges } from '../kernel/gauges.js'
import { ArgumentError, show } from '../uv/errors.js'
import type { FileGauges } from '../wasi/fs/space.js'
import { TimeMeter } from './time/meter.js'
import { DEFAULT_TIME_LIMITS, readTimeLimits, type TimeLimits } from './time/time-limits.js'

/** All limits of a guest: of what it holds and uses, and of its time. */
export interface Limits extends CountedLimits, TimeLimits {}

/** The name of a limit. */
export type LimitName = keyof Limits

/** The limits that are given for a guest; the others have their defaults. */
export type GuestLimitOptions = Partial<Limits>

/** The limits of a guest for which none were given. */
export const DEFAULT_LIMITS: Limits = { ...DEFAULT_COUNTED_LIMITS, ...DEFAULT_TIME_LIMITS }

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
  readonly ledger: Ledger<CountedLimits>
  /** Whether a limit of memory was given: what begins with more is not started then. */
  readonly isMemoryGiven: boolean
}

/** The limits of one guest, with those of its time. */
export interface OpenedLimits extends GuestLimits {
  /** Compares the time that it uses with its limits. */
  readonly time: TimeMeter
}

/**
 * Reads the limits of a guest.
 *
 * @throws {ArgumentError} when one is not valid
 */
export function openLimits({ limits = {}, maxDescriptors, onWarning, onLimit }: LimitOptions): OpenedLimits {
  for (const [name, hook] of Object.entries({ onWarning, onLimit })) {
    if (hook !== undefined && typeof hook !== 'function')
      throw new ArgumentError(`Cannot start the guest: ${name} is a ${typeof hook}; give a function`)
  }
  if (typeof limits !== 'object' || limits === null)
    throw new ArgumentError(`Cannot start the guest: limits ${show(limits)} is not valid; give an object`)
  const hooks = { ...(onWarning && { onWarning }), ...(onLimit && { onLimit }) }
  const unknown = Object.keys(limits).find((name) => !Object.hasOwn(DEFAULT_LIMITS, name))
  if (unknown !== undefined) {
    const names = Object.keys(DEFAULT_LIMITS).join(', ')
    throw new ArgumentError(`Cannot limit ${show(unknown)}: there is no such limit; use one of ${names}`)
  }
  const counted = Object.fromEntries(LIMIT_NAMES.map((name) => [name, limits[name]]))
  const all = complete({ ...(maxDescriptors !== undefined && { descriptors: maxDescriptors }), ...given(counted) })
  const time = new TimeMeter(readTimeLimits(limits), hooks)
  // A page without SharedArrayBuffer has no driver that needs to share it either.
  const Shared: typeof SharedArrayBuffer | undefined = globalThis.SharedArrayBuffer
  const table = tableOf(all, Shared ?? ArrayBuffer)
  return { ledger: new Ledger(all, hooks, table), time, isMemoryGiven: limits.memory !== undefined }
}

/** Those that have a value. */
function given(limits: Partial<CountedLimits>): Partial<CountedLimits> {
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined))
}

function complete(given: Partial<CountedLimits>): CountedLimits {
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
export function kernelGauges(ledger: Ledger<CountedLimits>): KernelGauges {
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

/** What counts the files of a guest in memory. */
export function fileGauges(ledger: Ledger<CountedLimits>): FileGauges {
  return { bytes: ledger.gauge('fileBytes'), entries: ledger.gauge('fileEntries') }
}
