/**
 * Checks that the commands, links and paths in the docs exist: `make X`, `npm run X`, files, directories.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ownFiles } from '../lib/files.mjs'
import { conclude } from '../lib/report.mjs'

const papers = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'RELEASING.md'],
  ...ownFiles('docs').filter((path) => path.endsWith('.md')),
  ...ownFiles('libuv-port/README.md', 'test/README.md'),
]

const makefile = readFileSync('Makefile', 'utf8')
const included = [...makefile.matchAll(/^include (.+)$/gm)].flatMap(([, names = '']) => names.split(' '))
const targets = new Set(
  [makefile, ...included.map((path) => readFileSync(path, 'utf8'))].flatMap((text) =>
    [...text.matchAll(/^([\w. -]+):(?!=)/gm)].flatMap(([, names]) => names?.split(' ') ?? []),
  ),
)
const scripts = JSON.parse(readFileSync('package.json', 'utf8')).scripts
const ignored = readFileSync('.gitignore', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('/'))
  .map((line) => line.slice(1))
const roots = readdirSync('.', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)

/**
 * The path in this repository that a word of code means, if any: the word starts with a top-level directory, or looks
 * like the name of a top-level file. For a pattern, the path is the part before its first special character.
 *
 * @param {string} word
 */
const pathOf = (word) => {
  const plain = word
    .replace(/^\.\//, '')
    .replace(/[*{<…].*$/, '')
    .replace(/[:#].*$/, '')
  const [root = ''] = plain.split('/')
  const isPath = plain.includes('/')
    ? roots.includes(root)
    : /^[A-Z]\w+\.md$|^[\w.-]+\.json$|^[\w-]*\.[\w-]+\.mjs$/.test(plain)
  return isPath ? plain : undefined
}

/** @param {string} path */
const isThere = (path) => existsSync(path) || ignored.some((prefix) => `${path}/`.startsWith(prefix))

/**
 * Checks the commands and paths in a piece of code.
 *
 * @param {string} code
 * @param {string} folder - of the paper, where its paths may begin
 * @returns {string[]} the problems
 */
const checkCode = (code, folder) => {
  /** @type {string[]} */
  const problems = []
  for (const [, target = ''] of code.matchAll(/(?:^|[\s;&(])make (?:-\S+ |[A-Z_]+=\S+ )*([a-z][\w-]*)(?![\w=])/g)) {
    if (!targets.has(target)) problems.push(`\`make ${target}\`: the Makefile has no such target`)
  }
  for (const [, script = ''] of code.matchAll(/npm run (?:-\S+ )*([\w-]+)/g)) {
    if (!(script in scripts)) problems.push(`\`npm run ${script}\`: package.json has no such script`)
  }
  for (const word of code.split(/[\s'"`(),;]+/)) {
    const path = pathOf(word)
    if (path !== undefined && !isThere(path) && !isThere(join(folder, path)))
      problems.push(`${word}: there is no such file`)
  }
  return problems
}

/**
 * @param {string} paper
 * @returns {string[]}
 */
const checkPaper = (paper) => {
  if (!existsSync(paper)) return [`${paper} is missing: a newcomer looks for it`]
  const text = readFileSync(paper, 'utf8')
  const fenced = [...text.matchAll(/^```[^\n]*\n(.*?)^```/gms)].map(([, code]) => code ?? '')
  const spans = [...text.replace(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? '')
  const links = [...text.matchAll(/\]\(([^)#\s]+)/g)]
    .map(([, link]) => link ?? '')
    .filter((link) => !/^[a-z]+:/.test(link))
  const dead = links
    .filter((link) => !existsSync(join(dirname(paper), link)))
    .map((link) => `(${link}): the link leads nowhere`)
  return [...[...fenced, ...spans].flatMap((code) => checkCode(code, dirname(paper))), ...dead].map(
    (problem) => `${paper}: ${problem}`,
  )
}

/**
 * Checks the paths of this repository in the comments of every committed file.
 *
 * @returns {string[]} the problems
 */
const checkComments = () =>
  ownFiles()
    // The lists of libuv's source files contain paths of libuv's repository.
    .filter((path) => /\.(?:ts|mjs|c|h|mk|sh|grit)$|^\.[\w-]+$|^Makefile$/.test(path) && !path.endsWith('sources.mk'))
    .flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/\/\*.*?\*\/|(?:^|\s)(?:\/\/|#)[^\n]*/gs)]
        .flatMap(([comment]) => [...comment.matchAll(COMMENT_PATH)].map(([found]) => found.replace(/\.$/, '')))
        .filter((found) => !isThere(found))
        .map((found) => `${path}: ${found}: there is no such file`),
    )

/** A path from the top as written in comments: in one of our directories, with a file extension. */
const COMMENT_PATH =
  /(?<![\w./-])(?:src|test|scripts|libuv-port|wasm|sdk|bench|docs|examples|conformance)\/[\w./-]+\.(?:ts|mjs|c|h|md|mk|sh|json)\b/g

/** Checks that the docs repeat the Node versions of package.json, for use and for building. @returns {string[]} */
const checkNodes = () => {
  const { engines, devEngines } = JSON.parse(readFileSync('package.json', 'utf8'))
  const use = engines.node.slice(2)
  const build = devEngines.runtime.version.slice(2)
  /** @type {[file: string, told: string][]} */
  const places = [
    ['README.md', `Node ${use}`],
    ['README.md', `Node ${build}`],
    ['CONTRIBUTING.md', `Node ${build}`],
    ['.nvmrc', build],
  ]
  return places.flatMap(([file, told]) => {
    const text = readFileSync(file, 'utf8')
    const others = [...text.matchAll(/Node (20\.\d+)/g)].map(([, version = '']) => version)
    return [
      ...(text.includes(told) ? [] : [`${file}: does not say ${told}, as package.json does`]),
      ...others
        .filter((one) => one !== use && one !== build)
        .map((one) => `${file}: Node ${one} is neither ${use} nor ${build}`),
    ]
  })
}

conclude(
  [...new Set([...papers.flatMap(checkPaper), ...checkComments(), ...checkNodes()])],
  `${papers.length} docs and all comments: commands, links and paths exist`,
)
