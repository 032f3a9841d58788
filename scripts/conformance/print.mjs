/** Prints a run of libuv's tests: a progress line if the output is a terminal, and a table at the end. */

/** @typedef {import('../conformance.mjs').Row} Row */

/** How many lines of an output are printed, counted from its end. */
const SHOWN_LINES = 30

/** The progress line, which is rewritten in place on a terminal, and not printed elsewhere. */
export class Progress {
  #total
  #done = 0
  #failed = 0
  /** @type {Set<string>} */
  #running = new Set()

  /** @param {number} total */
  constructor(total) {
    this.#total = total
  }

  /** @param {string} name */
  begin(name) {
    this.#running.add(name)
    this.#show()
  }

  /** @param {Row} row */
  end({ name, verdict, note }) {
    this.#running.delete(name)
    this.#done++
    if (verdict !== 'failed') return this.#show()
    this.#failed++
    this.#clear()
    console.log(`FAIL ${name}: ${note}`)
    this.#show()
  }

  done() {
    this.#clear()
  }

  #show() {
    if (!process.stdout.isTTY) return
    const text = `${this.#done}/${this.#total}, ${this.#failed} failed: ${[...this.#running].join(', ')}`
    this.#clear()
    process.stdout.write(text.slice(0, process.stdout.columns - 1))
  }

  #clear() {
    if (process.stdout.isTTY) process.stdout.write('\r\u001b[K')
  }
}

/**
 * @param {readonly Row[]} rows
 * @param {boolean} verbose
 */
export const printTable = (rows, verbose) => {
  for (const row of rows) {
    if (row.verdict === 'failed') printFailure(row, verbose)
    else if (verbose && row.note !== '') console.log(`skip ${row.name}: ${row.note}`)
  }
  const verdicts = /** @type {const} */ (['passed', 'failed', 'skipped'])
  console.log(`\nclass${verdicts.map((verdict) => verdict.padStart(9)).join('')}`)
  for (const name of ['A', 'B', 'C', 'new']) {
    const own = rows.filter((row) => row.class === name)
    if (own.length === 0) continue
    const cells = verdicts.map((verdict) => String(own.filter((row) => row.verdict === verdict).length).padStart(9))
    console.log(`${name.padEnd(5)}${cells.join('')}`)
  }
}

/**
 * @param {Row} row
 * @param {boolean} verbose
 */
const printFailure = ({ name, class: ring, note, detail, output }, verbose) => {
  console.log(`\n${name} (class ${ring}): ${note}`)
  const lines = [...detail.split('\n'), ...output.trimEnd().split('\n')].filter((line) => line !== '')
  for (const line of verbose ? lines : lines.slice(-SHOWN_LINES)) console.log(`    ${line}`)
}
