/** Looks for the shortest script by which a guest still fails. */
import { oneGuest } from '../work/plan.js'
import { type Place, runJob } from '../work/process.js'
import type { Finding } from '../work/task.js'

/** The maximum of milliseconds for the search. */
const PATIENCE = 90_000

/** Runs one guest alone. @returns the finding */
async function again(finding: Finding, calls: number | undefined, place: Place): Promise<Finding | undefined> {
  const { mode, runner, guest, depth } = finding
  const slice = oneGuest({ mode, runner, first: guest, calls: 1, callsPerGuest: calls, depth })
  let found: Finding | undefined
  await runJob({ slices: [slice], flags: [] }, place, (message) => {
    if (message.kind === 'found') found ??= message.finding
  })
  return found
}

/**
 * Shrinks a finding.
 *
 * @returns the shortest finding; `undefined` if the guest alone does not fail
 */
export async function shrink(finding: Finding, place: Place): Promise<Finding | undefined> {
  const deadline = performance.now() + PATIENCE
  const isScript = finding.mode !== 'imports' && finding.mode !== 'modules' && finding.calls > 0
  let shortest = await again(finding, isScript ? finding.calls : undefined, place)
  if (!isScript || shortest === undefined) return shortest
  let [fine, fails] = [0, finding.calls]
  while (fails - fine > 1 && performance.now() < deadline) {
    const middle = (fine + fails) >> 1
    const found = await again(finding, middle, place)
    if (found === undefined) fine = middle
    else {
      shortest = found
      fails = middle
    }
  }
  return { ...shortest, calls: fails }
}
