/**
 * `make check`: runs every check, even after one has failed, and prints one line for each. A check is a program that
 * exits with 0 and prints a summary as its last line, or prints the problems and how to correct them.
 *
 * `make check ONLY="types rooms"` runs some of them.
 */
import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { delimiter, resolve } from 'node:path'

/** @type {Record<string, readonly [string, ...string[]]>} */
const checks = {
  types: ['tsc', '--project', 'tsconfig.json'],
  'page-types': ['tsc', '--project', 'examples/page'],
  'web-types': ['tsc', '--project', 'examples/web'],
  lint: ['biome', 'check', '--error-on-warnings'],
  'c-style': ['node', 'scripts/format-c.mjs', '--check'],
  rooms: ['depcruise', '--config', '.dependency-cruiser.mjs', '--output-type', 'err-long', 'src'],
  tsdoc: ['node', 'scripts/checks/tsdoc.mjs'],
  abi: ['node', 'scripts/checks/abi.mjs'],
  assembly: ['node', 'scripts/checks/assembly.mjs'],
  size: ['node', 'scripts/checks/size.mjs'],
  papers: ['node', 'scripts/checks/papers.mjs'],
  prose: ['node', 'scripts/checks/prose.mjs'],
  examples: ['node', 'scripts/checks/examples.mjs'],
  docs: ['node', 'scripts/docs.mjs'],
  package: ['node', 'scripts/checks/package.mjs'],
  make: ['node', 'scripts/checks/make.mjs'],
  locks: ['node', 'scripts/checks/locks.mjs'],
  threats: ['node', 'scripts/checks/threats.mjs'],
}

const env = { ...process.env, PATH: `${resolve('node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}` }

/** @typedef {{ passed: boolean, seconds: string, output: string }} Result */

/**
 * Runs one check.
 *
 * @param {readonly [string, ...string[]]} command
 * @returns {Promise<Result>}
 */
const run = ([program, ...args]) =>
  new Promise((done) => {
    const start = performance.now()
    execFile(program, args, { env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const seconds = ((performance.now() - start) / 1000).toFixed(1)
      const failure = error === null || typeof error.code === 'number' ? '' : `${error.message} ${error.signal ?? ''}`
      done({ passed: error === null, seconds, output: `${stdout}${stderr}${failure}`.trim() })
    })
  })

/** @param {string} name @param {Result} result */
const report = (name, { passed, seconds, output }) => {
  if (!passed) console.log(`\n${output}`)
  const [program] = checks[name] ?? ['']
  const summary = passed ? output.split('\n').at(-1) || 'no problem found' : program
  console.log(
    `${passed ? 'PASS' : 'FAIL'}  ${name.padEnd(10)} ${seconds.padStart(5)} s  ${summary.replace(/^[✔\s]+/, '')}`,
  )
}

const wanted = (process.env.ONLY ?? '').split(/\s+/).filter((name) => name !== '')
const unknown = wanted.filter((name) => !(name in checks))
if (unknown.length > 0) {
  console.log(`Cannot run ${unknown.join(', ')}: there is no such check; use ${Object.keys(checks).join(', ')}`)
  process.exit(2)
}

// Several at once, since most of them use one processor. They are reported in the order of the list.
const chosen = Object.keys(checks).filter((name) => wanted.length === 0 || wanted.includes(name))
/** @type {Map<string, Result>} */
const results = new Map()
/** @type {string[]} */
const failed = []
const waiting = [...chosen]
const unreported = [...chosen]
const worker = async () => {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    results.set(name, await run(checks[name] ?? ['false']))
    for (let next = results.get(unreported[0] ?? ''); next; next = results.get(unreported[0] ?? '')) {
      const finished = unreported.shift() ?? ''
      report(finished, next)
      if (!next.passed) failed.push(finished)
    }
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, worker))
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`)
process.exitCode = failed.length > 0 ? 1 : 0
