/**
 * Makes the calls of test/probe/calls.tsv natively and as guests, and compares the answers. Writes the differences into
 * test/probe/expectations.json and all into docs/posix.md. With `--check` it writes nothing, and fails if either would
 * change. Names of calls limit a check to these.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { readCalls, readRefusals } from './probe/calls.mjs'
import { problemsOf, readExpectations, unusedReasons, writeExpectations } from './probe/compare.mjs'
import { page } from './probe/page.mjs'
import { probe } from './probe/run.mjs'

const PAGE = 'docs/posix.md'

const args = process.argv.slice(2)
const check = args.includes('--check')
const wanted = args.filter((name) => name !== '--check')
const calls = readCalls()
const names = calls.map(({ name }) => name)
for (const name of wanted) {
  if (names.includes(name)) continue
  console.error(`Cannot probe ${name}: it is not in the list; use a name of test/probe/calls.tsv`)
  process.exit(2)
}

const expectations = readExpectations()
const chosen = wanted.length > 0 ? wanted : names
const found = await probe(chosen, expectations.calls, check ? 3 : 2)
const problems = [...found].flatMap(([call, its]) => problemsOf(call, its, expectations))
if (!check) {
  const all = names.flatMap((name) => {
    const its = found.get(name) ?? expectations.calls[name]
    return its ? [/** @type {const} */ ([name, its])] : []
  })
  const fresh = { reasons: { ...expectations.reasons }, calls: Object.fromEntries(all) }
  for (const reason of unusedReasons(fresh)) delete fresh.reasons[reason]
  writeExpectations(fresh)
  writeFileSync(PAGE, page(calls, readRefusals(), fresh))
} else if (readFileSync(PAGE, 'utf8') !== page(calls, readRefusals(), expectations)) {
  problems.push(`${PAGE} is not up to date; run make probe`)
}
for (const reason of check ? unusedReasons(expectations) : [])
  problems.push(`the reason "${reason}" is no longer needed; run make probe`)
for (const line of problems) console.log(line)
const same = [...found.values()].filter(({ deviations }) => deviations.every(({ because }) => because === 'waits'))
console.log(`probe: ${same.length} of ${found.size} calls answer as natively under every driver that waits`)
process.exitCode = check && problems.length > 0 ? 1 : 0
