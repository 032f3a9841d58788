/** Finds the depth at which the stack of a guest ends. */

import { Script } from '../script/script.js'
import { type Program, runGuest, type Where } from './run-guest.js'

/** A depth that every engine has room for, and how exact the answer is. */
const SHALLOW = 1000
const EXACT = 32

/** About the deepest frame from which a call that does nothing succeeds. */
export async function findDepth(where: Where, program: Program): Promise<number> {
  const fits = async (depth: number): Promise<boolean> => {
    const script = new Script(1)
    script.call('sched_yield', [], { deep: true })
    const { outcome } = await runGuest(where, program, { input: script.encode(false, depth) })
    return outcome.kind === 'exited'
  }
  let [fine, over] = [SHALLOW, SHALLOW * 8]
  while (await fits(over)) [fine, over] = [over, over * 2]
  while (over - fine > EXACT) {
    const middle = (fine + over) >> 1
    if (await fits(middle)) fine = middle
    else over = middle
  }
  return fine
}
