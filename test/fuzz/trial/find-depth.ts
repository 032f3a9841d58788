/** Finds the depth at which the stack of a guest ends. */

import { Script } from '../script/script.js'
import { type Program, runGuest, type Where } from './run-guest.js'

/** More frames than any engine has room for. */
const TOO_DEEP = 1_000_000

/** The deepest frame from which a call that does nothing succeeds. */
export async function findDepth(where: Where, program: Program): Promise<number> {
  const fits = async (depth: number): Promise<boolean> => {
    const script = new Script(1)
    script.call('sched_yield', [], { deep: true })
    const { outcome } = await runGuest(where, program, { input: script.encode(false, depth) })
    return outcome.kind === 'exited'
  }
  let [fine, over] = [0, TOO_DEEP]
  while (over - fine > 4) {
    const middle = (fine + over) >> 1
    if (await fits(middle)) fine = middle
    else over = middle
  }
  return fine
}
