/**
 * Checks that what the papers tell a newcomer to type or to open is there: `make X`, `npm run X`, links and paths.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ownFiles } from './lib/files.mjs'
import { conclude } from './lib/report.mjs'

const papers = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'RELEASING.md'],
  ...ownFiles('docs').filter((path) => path.endsWith('.md')),
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
 * Whether a word of code means a path of this repository: it starts with a folder of it, or is the name of a file as
 * they stand at the top. A pattern is looked up as far as it is plain.
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
 * The commands and paths in a piece of code.
 *
 * @param {string} code
 * @returns {string[]} what is wrong with them
 */
const checkCode = (code) => {
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
    if (path !== undefined && !isThere(path)) problems.push(`${word}: there is no such file`)
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
  return [...[...fenced, ...spans].flatMap(checkCode), ...dead].map((problem) => `${paper}: ${problem}`)
}

/**
 * The paths of this repository that comments name, in every file that is committed.
 *
 * @returns {string[]} what is wrong with them
 */
const checkComments = () =>
  ownFiles()
    // The list of libuv's own files names its paths.
    .filter((path) => /\.(?:ts|mjs|c|h|mk|sh|grit)$|^\.[\w-]+$|^Makefile$/.test(path) && !path.endsWith('sources.mk'))
    .flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/\/\*.*?\*\/|(?:^|\s)(?:\/\/|#)[^\n]*/gs)]
        .flatMap(([comment]) => [...comment.matchAll(COMMENT_PATH)].map(([found]) => found.replace(/\.$/, '')))
        .filter((found) => !isThere(found))
        .map((found) => `${path}: ${found}: there is no such file`),
    )

/** A path from the top as comments write it: in a folder of ours, with the ending of a file. */
const COMMENT_PATH =
  /(?<![\w./-])(?:src|test|scripts|libuv-port|wasm|sdk|bench|docs|examples|conformance)\/[\w./-]+\.(?:ts|mjs|c|h|md|mk|sh|json)\b/g

/** The Nodes that users and builders need, said once in package.json and repeated for people. @returns {string[]} */
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
  `${papers.length} papers and all comments tell what is there`,
)
