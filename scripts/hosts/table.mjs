/** The results of the host contract's tests as docs/hosts.md. */

/** @typedef {import('./run.mjs').Run} Run */
/** @typedef {import('../../test/support/plain-runner.js').Outcome} Outcome */

const INTRODUCTION = `# What each host can do

Written by \`make hosts\`, which runs the tests of the host contract (\`test/host\`) on every runtime. Every line is a test;
✓ says that it passed, a number that the host refuses what the test is about, with the reason below and the error of
POSIX that belongs to it. A test that fails keeps this page from being written.

Which host a loop has: \`Loop.open()\` takes the one of the runtime it finds itself on, \`Loop.open({ host })\` any, from
\`libuv-wasm/node\`, \`libuv-wasm/deno\`, \`libuv-wasm/bun\` or \`libuv-wasm/virtual\`.

Bytes count as written once the operating system has them (on the virtual network, the peer). Handles of Node and Bun's sockets
say that within the call. Deno and Node's \`node:net\` say it a turn later or more: \`tryWrite()\` takes nothing there, and for a C
program, which has no buffer to lend, the host keeps up to 64 KiB of each connection as the socket's own buffer; so it does in a
worker, for sockets that the operating system does not lend to it. What is left of that when the program exits is sent for two
more seconds, then dropped. What a close drops is not read any more. Only Deno before 2.9.5 goes on with a write that is under
way: it sends a copy of at most 64 KiB, and keeps the connection, and the process, until the peer has read it or is gone.`

/** Column by host, in this order. */
const COLUMNS = new Map([
  ['node-handle', 'Node, handles'],
  ['node-net', 'Node, `node:net`'],
  ['deno', 'Deno'],
  ['bun', 'Bun'],
  ['virtual', 'virtual'],
])

/** How a test is called in the table. @param {readonly string[]} path */
export const key = (path) => path.join(': ')

/**
 * Whether a test has a line of its own: that a host refuses in the right way is no such line. @param {Outcome} outcome
 */
export const isRow = ({ path }) => path[0] !== 'refusals'

/** Reasons, each with its number. */
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
 * What one host says to one test, whose runtimes may differ.
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
  // `Node 20.20.1` is called by its major version.
  return `✓ ${passed.map(({ runtime }) => runtime.replace(/^\D+(\d+).*/, '$1')).join(', ')}; else ${numbers}`
}

/** @param {readonly (readonly string[])[]} rows - the first is the head */
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
 * The page.
 *
 * @param {readonly Run[]} runs - of all hosts
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
    '## Why it is refused',
    notes.lines().join('\n'),
    '## Measured',
    table([['', ...COLUMNS.values()], ...figures(runs)]),
  ].join('\n\n')}\n`
}

/**
 * What the page says of a host: the mark of each test.
 *
 * @param {string} text - the page
 * @param {string} host - as in {@link Run}
 * @returns {Map<string, string>}
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
