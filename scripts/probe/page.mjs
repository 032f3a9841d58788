/** The results of the probe as docs/posix.md. */

/** @typedef {import('./calls.mjs').Call} Call */
/** @typedef {import('./calls.mjs').Refusal} Refusal */
/** @typedef {import('./compare.mjs').Expectation} Expectation */
/** @typedef {import('./compare.mjs').Expectations} Expectations */
/** @typedef {import('./compare.mjs').Deviation} Deviation */
/** @typedef {import('./compare.mjs').Way} Way */

/** The columns for guests, and the ways in which each is run. */
const COLUMNS = /** @type {const} */ ([
  ['worker', ['worker-20', 'worker-26']],
  ['jspi', ['jspi-26']],
  ['pump', ['pump-20']],
])

/** @param {readonly Call[]} calls @param {Expectations} expectations */
const introduction = (calls, expectations) => {
  const counts = COLUMNS.map(([driver, ways]) => {
    const same = calls.filter(({ name }) =>
      expectations.calls[name]?.deviations.every(({ on }) => !on.some((way) => ways.some((one) => one === way))),
    )
    return `${same.length} under \`${driver}\``
  })
  return `# What POSIX calls do in a guest

Written by \`make probe\`, which compiles small C programs (\`test/probe/calls\`) natively and as guests, and compares what
each call answers on Linux with what it answers in a guest. \`make test\` repeats it: each difference below is expected there,
with its reason. \`test/probe/calls.tsv\` has the list of the calls and why they are on it: what POSIX has, what libuv's own
interface asks the system, and what fourteen tried programs import. The list was made before the results.

Of ${calls.length} calls, ${counts.slice(0, -1).join(' and ')} answer as natively in all tried ways, and ${counts.at(-1)}, which never
waits. A call with one other answer counts as different.

\`same\` means that all answers are the native ones. Otherwise the answers that differ are listed, beside the native ones; a
number is the reason, below. What is refused in general is listed first. Guests run under \`worker\` on Node 20 and 26, under \`jspi\` on Node 26, and under \`pump\` on
Node 20, with a directory in memory and loopback addresses.`
}

/** Numbered reasons, in the order of their first use. */
class Notes {
  /** @type {string[]} */
  #reasons = []

  /** @param {string} reason */
  number(reason) {
    const index = this.#reasons.indexOf(reason)
    return index < 0 ? this.#reasons.push(reason) : index + 1
  }

  toString() {
    return this.#reasons.map((reason, index) => `${index + 1}. ${reason}`).join('\n')
  }
}

/** @param {string} text */
const escaped = (text) =>
  text
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replace(/^ended: /, 'ended ')

/** How many answers of one call are listed. */
const MOST = 5

/** @param {readonly string[]} answers */
const list = (answers) => {
  const all = answers.map((answer) => escaped(answer || 'no answer'))
  return all.length > MOST ? `${all.slice(0, MOST).join('; ')}; and ${all.length - MOST} more` : all.join('; ')
}

/** What a guest answers. @param {Deviation} deviation */
const answers = ({ differences }) => list(differences.map(([, guest]) => guest))

/**
 * A column of a guest.
 *
 * @param {Expectation} expectation
 * @param {readonly Way[]} ways
 * @param {(deviation: Deviation) => string} reason
 */
const guestCell = ({ deviations }, ways, reason) => {
  const cells = deviations.flatMap((deviation) => {
    const on = ways.filter((way) => deviation.on.includes(way))
    const where = on.length < ways.length ? `Node ${on.map((way) => way.replace(/^\w+-/, '')).join(', ')}: ` : ''
    return on.length === 0 ? [] : [`${where}${answers(deviation)}${reason(deviation)}`]
  })
  return cells.length === 0 ? 'same' : cells.join('; ')
}

/** What Linux answers where a guest differs. @param {Expectation} expectation */
const nativeCell = ({ answers: count, deviations }) => {
  const natives = deviations
    .filter(({ because }) => because !== 'waits')
    .flatMap(({ differences }) => differences.map(([native]) => native))
  return natives.length === 0 ? `${count} answer${count === 1 ? '' : 's'}` : list([...new Set(natives)])
}

/** What is refused by kind. @param {readonly Refusal[]} refusals */
const refusedKinds = (refusals) => {
  const rows = refusals.map((row) => `| ${[row.what, row.answer, row.why].map(escaped).join(' | ')} |`)
  return `## Refused

What a guest cannot do, whatever its calls are named, and what it gets instead.

| what | a program gets | why |
| --- | --- | --- |
${rows.join('\n')}`
}

/**
 * @param {readonly Call[]} calls
 * @param {readonly Refusal[]} refusals
 * @param {Expectations} expectations
 * @returns {string}
 */
export const page = (calls, refusals, expectations) => {
  const notes = new Notes()
  const reason = (/** @type {Deviation} */ { because }) =>
    ` [${notes.number(expectations.reasons[because] ?? 'No reason is given yet.')}]`
  const parts = [introduction(calls, expectations), refusedKinds(refusals)]
  for (const area of new Set(calls.map((call) => call.area))) {
    const rows = calls
      .filter((call) => call.area === area)
      .map(({ name, asked }) => {
        const expectation = expectations.calls[name] ?? { answers: 0, deviations: [] }
        const guests = COLUMNS.map(([, ways]) => guestCell(expectation, ways, reason))
        return `| \`${name}\` | ${escaped(asked)} | ${nativeCell(expectation)} | ${guests.join(' | ')} |`
      })
    const head = `| call | asked | native | ${COLUMNS.map(([driver]) => driver).join(' | ')} |`
    parts.push(`## ${area}`, `${head}\n${'| --- '.repeat(3 + COLUMNS.length)}|\n${rows.join('\n')}`)
  }
  return `${[...parts, '## Reasons', notes].join('\n\n')}\n`
}
