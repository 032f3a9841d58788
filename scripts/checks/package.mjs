/**
 * Checks the packed tarball, which users install. Its size is as stated in the README, it refers to no file outside of
 * it, publint and are-the-types-wrong find no problem, and a strict program compiles against it with skipLibCheck off.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { compileConsumers } from '../lib/consumers.mjs'
import { kilobytes, PACKED, pack, unpack } from '../lib/package.mjs'
import { conclude } from '../lib/report.mjs'

const MOST_DEPENDENCIES = 3
/** The smallest fraction of the README's figures for which they still count as correct. */
const SLACK = 0.75
const SAID = /(\d+) kB packed, (\d+) kB unpacked, with (\d+) dependenc(?:y|ies)/

/** Sources that the compiler of AssemblyScript needs. */
const ASSEMBLY = /^(?:examples\/|sdk\/templates\/[^/]+\/)?assembly\//

/** @typedef {import('../lib/package.mjs').Packed} Packed */

/** @param {Packed} packed @returns {string[]} */
const checkSize = ({ size, unpacked, dependencies }) => {
  const names = dependencies.map(({ name }) => name).join(', ')
  const tooMany =
    dependencies.length > MOST_DEPENDENCIES ? [`${names}: at most ${MOST_DEPENDENCIES} dependencies are allowed`] : []
  const said = readFileSync('README.md', 'utf8').match(SAID)
  if (said === null) return [...tooMany, `README.md does not state the size of the package: ${SAID.source}`]
  const [, saidSize, saidUnpacked, saidDependencies] = said.map(Number)
  const figures = /** @type {const} */ ([
    ['packed', size / 1000, saidSize],
    ['unpacked', unpacked / 1000, saidUnpacked],
  ])
  const wrong = figures.filter(([, is, most = 0]) => is > most || is < most * SLACK)
  return [
    ...tooMany,
    ...wrong.map(
      ([what, is, most]) => `README.md says ${most} kB ${what}, but it is ${Math.round(is)} kB: correct either`,
    ),
    ...(dependencies.length === saidDependencies ? [] : [`README.md: the dependencies are ${names}`]),
  ]
}

/** @param {Packed} packed @param {string} folder - the unpacked package @returns {string[]} */
const checkFiles = ({ files }, folder) => {
  const strangers = files.filter(
    (path) => /\.map$|(?<!\.d)\.ts$|tsbuildinfo$|\.test\./.test(path) && !ASSEMBLY.test(path),
  )
  const maps = files
    .filter((path) => path.endsWith('.js') && readFileSync(join(folder, path), 'utf8').includes('sourceMappingURL='))
    .map((path) => `${path}: names a source map, but none is packed`)
  const needed = ['LICENSE', 'README.md', 'dist/libuv.wasm', 'dist/LICENSES.txt']
  return [
    ...strangers.map((path) => `${path}: users of the package do not need this file; do not pack it`),
    ...maps,
    ...needed.filter((path) => !files.includes(path)).map((path) => `${path} is not packed`),
  ]
}

/**
 * Checks that links in the packed docs lead to packed files.
 *
 * @param {Packed} packed
 * @param {string} folder
 * @returns {string[]}
 */
const checkLinks = ({ files }, folder) => {
  /** @param {string} target */
  const has = (target) => files.some((path) => path === target || path.startsWith(`${target}/`))
  return files
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      [...readFileSync(join(folder, path), 'utf8').matchAll(/\]\(([^)#\s]+)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !/^[a-z]+:/.test(link) && !has(join(dirname(path), link)))
        .map((link) => `${path}: (${link}): this file is not in the package`),
    )
}

/** @param {string} folder @returns {Promise<string[]>} */
const askPublint = async (folder) => {
  const { messages, pkg } = await publint({ pkgDir: folder, pack: false, strict: true })
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`)
}

/**
 * Runs are-the-types-wrong. Ignores problems of old resolution modes without support for "exports", and of `require()`
 * before Node 22: neither matters for a package of ES modules.
 *
 * @param {string} tarball
 * @returns {Promise<string[]>}
 */
const askTypes = async (tarball) => {
  const result = await checkPackage(createPackageFromTarballData(readFileSync(tarball)), {
    excludeEntrypoints: [/\.wasm$/],
  })
  if (!result.types) return ['are-the-types-wrong: the package has no types']
  return result.problems
    .filter((problem) => !('resolutionKind' in problem && /^node10$|^node16-cjs$/.test(problem.resolutionKind)))
    .map((problem) => `are-the-types-wrong: ${JSON.stringify(problem)}`)
}

const packed = pack()
const folder = join(PACKED, 'consumer/node_modules/libuv-wasm')
unpack(packed.tarball, folder)
const problems = [
  ...checkSize(packed),
  ...checkFiles(packed, folder),
  ...checkLinks(packed, folder),
  ...(await askPublint(folder)),
  ...(await askTypes(packed.tarball)),
  ...compileConsumers(join(PACKED, 'consumer')),
]
const { size, unpacked, dependencies } = packed
conclude(
  problems,
  `${kilobytes(size)} packed, ${kilobytes(unpacked)} unpacked, ${dependencies.length} dependencies, no problem found`,
)
