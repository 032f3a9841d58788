/** Scripts for the modes of the fuzzer. */
import type { Description } from '../../../src/abi/description.js'
import type { Random } from '../../support/random.js'
import { AFTERLIFE } from '../guest/layout.js'
import { Author, type Character, fixed } from './author.js'
import { EVENT_MOVES } from './event-moves.js'
import { askForRoot, FILE_MOVES } from './file-moves.js'
import type { Script } from './script.js'
import { type Move, SOCKET_MOVES } from './socket-moves.js'

/** The number of calls before the script waits. */
const CALLS_PER_TURN = 40

/** The maximum of calls of one move, reached by the one that closes registers. */
const LONGEST_MOVE = 30

const MOVES: readonly Move[] = [...SOCKET_MOVES, ...EVENT_MOVES, ...FILE_MOVES]
const WEIGHT = MOVES.reduce((sum, [weight]) => sum + weight, 0)

/** How a script ends early; see {@link writeScript}. */
export type Ending = 'none' | 'exit' | 'throw' | 'trap'

/** The exit code of a script that exits early by itself. */
export const EARLY = 77

/**
 * Writes a script.
 *
 * @param most - the number of its calls
 * @param ending - how it ends early, at a random place; a guest that continues afterwards prints a message
 */
export function writeScript(
  random: Random,
  numbers: Description,
  guest: Character,
  most: number,
  ending: Ending = 'none',
): Script {
  const author = new Author(random, numbers, guest, most)
  const { script } = author
  const endsAt = ending === 'none' ? Number.POSITIVE_INFINITY : random.int(0, Math.max(0, most - LONGEST_MOVE))
  const turnsAt =
    guest.driver !== 'pump' && !guest.byRun && random.chance(0.3) ? random.int(0, most) : Number.POSITIVE_INFINITY
  if (!guest.linked) askForRoot(author)
  let ended = false
  let waited = 0
  while (!script.full) {
    if (!ended && script.calls.length >= endsAt) {
      ended = true
      end(author, ending)
    }
    if (!author.inTurn && script.calls.length >= turnsAt) leaveLoop(author)
    chooseMove(random)(author)
    if (random.chance(0.01)) script.grow(1)
    if (script.calls.length - waited < CALLS_PER_TURN) continue
    waited = script.calls.length
    script.wait(1)
  }
  return script
}

function chooseMove(random: Random): Move[1] {
  let left = random.int(1, WEIGHT)
  for (const [weight, move] of MOVES) {
    left -= weight
    if (left <= 0) return move
  }
  throw new RangeError('the weights are not what they were')
}

function end(author: Author, ending: Ending): void {
  const { script, random, guest } = author
  if (ending === 'exit') script.call('proc_exit', [EARLY], { deep: random.chance(guest.deep) })
  else script.fail(ending === 'throw' ? 'throw' : 'trap', random.chance(guest.deep))
  if (ending !== 'exit') return
  const at = author.put(new TextEncoder().encode(AFTERLIFE))
  const list = author.words(at, AFTERLIFE.length)
  author.call('fd_write', [fixed(1), fixed(list), fixed(1), fixed(author.room(4))])
}

/** From here on, the import `run` runs the loop, in which the script continues. */
function leaveLoop(author: Author): void {
  author.inTurn = true
  author.script.call('leave', [1])
  author.script.call('run', [1])
}
