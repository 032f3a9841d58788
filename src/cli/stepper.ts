/** Shows a replay step by step: `libuv-wasm replay FILE --step`. */
import { createInterface } from 'node:readline'
import { formatEntry } from '../base/trace/entry-text.js'
import type { TraceEntry, TraceEvent } from '../base/trace/value.js'
import type { Follower } from '../guard/record/replayer.js'

const HELP = `Enter goes on to the next turn of the program: the events before which it stops, and the calls that follow.
  N         N turns
  /TEXT     to the next turn whose first event or one of whose calls has the text
  c         to the end
  q         quits
`

/** Prints each entry, and waits for a line of the standard input before each turn, until that ends. */
export class Stepper implements Follower {
  readonly #lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  readonly #read: string[] = []
  #isOver = false
  #go: (line: string) => void = () => {}
  #waits = false
  /** How many turns it does not stop before. */
  #skips = 0
  /** What it is looking for. */
  #wanted: string | undefined
  #seen = ''
  /** The number of the entry that was shown before it happened. */
  #shown = -1

  constructor() {
    this.#lines.on('line', (line) => {
      if (this.#waits) this.#go(line)
      else this.#read.push(line)
    })
    this.#lines.on('close', () => {
      this.#isOver = true
      if (this.#waits) this.#go('c')
    })
    write(HELP)
  }

  readonly onEntry = (entry: TraceEntry, number: number): void => {
    if (number !== this.#shown) this.#print(' ', entry, number)
  }

  readonly beforeTurn = (event: TraceEvent, number: number): Promise<void> | undefined => {
    if (this.#skips-- > 0) return undefined
    if (this.#wanted !== undefined && !this.#seen.includes(this.#wanted) && !formatEntry(event).includes(this.#wanted))
      return undefined
    this.#skips = 0
    this.#wanted = undefined
    this.#print('>', event, number)
    this.#shown = number
    return this.#ask()
  }

  /** Ends the reading, so that the process can end. */
  close(): void {
    this.#lines.close()
  }

  #print(mark: string, entry: TraceEntry, number: number): void {
    const text = formatEntry(entry)
    this.#seen += `${text}\n`
    write(`${mark}${String(number).padStart(6)}: ${text}\n`)
  }

  async #ask(): Promise<void> {
    for (;;) {
      write('step> ')
      const line = (await this.#line()).trim()
      this.#seen = ''
      // Now, in the middle of the replay: its program waits for events that are not to come.
      if (line === 'q') process.exit(0)
      if (line === 'c') this.#skips = Number.POSITIVE_INFINITY
      else if (/^[1-9]\d*$/.test(line)) this.#skips = Number(line) - 1
      else if (line.startsWith('/') && line.length > 1) this.#wanted = line.slice(1)
      else if (line !== '') {
        write(HELP)
        continue
      }
      return
    }
  }

  async #line(): Promise<string> {
    const line = this.#read.shift()
    if (line !== undefined) return line
    if (this.#isOver) return 'c'
    this.#waits = true
    const next = await new Promise<string>((resolve) => {
      this.#go = resolve
    })
    this.#waits = false
    return next
  }
}

function write(text: string): void {
  process.stderr.write(text)
}
