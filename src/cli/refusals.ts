/** Tells of what a program was refused: each place once, and in the end how often there was more. */
import { formatEndpoint, type Refusal } from '../guard/policy.js'
import { say } from './command.js'

/** How many places are told. A program that tries all there are says nothing by the rest. */
const MOST = 100

/** What one program was refused. */
export class Refusals {
  readonly #told = new Set<string>()
  #others = 0

  /** Takes a refusal, and tells it if that is news. */
  readonly add = (refusal: Refusal): void => {
    const text = explain(refusal)
    if (this.#told.has(text) || this.#told.size >= MOST) {
      this.#others++
      return
    }
    this.#told.add(text)
    say(text)
  }

  /** Tells how many more there were; called once, when the program has ended. */
  close(): void {
    if (this.#others > 0) say(`the program was refused ${this.#others} more times`)
  }
}

function explain(refusal: Refusal): string {
  if (refusal.action === 'lookup')
    return `the program may not look ${refusal.name} up; grant it with --allow-connect=${refusal.name}:PORT`
  const { action, address } = refusal
  const endpoint = formatEndpoint(address)
  const place = `${action === 'listen' ? 'on' : 'to'} ${endpoint}`
  const grant = action === 'send' ? 'connect' : action
  return `the program may not ${action} ${place}; grant it with --allow-${grant}=${endpoint}`
}
