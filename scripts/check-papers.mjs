/**
 * Checks that what the papers tell a newcomer to type or to open is there: `make X`, `npm run X`, links and paths.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { conclude } from './lib/report.mjs'

const papers = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md']

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
 * Whether a word of code means a path of this repository: it starts with a folder of it, or is the name of a file as they
 * stand at the top. A pattern is looked up as far as it is plain.
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

conclude([...new Set(papers.flatMap(checkPaper))], `${papers.join(', ')} tell what is there`)
