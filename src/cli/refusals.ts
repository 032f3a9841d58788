import { formatEndpoint, type Refusal } from '../guard/policy.js'
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
  if (refusal.action === 'lookup')
    return `the program may not look up ${refusal.name}; grant it with --allow-connect=${refusal.name}:PORT`
  const { action, address } = refusal
  const endpoint = formatEndpoint(address)
  const place = `${action === 'listen' ? 'on' : 'to'} ${endpoint}`
  const grant = action === 'send' ? 'connect' : action
  return `the program may not ${action} ${place}; grant it with --allow-${grant}=${endpoint}`
}
