/**
 * `make release-check`: does everything that a release needs except publishing. Builds in fresh clones, so that
 * uncommitted files have no effect.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** @param {string} path */
const json = (path) => JSON.parse(readFileSync(path, 'utf8'))
/** @param {...string} args */
const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim()
/** @param {string} path */
const hashOf = (path) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** @param {string} folder @param {string} program @param {...string} args */
const run = (folder, program, ...args) => execFileSync(program, args, { cwd: folder, stdio: 'inherit' })

/** Checks the commit itself. @param {string} version @returns {string[]} the problems */
const checkPapers = (version) => {
  const lock = json('package-lock.json').version
  const entry = new RegExp(`^## \\[?${version.replaceAll('.', '\\.')}\\]? - (\\d{4}-\\d{2}-\\d{2})$`, 'm')
  return [
    ...(git('status', '--porcelain') === '' ? [] : ['the work tree has uncommitted changes: commit them']),
    ...(git('tag', '--list', `v${version}`) === '' ? [] : [`v${version} is tagged already: choose the next version`]),
    ...(lock === version ? [] : [`package-lock.json has version ${lock}, package.json ${version}: run \`make lock\``]),
    ...(entry.test(readFileSync('CHANGELOG.md', 'utf8')) ? [] : [`CHANGELOG.md has no "## ${version} - YYYY-MM-DD"`]),
  ]
}

const { version } = json('package.json')
const problems = checkPapers(version)
if (problems.length > 0) {
  for (const problem of problems) console.error(`release-check: ${problem}`)
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), 'libuv-wasm-release-'))
try {
  const first = join(folder, 'first')
  const second = join(folder, 'second')
  for (const clone of [first, second]) run('.', 'git', 'clone', '--quiet', '.', clone)
  run(first, '.ci/run')
  run(second, 'make', 'wasm')
  const hashes = [first, second].map((clone) => hashOf(join(clone, 'wasm/build/release/libuv.wasm')))
  if (hashes[0] !== hashes[1]) throw new Error(`two builds differ: libuv.wasm is ${hashes.join(' and ')}`)
  run(first, 'make', 'pack')
  run('.', 'mkdir', '-p', 'build/pack')
  const tarballs = ['libuv-wasm', 'libuv-wasm-sdk'].map((name) => `build/pack/${name}-${version}.tgz`)
  for (const tarball of tarballs) run('.', 'cp', join(first, tarball), 'build/pack')
  console.log(`libuv.wasm   sha256 ${hashes[0]}`)
  for (const tarball of tarballs) console.log(`tarball      ${tarball}  sha256 ${hashOf(tarball)}`)
  console.log(`release-check: ${version} is ready; RELEASING.md says how to publish it`)
} finally {
  rmSync(folder, { recursive: true })
}
