/** The results of the host contract's tests as docs/hosts.md. */

/** @typedef {import('./run.mjs').Run} Run */
/** @typedef {import('../../test/support/plain-runner.js').Outcome} Outcome */

const INTRODUCTION = `# What each host can do

Written by \`make hosts\`, which runs the tests of the host contract (\`test/host\`) on every runtime. Each row is a test. A
✓ means that it passed. A number means that the host refuses the tested feature with the right POSIX error, for the
reason listed below. If a test fails, this page is not written.

\`Loop.open()\` uses the host of the runtime that it runs on; \`Loop.open({ host })\` takes any host, from
\`libuv-wasm/node\`, \`libuv-wasm/deno\`, \`libuv-wasm/bun\` or \`libuv-wasm/virtual\`.

Bytes count as written once the operating system has them (on the virtual network, once the peer has them). Node's
handles and Bun's sockets report this within the call. Deno and Node's \`node:net\` report it in a later turn of the event
loop: there \`tryWrite()\` accepts no bytes, and for a C program, which has no buffer to lend, the host keeps up to 64 KiB
per connection as the socket's own buffer. In a worker it does the same for sockets with a descriptor that the worker
cannot use. Bytes left in that buffer when the program exits are sent for two more seconds, then dropped. After a close
the host no longer accesses the buffers with dropped bytes. The exception is Deno before 2.9.5, which continues a
write that is under way: it sends a copy of at most 64 KiB, and keeps the connection and the process until the peer has
read it or has disconnected.`

/** Column by host, in this order. */
const COLUMNS = new Map([
  ['node-handle', 'Node, handles'],
  ['node-net', 'Node, `node:net`'],
  ['deno', 'Deno'],
  ['bun', 'Bun'],
  ['virtual', 'virtual'],
])

/** The name of a test in the table. @param {readonly string[]} path */
export const key = (path) => path.join(': ')

/**
 * Whether a test has a row in the table. Tests of how a host refuses have none. @param {Outcome} outcome
 */
export const isRow = ({ path }) => path[0] !== 'refusals'

/** Numbered reasons. */
class Notes {
  /** @type {Map<string, number>} */
  #numbers = new Map()

  /** @param {string} reason */
  number(reason) {
    const number = this.#numbers.get(reason) ?? this.#numbers.size + 1
    this.#numbers.set(reason, number)
    return number
  }

  lines() {
    return [...this.#numbers].map(([reason, number]) => `${number}. ${reason}`)
  }
}

/**
 * The result of one test on one host, which may differ between its runtimes.
 *
 * @param {readonly Run[]} runs - of the host
 * @param {string} test
 * @param {Notes} notes
 */
const cell = (runs, test, notes) => {
  const told = runs.map(({ runtime, outcomes }) => ({
    runtime,
    outcome: outcomes.find(({ path }) => key(path) === test),
  }))
  const passed = told.filter(({ outcome }) => outcome !== undefined && outcome.refused === undefined)
  const reasons = new Set(told.flatMap(({ outcome }) => outcome?.refused ?? []))
  const numbers = [...reasons].map((reason) => notes.number(reason)).join(', ')
  if (passed.length === told.length) return '✓'
  if (passed.length === 0) return numbers
  // `Node 20.20.1` is shown as its major version.
  return `✓ ${passed.map(({ runtime }) => runtime.replace(/^\D+(\d+).*/, '$1')).join(', ')}; else ${numbers}`
}

/** @param {readonly (readonly string[])[]} rows - the first is the header */
const table = (rows) => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const line = (/** @type {readonly string[]} */ row) =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...rest] = rows
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rest.map(line)].join('\n')
}

/** @param {readonly Run[]} runs */
const figures = (runs) => {
  const names = new Set(runs.flatMap(({ outcomes }) => outcomes.flatMap((one) => Object.keys(one.figures ?? {}))))
  return [...names].map((name) => [
    name,
    ...[...COLUMNS.keys()].map((host) => {
      const values = runs
        .filter((run) => run.host === host)
        .flatMap(({ outcomes }) => outcomes.flatMap((one) => one.figures?.[name] ?? []))
        .sort((a, b) => a - b)
      return String(Math.round(values[Math.floor(values.length / 2)] ?? 0))
    }),
  ])
}

/**
 * The text of the page.
 *
 * @param {readonly Run[]} runs - the runs of all hosts
 */
export const page = (runs) => {
  const notes = new Notes()
  const tests = new Set(runs.flatMap(({ outcomes }) => outcomes.filter(isRow).map(({ path }) => key(path))))
  const rows = [...tests].map((test) => [
    test,
    ...[...COLUMNS.keys()].map((host) =>
      cell(
        runs.filter((run) => run.host === host),
        test,
        notes,
      ),
    ),
  ])
  const runtimes = [...new Set(runs.map(({ runtime }) => runtime))].join(', ')
  return `${[
    INTRODUCTION,
    `Run on ${runtimes}.`,
    table([['', ...COLUMNS.values()], ...rows]),
    '## Reasons for refusals',
    notes.lines().join('\n'),
    '## Measurements',
    table([['', ...COLUMNS.values()], ...figures(runs)]),
  ].join('\n\n')}\n`
}

/**
 * A host's column of the page.
 *
 * @param {string} text - the page
 * @param {string} host - as in {@link Run}
 * @returns {Map<string, string>} the mark of each test
 */
export const marksOf = (text, host) => {
  const column = [...COLUMNS.keys()].indexOf(host) + 1
  const lines = text.split('\n').filter((line) => line.startsWith('| '))
  const rows = lines.map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1),
  )
  return new Map(rows.map((row) => [row[0] ?? '', row[column] ?? '']))
}
