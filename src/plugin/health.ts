/** Whether a plugin still serves. */
import type { Isolated } from './isolation.js'
import { settledWithin } from './settled-within.js'

/**
 * What a plugin does. `waiting`: it waits for something to happen, as a server does most of the time. `running`: its
 * loop goes round; of a process this is all that is known. `busy`: it has not got round in time, but did not get the
 * processor to do so. `unresponsive`: it computes, and does not look at its connections. `ended`: it does nothing any
 * more.
 */
export type Health = 'waiting' | 'running' | 'busy' | 'unresponsive' | 'ended'

/** How many looks are taken at a guest until its time is over. */
const LOOKS = 20

/** A guest with less than this part of the time to itself was kept from running by others. */
const STARVED = 0.1

/** Finds out what a guest does. @param timeout - milliseconds */
export async function askHealth({ outcome, activity }: Isolated, timeout: number): Promise<Health> {
  const first = activity?.()
  const isOver = await settledWithin(outcome, 0)
  if (isOver) return 'ended'
  if (first === undefined) return 'running'
  for (let look = 0; look < LOOKS; look++) {
    const now = activity?.()
    if (now?.isWaiting) return 'waiting'
    if (now?.turns !== first.turns) return 'running'
    if (await settledWithin(outcome, timeout / LOOKS)) return 'ended'
  }
  const computed = (activity?.().processorTime ?? 0) - first.processorTime
  return computed < timeout * STARVED ? 'busy' : 'unresponsive'
}
