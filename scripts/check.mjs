/**
 * `make check`: runs every check, even after one has failed, and prints one line for each. A check is a program that
 * exits with 0 and prints a summary as its last line, or prints the problems and how to correct them.
 *
 * `make check ONLY="types rooms"` runs some of them.
 */
import { spawnSync } from 'node:child_process'
import { delimiter, resolve } from 'node:path'

/** @type {Record<string, readonly [string, ...string[]]>} */
const checks = {
  types: ['tsc', '--project', 'tsconfig.json'],
  'page-types': ['tsc', '--project', 'examples/page'],
  lint: ['biome', 'check', '--error-on-warnings'],
  'c-style': ['node', 'scripts/format-c.mjs', '--check'],
  rooms: ['depcruise', '--config', '.dependency-cruiser.mjs', '--output-type', 'err-long', 'src'],
  tsdoc: ['node', 'scripts/check-tsdoc.mjs'],
  abi: ['node', 'scripts/check-abi.mjs'],
  size: ['node', 'scripts/check-size.mjs'],
  papers: ['node', 'scripts/check-papers.mjs'],
  prose: ['node', 'scripts/check-prose.mjs'],
  examples: ['node', 'scripts/check-examples.mjs'],
  docs: ['node', 'scripts/docs.mjs'],
  package: ['node', 'scripts/check-package.mjs'],
  make: ['node', 'scripts/check-make.mjs'],
}

const env = { ...process.env, PATH: `${resolve('node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}` }

/**
 * Runs one check and reports it.
 *
 * @param {string} name
 * @param {readonly [string, ...string[]]} command
 * @returns {boolean} whether it passed
 */
const run = (name, [program, ...args]) => {
  const start = performance.now()
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', env })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const passed = status === 0
  const output = `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`.trim()
  if (!passed) console.log(`\n${output}`)
  const summary = passed ? output.split('\n').at(-1) || 'no problem found' : program
  console.log(
    `${passed ? 'PASS' : 'FAIL'}  ${name.padEnd(10)} ${seconds.padStart(5)} s  ${summary.replace(/^[✔\s]+/, '')}`,
  )
  return passed
}

const wanted = (process.env.ONLY ?? '').split(/\s+/).filter((name) => name !== '')
const unknown = wanted.filter((name) => !(name in checks))
if (unknown.length > 0) {
  console.log(`Cannot run ${unknown.join(', ')}: there is no such check; use ${Object.keys(checks).join(', ')}`)
  process.exit(2)
}

const failed = Object.entries(checks)
  .filter(([name]) => wanted.length === 0 || wanted.includes(name))
  .filter(([name, command]) => !run(name, command))
  .map(([name]) => name)
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`)
process.exitCode = failed.length > 0 ? 1 : 0
