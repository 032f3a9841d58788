/**
 * Runs the host contract's tests (test/host) on every runtime, and writes the results to docs/hosts.md. If arguments
 * name some runtimes, the results of the others are those of the previous run, in build/hosts; if one of these is
 * missing, the page is not changed.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { compile, runContract, WAYS } from './hosts/run.mjs'
import { page } from './hosts/table.mjs'

const CACHE = 'build/hosts'
const PAGE = 'docs/hosts.md'

/** @typedef {import('./hosts/run.mjs').Run} Run */

const wanted = process.argv.slice(2)
for (const name of wanted) {
  if (WAYS.some((way) => way.name === name)) continue
  console.error(`Cannot test ${name}: it is not known; use ${WAYS.map((way) => way.name).join(', ')}`)
  process.exit(2)
}

compile()
mkdirSync(CACHE, { recursive: true })
/** @type {Run[]} */
const runs = []
for (const way of WAYS) {
  const file = `${CACHE}/${way.name}.json`
  if (wanted.length > 0 && !wanted.includes(way.name)) {
    if (existsSync(file)) runs.push(JSON.parse(readFileSync(file, 'utf8')))
    continue
  }
  const run = await runContract(way)
  const failed = run.outcomes.filter(({ error }) => error !== undefined)
  for (const { path, error } of failed) console.error(`${way.name}: ${path.join(': ')}\n  ${error}\n`)
  if (failed.length > 0) process.exitCode = 1
  console.error(
    `${way.name}: ${run.runtime}, ${run.outcomes.length - failed.length} of ${run.outcomes.length} tests passed`,
  )
  writeFileSync(file, JSON.stringify(run))
  runs.push(run)
}
if (process.exitCode === 1 || runs.length < WAYS.length) console.error(`${PAGE} was not changed`)
else writeFileSync(PAGE, page(runs))
