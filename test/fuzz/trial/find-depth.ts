/** Finds the depth at which the stack of a guest ends. */

import { Script } from '../script/script.js'
import type { DriverName } from '../work/task.js'
import type { Library } from './library.js'
import { runGuest } from './run-guest.js'
import type { Stage } from './stage.js'

/** More frames than any engine has room for. */
const TOO_DEEP = 1_000_000

/** The deepest frame from which a call that does nothing succeeds. */
export async function findDepth(
  library: Library,
  stage: Stage,
  module: WebAssembly.Module,
  driver: DriverName,
): Promise<number> {
  const fits = async (depth: number): Promise<boolean> => {
    const script = new Script(1)
    script.call('sched_yield', [], { deep: true })
    const { end } = await runGuest(library, module, { host: stage.host, driver, input: script.encode(false, depth) })
    return 'code' in end
  }
  let [fine, over] = [0, TOO_DEEP]
  while (over - fine > 4) {
    const middle = (fine + over) >> 1
    if (await fits(middle)) fine = middle
    else over = middle
  }
  return fine
}
