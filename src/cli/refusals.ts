import { describe, type Refusal, UNGRANTED } from '../guard/decision.js'
import { say } from './command.js'

/** How many different refusals are reported. For a program that tries every address, more would not be useful. */
const MOST = 100

/**
 * Reports what the policy refuses to a program: each address once, and at the end how many more refusals there were.
 */
export class Refusals {
  readonly #told = new Set<string>()
  #others = 0

  /** Takes a refusal, and reports it if it is new. */
  readonly add = (refusal: Refusal): void => {
    const text = explain(refusal)
    if (this.#told.has(text) || this.#told.size >= MOST) {
      this.#others++
      return
    }
    this.#told.add(text)
    say(text)
  }

  /** Reports how many more there were; called once, when the program has ended. */
  close(): void {
    if (this.#others > 0) say(`the program was refused ${this.#others} more times`)
  }
}

function explain(refusal: Refusal): string {
  const { action, target, rule, reason } = refusal
  const said = `the program may not ${describe(refusal)}`
  if (rule !== undefined || reason !== UNGRANTED) return `${said}: ${rule ?? reason}`
  return `${said}; grant it with --allow-${action === 'resolve' ? `connect=${target}:PORT` : `${action}=${target}`}`
}
