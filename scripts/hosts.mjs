/**
 * Runs the host contract's tests (test/host) on every runtime and writes what came out as docs/hosts.md. Those of which
 * arguments name none are taken from the run before, in build/hosts; without one the page stays as it is.
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
  console.error(`hosts: ${name} is none of ${WAYS.map((way) => way.name).join(', ')}`)
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
    `${way.name}: ${run.runtime}, ${run.outcomes.length - failed.length} of ${run.outcomes.length} as they should be`,
  )
  writeFileSync(file, JSON.stringify(run))
  runs.push(run)
}
if (process.exitCode === 1 || runs.length < WAYS.length) console.error(`${PAGE} stays as it is`)
else writeFileSync(PAGE, page(runs))
