import { FileEvent } from '../../abi/events.js'
import { TimesFlag } from '../layouts.js'
import type { Entry, Nanoseconds } from './inodes.js'

/** The arguments of the calls that set times; with {@link TimesFlag.MODE}, `accessed` has the permissions. */
export interface Times {
  readonly accessed: number
  readonly modified: number
  readonly flags: number
}

const ACCESSED = TimesFlag.ACCESSED | TimesFlag.ACCESSED_NOW
const MODIFIED = TimesFlag.MODIFIED | TimesFlag.MODIFIED_NOW

/**
 * Sets the times of an entry, or its permissions.
 *
 * @returns which {@link FileEvent} it is; 0 for none
 */
export function setTimes(entry: Entry, { accessed, modified, flags }: Times, now: Nanoseconds): number {
  if (flags & TimesFlag.MODE) {
    entry.setMode(Number(accessed), now)
    // Not a change of its own, but a part of making a directory.
    return flags & TimesFlag.IS_NEW ? 0 : FileEvent.ATTRIB
  }
  const time = (given: number, set: number, setNow: number): Nanoseconds | undefined =>
    flags & setNow ? now : flags & set ? BigInt(given) : undefined
  entry.setTimes(
    time(accessed, TimesFlag.ACCESSED, TimesFlag.ACCESSED_NOW),
    time(modified, TimesFlag.MODIFIED, TimesFlag.MODIFIED_NOW),
    now,
  )
  if (!(flags & ACCESSED)) return flags & MODIFIED ? FileEvent.MODIFY : 0
  return flags & MODIFIED ? FileEvent.ATTRIB : FileEvent.ACCESS
}
