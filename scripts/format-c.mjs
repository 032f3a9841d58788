/**
 * Formats this project's C like libuv: clang-format with .clang-format, and two rules that clang-format has no setting
 * for. With `--check` it changes nothing, and fails if a file is not formatted.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { conclude } from './lib/report.mjs'

/** The directories with our own C; libuv's source is in directories that git ignores. */
const folders = ['libuv-port/include', 'libuv-port/src', 'wasm', 'conformance', 'examples', 'test', 'bench']
const skipped = ['wasm/build']

/**
 * @param {string} folder
 * @returns {string[]}
 */
const sources = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return skipped.includes(path) ? [] : sources(path)
    return /\.[ch]$/.test(entry.name) ? [path] : []
  })

/**
 * libuv puts two spaces before a trailing comment, and the backslash of a long macro line in column 79.
 *
 * @param {string} text
 */
const finish = (text) => text.replace(/(\S) (\/\*.*\*\/)$/gm, '$1  $2').replace(/^(?=.{80}$)(.*) \\$/gm, '$1\\')

/** Copies of the files, which clang-format changes all at once: it takes a tenth of a second to start. */
const copies = 'build/formatted'

/** @param {readonly string[]} paths */
const format = (paths) => {
  rmSync(copies, { recursive: true, force: true })
  for (const path of paths) cpSync(path, join(copies, path))
  execFileSync('clang-format', ['--style=file', '-i', ...paths.map((path) => join(copies, path))])
}

/** @param {string} path */
const formatted = (path) => finish(readFileSync(join(copies, path), 'utf8'))

/**
 * The first line that differs.
 *
 * @param {string} path
 * @param {string} is
 * @param {string} should
 */
const complaint = (path, is, should) => {
  const wanted = should.split('\n')
  const index = is.split('\n').findIndex((line, at) => line !== wanted[at])
  return `${path}:${index + 1}: not in libuv's style; \`make format\` would write:\n    ${wanted[index]}`
}

execFileSync('scripts/ensure-tool.sh', ['clang-format', 'clang-format'], { stdio: 'inherit' })
const check = process.argv.includes('--check')
const files = folders.filter((folder) => existsSync(folder)).flatMap(sources)
/** @type {string[]} */
const problems = []
if (files.length > 0) format(files)
for (const path of files) {
  const is = readFileSync(path, 'utf8')
  const should = formatted(path)
  if (is === should) continue
  if (check) problems.push(complaint(path, is, should))
  else writeFileSync(path, should)
}
if (files.length === 0) problems.push(`no C source in ${folders.join(', ')}`)
conclude(problems, `${files.length} files in libuv's style`)
